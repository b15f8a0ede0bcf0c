using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>The kernel of <see cref="JointShift"/> for single precision on the CPU. One piece of work is one clip.</summary>
internal sealed unsafe class JointShiftKernel : CustomFunction
{
    private readonly int[] places;
    private readonly Tensor? x, factor;                                                  // kept for the factor's sake alone

    private JointShiftKernel(int[] places, Tensor x, Tensor? factor)
    {
        this.places = places;
        if (factor is not null) (this.x, this.factor) = (Save(x), Save(factor));
    }

    internal static Tensor Apply(Tensor x, Tensor index, Tensor? factor)
    {
        var places = Places(index);
        x = x.Contiguous(MemoryFormat.ChannelsLast);
        factor = factor?.Contiguous();
        Tensor[] inputs = factor is null ? [x] : [x, factor];
        return IsRecorded(inputs) ? Record(new JointShiftKernel(places, x, factor), inputs, Output) : Output();

        Tensor Output() => Forward(x, places, factor);
    }

    // The kernel reads memory by these numbers, which come from a file: nothing else would notice.
    private static int[] Places(Tensor index)
    {
        ReadOnlySpan<long> given = index.Contiguous().Memory<long>();
        var places = new int[given.Length];
        for (var k = 0; k < places.Length; k++)
        {
            if ((ulong)given[k] >= (ulong)places.Length)
                throw new ArgumentException($"a shift among joints points to number {given[k]} of a frame's {places.Length}; the weights are damaged");
            places[k] = (int)given[k];
        }

        return places;
    }

    private static Tensor Forward(Tensor x, int[] places, Tensor? factor)
    {
        var (n, c, t, v) = x.Sizes4();
        using var region = OperatorProfile.Kernel("JointShift", factor is null ? 0 : x.Elements, 2.0 * sizeof(float) * x.Elements);
        var y = Tensor.Empty([n, c, t, v], format: MemoryFormat.ChannelsLast);
        var (frames, width) = ((int)t, places.Length);
        float* px = Floats.Of(x), py = Floats.Of(y), pf = factor is null ? null : Floats.Of(factor);
        KernelTasks.Run((int)n, clip =>
        {
            float* from = px + ((long)clip * frames * width), to = py + ((long)clip * frames * width);
            for (var frame = 0; frame < frames; frame++, from += width, to += width)
            {
                for (var k = 0; k < places.Length; k++) to[k] = from[places[k]];
                if (pf is not null) Floats.Multiply(pf, to, width);
            }
        });
        GC.KeepAlive(x);
        GC.KeepAlive(factor);
        return y;
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var dy = grads[0]!.Contiguous(MemoryFormat.ChannelsLast);
        var (n, c, t, v) = dy.Sizes4();
        using var region = OperatorProfile.Kernel("JointShift backward", factor is null ? 0 : 2 * dy.Elements, 3.0 * sizeof(float) * dy.Elements);
        var dx = Tensor.Empty([n, c, t, v], format: MemoryFormat.ChannelsLast);
        var dFactor = factor?.ZerosLike();
        var (frames, width, places) = ((int)t, this.places.Length, this.places);
        // A part of the factor's gradient from each clip, added in order: the sum does not depend on who was first.
        using var parts = factor is null ? null : Packed.Empty(n * width);
        float* pdy = Floats.Of(dy), pdx = Floats.Of(dx), px = x is null ? null : Floats.Of(x), pf = factor is null ? null : Floats.Of(factor);
        float* sums = parts is null ? null : parts.Data;
        KernelTasks.Run((int)n, clip =>
        {
            var first = (long)clip * frames * width;
            float* given = pdy + first, to = pdx + first, from = px is null ? null : px + first;
            var part = sums is null ? null : sums + ((long)clip * width);
            if (part is not null) new Span<float>(part, width).Clear();
            new Span<float>(to, frames * width).Clear();
            for (var frame = 0; frame < frames; frame++, given += width, to += width)
            {
                if (part is null)
                {
                    for (var k = 0; k < places.Length; k++) to[places[k]] += given[k];
                    continue;
                }

                for (var k = 0; k < places.Length; k++)
                {
                    to[places[k]] += given[k] * pf[k];
                    part[k] += given[k] * from[places[k]];
                }

                from += width;
            }
        });
        if (dFactor is not null) Floats.Sum(sums, (int)n, width, Floats.Of(dFactor));
        GC.KeepAlive(dy);
        return factor is null ? [dx] : [dx, dFactor];
    }
}
