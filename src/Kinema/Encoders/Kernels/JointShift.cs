using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// Shift-GCN's shift among joints: the V·C numbers of a frame, joint by joint, change places,
///   y[n,t,k] = f[k] · x[n,t,index[k]],     k = v·C + c
/// which takes no arithmetic beyond the factor. The index is read as it is, so that a checkpoint may bring its own.
/// </summary>
internal static class JointShift
{
    /// <summary>Shifts.</summary>
    /// <param name="x">(N, C, T, V).</param>
    /// <param name="index">(V·C), whole numbers from 0 to V·C - 1.</param>
    /// <param name="factor">f, V·C numbers of any shape, or null for 1.</param>
    /// <returns>(N, C, T, V), channels-last in memory.</returns>
    /// <exception cref="ArgumentException">The shapes do not go together, or the index points elsewhere.</exception>
    public static Tensor Apply(Tensor x, Tensor index, Tensor? factor = null)
    {
        var (_, c, _, v) = x.Sizes4();
        if (index.Elements != v * c || (factor is not null && factor.Elements != v * c))
            throw new ArgumentException(
                $"a shift among joints of {x.ShapeText()} wants V·C = {v * c} places and factors; got {index.ShapeText()}, {factor?.ShapeText() ?? "none"}");
        return Floats.Take(x) && index.Device.Kind == DeviceKind.Cpu && (factor is null || Floats.Take(factor))
            ? JointShiftKernel.Apply(x, index, factor)
            : Twin(x, index, factor);
    }

    /// <summary>The same in plain operators: for other types and devices, and the reference of the kernel's test.</summary>
    internal static Tensor Twin(Tensor x, Tensor index, Tensor? factor = null)
    {
        var (n, c, t, v) = x.Sizes4();
        var y = x.Permute(0, 2, 3, 1).Reshape(n * t, v * c).IndexSelect(1, index);
        if (factor is not null) y *= factor.Reshape(1, v * c);
        return y.Reshape(n, t, v, c).Permute(0, 3, 1, 2);
    }
}
