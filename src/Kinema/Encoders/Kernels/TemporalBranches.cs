using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// The branches of a multi-scale temporal module behind their 1×1 entries: two convolutions of five taps over time (dilation 1 and 2) and a
/// largest-of-three, each after a normalisation and ReLU of its entry, and one entry passed on as it is, side by side on the channels:
///   A = ReLU(norm(E)),   y = [conv₁(A₀), conv₂(A₁), maxpool₃(A₂), E₃]
/// The kernel never has A in memory.
/// </summary>
internal static class TemporalBranches
{
    /// <summary>Frames that a convolution sees.</summary>
    internal const int Taps = 5;

    /// <summary>Applies the branches.</summary>
    /// <param name="entries">E₀ to E₂, and E₃ when stride is 1, (N, 3·C or 4·C, T, V).</param>
    /// <param name="direct">E₃ when stride is not 1, (N, C, ⌈T/stride⌉, V); else null.</param>
    /// <param name="norms">Of the first three entries, C channels each.</param>
    /// <param name="convolutions">C to C channels, with bias.</param>
    /// <param name="stride">Of time.</param>
    /// <returns>(N, 4·C, ⌈T/stride⌉, V), channels-last in memory.</returns>
    public static Tensor Apply(Tensor entries, Tensor? direct, BatchNorm[] norms, Conv2d[] convolutions, int stride)
    {
        if (norms.Length != 3) throw new ArgumentException($"the branches want three normalisations; got {norms.Length}");
        var c = norms[0].Weight.Value.Size(0);
        if (entries.Dims != 4 || entries.Size(1) != (stride == 1 ? 4 * c : 3 * c) || (stride == 1) != (direct is null))
            throw new ArgumentException(
                $"the branches want entries (N, {(stride == 1 ? 4 : 3)}·{c}, T, V){(stride == 1 ? "" : " and the direct one")}; got {entries.ShapeText()} and {direct?.ShapeText() ?? "none"}");
        // The kernel reads and writes memory by these sizes: nothing else would notice.
        if (norms.Any(norm => norm.Weight.Value.Size(0) != c)) throw new ArgumentException($"the branches want three normalisations of {c} channels");
        if (convolutions.Length != 2 || convolutions.Any(conv => conv.Bias is null || !conv.Weight.Value.Sizes.SequenceEqual([c, c, Taps, 1])))
            throw new ArgumentException($"the branches want two convolutions ({c}, {c}, {Taps}, 1) with bias");
        for (var branch = 0; branch < 2; branch++)
        {
            var (steps, dilation, padding) = (convolutions[branch].Stride, convolutions[branch].Dilation, convolutions[branch].Padding);
            if (steps != (stride, 1) || dilation != (branch + 1, 1) || padding != (2 * (branch + 1), 0))
            {
                throw new ArgumentException(
                    $"branch {branch} has stride {stride}, dilation {branch + 1} and padding {2 * (branch + 1)}; got {steps.H}, {dilation.H} and {padding.H}");
            }
        }

        var frames = (entries.Size(2) + stride - 1) / stride;
        if (direct is not null && !direct.Sizes.SequenceEqual([entries.Size(0), c, frames, entries.Size(3)]))
            throw new ArgumentException($"the direct branch is ({entries.Size(0)}, {c}, {frames}, {entries.Size(3)}); got {direct.ShapeText()}");
        var kernel = NormActivation.KernelTakes(entries, norms) && (direct is null || Floats.Take(direct))
            && convolutions.All(convolution => Floats.Take(convolution.Weight.Value) && Floats.Take(convolution.Bias!.Value));
        return kernel ? TemporalBranchesKernel.Apply(entries, direct, norms, convolutions, stride) : Twin(entries, direct, norms, convolutions, stride);
    }

    /// <summary>The same in plain operators: for other types and devices, and the reference of the kernel's test.</summary>
    internal static Tensor Twin(Tensor entries, Tensor? direct, BatchNorm[] norms, Conv2d[] convolutions, int stride)
    {
        var c = norms[0].Weight.Value.Size(0);
        var a = NormActivation.Apply(direct is null ? entries.Narrow(1, 0, 3 * c) : entries, norms);
        return Tensor.Cat(
            1,
            Convolve(0),
            Convolve(1),
            Functional.MaxPool2d(Part(2), kernel: [3, 1], stride: [stride, 1], padding: [1, 0]),
            direct ?? entries.Narrow(1, 3 * c, c)).Contiguous(MemoryFormat.ChannelsLast);

        Tensor Convolve(int branch) =>
            TemporalConvolution.Twin(Part(branch), convolutions[branch]);

        Tensor Part(int branch) => a.Narrow(1, branch * c, c).Contiguous(MemoryFormat.ChannelsLast);
    }
}
