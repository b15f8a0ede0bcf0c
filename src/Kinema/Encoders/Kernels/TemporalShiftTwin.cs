using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary><see cref="TemporalShift"/> in ATen's operators.</summary>
internal sealed class TemporalShiftTwin : CustomFunction
{
    private readonly Tensor x, time;
    private readonly int stride;

    private TemporalShiftTwin(Tensor x, Tensor time, int stride)
    {
        (this.x, this.time) = (Save(x), Save(time));
        this.stride = stride;
    }

    internal static Tensor Apply(Tensor x, Tensor time, Tensor space, int stride) =>
        Record(new TemporalShiftTwin(x, time, stride), [x, time, space], () =>
        {
            var (near, next) = Taps(x, time, stride);
            var rows = x.Permute(0, 2, 3, 1);                                            // (N, T, V, C)
            return ((near.Of(rows) * near.Weight) + (next.Of(rows) * next.Weight)).Permute(0, 3, 1, 2);
        });

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var dy = grads[0]!.Permute(0, 2, 3, 1);
        var (near, next) = Taps(x, time, stride);
        var rows = x.Permute(0, 2, 3, 1);
        var dx = rows.ZerosLike();
        foreach (var tap in (Tap[])[near, next]) dx = dx.ScatterAdd(1, tap.Frames(dy), dy * (tap.Weight * tap.Inside));
        var derivative = (dy * (next.Of(rows) - near.Of(rows))).Sum(0).Sum(0).Sum(0);    // (C)
        return [dx.Permute(0, 3, 1, 2), TemporalShift.Pseudo(derivative).To(time.Type), time.ZerosLike()];
    }

    private static (Tap Near, Tap Next) Taps(Tensor x, Tensor time, int stride)
    {
        var (_, c, t, _) = x.Sizes4();
        var at = time.Reshape(c) + TemporalShift.Bias(stride);
        var whole = at.To(ScalarType.Int64);                                             // towards zero
        whole -= (~(at - whole.To(at.Type)).GreaterEqual(0)).To(ScalarType.Int64);       // down
        var share = (at - whole.To(at.Type)).To(x.Type);
        long[] starts = [.. Enumerable.Range(0, (int)((t + stride - 1) / stride)).Select(frame => (long)frame * stride)];
        var begin = Tensor.From<long>(starts, starts.Length, 1).Upload(x.Device);
        return (Of(whole, (-share) + 1), Of(whole + Tensor.Ones([], ScalarType.Int64, x.Device), share));

        Tap Of(Tensor offset, Tensor weight)
        {
            var frames = begin + offset.Reshape(1, c);                                   // (T', C)
            var inside = frames.GreaterEqual(0) & ~frames.GreaterEqual(t);
            return new Tap(frames.MaskedFill(~inside, 0), inside.To(x.Type).Reshape(1, -1, 1, c), weight);
        }
    }

    // One of the two frames that a number is made of: (T', C) where it lies, (1, T', 1, C) whether that is in the clip, (C) its weight.
    private readonly record struct Tap(Tensor Index, Tensor Inside, Tensor Weight)
    {
        internal Tensor Of(Tensor rows) => rows.Gather(1, Frames(rows)) * Inside;

        internal Tensor Frames(Tensor rows)
        {
            var (frames, c) = (Index.Size(0), Index.Size(1));
            return Index.Reshape(1, frames, 1, c).Expand(rows.Size(0), frames, rows.Size(2), c);
        }
    }
}
