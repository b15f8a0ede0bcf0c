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
