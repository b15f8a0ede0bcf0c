using System.Buffers;
using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// The kernel of <see cref="TemporalShift"/> for single precision on the CPU. Of a frame that is made it knows, channel by channel, where the two
/// frames lie that it is made of, and their weights, zero outside of the clip: then its joints go without a question. One piece of work is one clip.
/// </summary>
internal sealed unsafe class TemporalShiftKernel : CustomFunction
{
    private readonly Shape s;
    private readonly Tensor x, time;

    private TemporalShiftKernel(Shape shape, Tensor x, Tensor time) => (s, this.x, this.time) = (shape, Save(x), Save(time));

    internal static Tensor Apply(Tensor x, Tensor time, Tensor space, int stride)
    {
        var (n, c, t, v) = x.Sizes4();
        var shape = new Shape((int)n, (int)c, (int)t, (int)((t + stride - 1) / stride), (int)v, stride);
        x = x.Contiguous(MemoryFormat.ChannelsLast);
        time = time.Contiguous();
        Tensor[] inputs = [x, time, space];
        return IsRecorded(inputs) ? Record(new TemporalShiftKernel(shape, x, time), inputs, Output) : Output();

        Tensor Output() => Forward(shape, x, time);
    }

    private static Tensor Forward(Shape s, Tensor x, Tensor time)
    {
        using var region = OperatorProfile.Kernel("TemporalShift", 2.0 * s.N * s.Made * s.Row, sizeof(float) * (double)s.N * (s.T + s.Made) * s.Row);
        var y = Tensor.Empty([s.N, s.C, s.Made, s.V], format: MemoryFormat.ChannelsLast);
        var offsets = Offsets(s, time);
        float* px = Floats.Of(x), py = Floats.Of(y);
        KernelTasks.Run(s.N, clip =>
        {
            float* from = px + ((long)clip * s.T * s.Row), to = py + ((long)clip * s.Made * s.Row);
            var room = ArrayPool<Tap>.Shared.Rent(s.C);
            var taps = room.AsSpan(0, s.C);
            for (var frame = 0; frame < s.Made; frame++)
            {
                Fill(taps, s, offsets, frame);
                for (var joint = 0; joint < s.V; joint++, to += s.C)
                {
                    var at = from + (joint * s.C);
                    for (var c = 0; c < taps.Length; c++)
                    {
                        ref var tap = ref taps[c];
                        to[c] = (at[tap.Near] * tap.NearWeight) + (at[tap.Next] * tap.NextWeight);
                    }
                }
            }

            ArrayPool<Tap>.Shared.Return(room);
        });
        GC.KeepAlive(x);
        return y;
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var dy = grads[0]!.Contiguous(MemoryFormat.ChannelsLast);
        using var region = OperatorProfile.Kernel(
            "TemporalShift backward", 4.0 * s.N * s.Made * s.Row, sizeof(float) * (double)s.N * ((2 * s.T) + s.Made) * s.Row);
        var dx = Tensor.Empty([s.N, s.C, s.T, s.V], format: MemoryFormat.ChannelsLast);
        var dTime = Tensor.Empty([s.C]);
        // The derivative from each clip, added in order; in double, since only its sign is left of it.
        using var parts = Packed.Sums((long)s.N * s.C);
        var offsets = Offsets(s, time);
        var derivatives = (double*)parts.Data;
        float* px = Floats.Of(x), pdy = Floats.Of(dy), pdx = Floats.Of(dx), pdt = Floats.Of(dTime);
        KernelTasks.Run(s.N, clip => OneClip(
            offsets, px + ((long)clip * s.T * s.Row), pdy + ((long)clip * s.Made * s.Row), pdx + ((long)clip * s.T * s.Row), derivatives + ((long)clip * s.C)));
        for (var c = 0; c < s.C; c++)
        {
            var sum = 0.0;
            for (var clip = 0L; clip < s.N; clip++) sum += derivatives[(clip * s.C) + c];
            pdt[c] = (float)TemporalShift.Pseudo(sum);
        }

        GC.KeepAlive(dy);
        return [dx, dTime, time.ZerosLike()];
    }

    // dx of a clip, all zeros before, and what it adds to the derivatives.
    private void OneClip(Offset[] offsets, float* x, float* dy, float* dx, double* derivatives)
    {
        new Span<float>(dx, s.T * s.Row).Clear();
        var room = ArrayPool<Tap>.Shared.Rent(s.C);
        var taps = room.AsSpan(0, s.C);
        for (var frame = 0; frame < s.Made; frame++)
        {
            Fill(taps, s, offsets, frame);
            for (var joint = 0; joint < s.V; joint++, dy += s.C)
            {
                float* here = x + (joint * s.C), there = dx + (joint * s.C);
                for (var c = 0; c < taps.Length; c++)
                {
                    ref var tap = ref taps[c];
                    there[tap.Near] += dy[c] * tap.NearWeight;
                    there[tap.Next] += dy[c] * tap.NextWeight;
                    derivatives[c] += dy[c] * ((here[tap.Next] * tap.NextInside) - (here[tap.Near] * tap.NearInside));
                }
            }
        }

        ArrayPool<Tap>.Shared.Return(room);
    }

    private static Offset[] Offsets(in Shape s, Tensor time)
    {
        ReadOnlySpan<float> given = time.Memory<float>();
        var offsets = new Offset[s.C];
        var beyond = (s.Stride * (double)s.T) + 2;                                       // what a file shifts farther is as far gone
        for (var c = 0; c < s.C; c++)
        {
            var at = given[c] + TemporalShift.Bias(s.Stride);
            var whole = Math.Floor(at);
            offsets[c] = new Offset((int)Math.Clamp(whole, -beyond, beyond), (float)(at - whole));
        }

        return offsets;
    }

    private static void Fill(Span<Tap> taps, in Shape s, Offset[] offsets, int frame)
    {
        for (var c = 0; c < taps.Length; c++)
        {
            var near = (frame * s.Stride) + offsets[c].Frames;
            var share = offsets[c].Share;
            var (hasNear, hasNext) = (near >= 0 && near < s.T, near >= -1 && near < s.T - 1);
            taps[c] = new Tap(
                hasNear ? (near * s.Row) + c : c, hasNext ? ((near + 1) * s.Row) + c : c,
                hasNear ? 1 - share : 0, hasNext ? share : 0, hasNear ? 1 : 0, hasNext ? 1 : 0);
        }
    }

    // q of a channel: whole frames and the rest.
    private readonly record struct Offset(int Frames, float Share);

    // From a joint's first number in the clip's first frame to a channel's in the two frames, their weights, and whether there are such frames.
    private readonly record struct Tap(int Near, int Next, float NearWeight, float NextWeight, float NearInside, float NextInside);

    // T frames become Made.
    private readonly record struct Shape(int N, int C, int T, int Made, int V, int Stride)
    {
        internal int Row => V * C;
    }
}
