using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// Shift-GCN's shift over time, by a real number p of frames that each channel learns (Cheng et al., CVPR 2020). With i = ⌊q⌋, f = q - i and
/// zeros outside of the clip
///   y[n,c,t,v] = (1 - f) x[n,c,st+i,v] + f x[n,c,st+i+1,v],      q = p[c], or p[c] + ½ where the stride s is 2
/// The gradient with respect to x is the true one. That with respect to p is not, as in the authors' code: its sign times 0.01, or 0.0001
/// where it is exactly zero, so that a shift moves by the same step however long the clip is.
/// </summary>
internal static class TemporalShift
{
    private const double Step = 0.01, Rest = 0.0001;

    /// <summary>Shifts.</summary>
    /// <param name="x">(N, C, T, V).</param>
    /// <param name="time">p, (C), in frames.</param>
    /// <param name="space">The authors' shift over joints, (C): of 1e-8, without effect, and with gradient zero, so that weight decay is all it feels.</param>
    /// <param name="stride">s, 1 or 2.</param>
    /// <returns>(N, C, ⌈T/s⌉, V), channels-last in memory.</returns>
    /// <exception cref="ArgumentException">The shapes do not go together.</exception>
    public static Tensor Apply(Tensor x, Tensor time, Tensor space, int stride)
    {
        if (time.Elements != x.Size(1) || space.Elements != x.Size(1))
            throw new ArgumentException($"a shift over time of {x.ShapeText()} wants C = {x.Size(1)} offsets; got {time.ShapeText()}, {space.ShapeText()}");
        return Floats.Take(x) && Floats.Take(time) ? TemporalShiftKernel.Apply(x, time, space, stride) : Twin(x, time, space, stride);
    }

    /// <summary>The same in plain operators: for other types and devices, and the reference of the kernel's test.</summary>
    internal static Tensor Twin(Tensor x, Tensor time, Tensor space, int stride) => TemporalShiftTwin.Apply(x, time, space, stride);

    /// <summary>What is added to p.</summary>
    internal static double Bias(int stride) => stride == 1 ? 0 : 0.5;

    /// <summary>What is taken for the derivative by p.</summary>
    internal static double Pseudo(double derivative) => double.IsNaN(derivative) ? derivative : derivative > 0 ? Step : derivative < 0 ? -Step : Rest;

    /// <inheritdoc cref="Pseudo(double)"/>
    internal static Tensor Pseudo(Tensor derivative)
    {
        var signs = Tensor.Where(
            derivative.GreaterEqual(0), Tensor.Full([], Step, derivative.Type, derivative.Device), Tensor.Full([], -Step, derivative.Type, derivative.Device));
        signs = Tensor.Where(derivative.Eq(0), Tensor.Full([], Rest, derivative.Type, derivative.Device), signs);
        return Tensor.Where(derivative.Eq(derivative), signs, derivative);               // NaN stays, so that it is noticed
    }
}

/// <summary>The shift in ATen's operators.</summary>
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
