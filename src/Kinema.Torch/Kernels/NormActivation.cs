namespace Kinema.Torch;

/// <summary>
/// Batch normalisation, addition and ReLU as one function of channels-last maps: y = max(0, γ (x - μ) / √(σ² + ε) + β + residual), each
/// of the last two steps only if asked for. Several normalisations may stand side by side on the channels, as the branches of a temporal
/// module do. In training eager operators read and write the map seven times for this, the kernel four times (in evaluation six and three),
/// and it saves no intermediate.
/// </summary>
public static class NormActivation
{
    /// <summary>Applies normalisations that lie side by side on the channels.</summary>
    /// <param name="x">(N, C, T, V).</param>
    /// <param name="norms">Their channels add up to C, in order.</param>
    /// <param name="residual">(N, C, T, V), or null.</param>
    /// <param name="relu">Whether ReLU comes last.</param>
    /// <returns>(N, C, T, V), channels-last in memory.</returns>
    /// <exception cref="ArgumentException">
    /// The normalisations have another number of channels or are not all in one mode, the residual has another shape, or there is one row
    /// per channel to train on.
    /// </exception>
    public static Tensor Apply(Tensor x, BatchNorm[] norms, Tensor? residual = null, bool relu = true)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(norms);
        // The kernel reads memory by these sizes: nothing else would notice.
        if (norms.Sum(norm => norm.Weight.Value.Size(0)) != x.Size(1))
            throw new ArgumentException(
                $"normalisations of {string.Join(" + ", norms.Select(norm => norm.Weight.Value.Size(0)))} channels do not fit {x.ShapeText()}");
        if (residual is not null && !residual.Sizes.SequenceEqual(x.Sizes))
            throw new ArgumentException($"the residual {residual.ShapeText()} is added to {x.ShapeText()}: the shapes must be equal");
        if (!KernelTakes(x, norms) || (residual is not null && !Floats.Take(residual))) return Twin(x, norms, residual, relu);
        return Kernel(x, norms, residual, relu);
    }

    /// <summary>By the kernel, for inputs that it takes.</summary>
    /// <param name="x">(N, C, T, V).</param>
    /// <param name="norms">Their channels add up to C, in order.</param>
    /// <param name="residual">(N, C, T, V), or null.</param>
    /// <param name="relu">Whether ReLU comes last.</param>
    /// <param name="wide">Whether with 512-bit registers; null asks the processor. For tests.</param>
    internal static Tensor Kernel(Tensor x, BatchNorm[] norms, Tensor? residual, bool relu, bool? wide = null)
    {
        var weight = norms.Length == 1 ? norms[0].Weight.Value : Tensor.Cat(0, [.. norms.Select(norm => norm.Weight.Value)]);
        var bias = norms.Length == 1 ? norms[0].Bias.Value : Tensor.Cat(0, [.. norms.Select(norm => norm.Bias.Value)]);
        return NormActivationKernel.Apply(x, norms, weight, bias, residual, relu, wide);
    }

    /// <summary>Whether kernels that normalise themselves are for this map and these normalisations.</summary>
    /// <exception cref="ArgumentException">The normalisations are not all in one mode, or there is one row per channel to train on.</exception>
    internal static bool KernelTakes(Tensor x, BatchNorm[] norms)
    {
        if (norms.Any(norm => norm.Training != norms[0].Training))
            throw new ArgumentException("normalisations that lie side by side are all in training or all in evaluation");
        if (norms[0].Training) BatchNorm.RefuseOneRow(x);
        return NormActivationKernel.Takes(x) && norms.All(norm => Floats.Take(norm.Weight.Value));
    }

    /// <summary>The same in plain operators: for other types and devices, and the reference of the kernel's test.</summary>
    internal static Tensor Twin(Tensor x, BatchNorm[] norms, Tensor? residual, bool relu)
    {
        if (norms.Length > 1 && x.Device.Kind != DeviceKind.Cpu) return Finish(SideBySideNorms.Apply(x, norms), residual, relu);
        long start = 0;
        var pieces = new List<Tensor>();
        foreach (var norm in norms)
        {
            var channels = norm.Weight.Value.Size(0);
            pieces.Add(norm.Forward(norms.Length == 1 ? x : x.Narrow(1, start, channels)));
            start += channels;
        }

        return Finish(pieces.Count == 1 ? pieces[0] : Tensor.Cat(1, [.. pieces]), residual, relu);
    }

    private static Tensor Finish(Tensor y, Tensor? residual, bool relu)
    {
        if (residual is not null) y += residual;
        return relu ? y.Relu() : y;
    }
}
