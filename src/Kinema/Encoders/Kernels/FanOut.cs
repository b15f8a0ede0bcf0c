using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// A map that several parts of a block read, the last of them perhaps only every stride-th frame, and its mean over time, which one more part
/// reads. Autograd would add their gradients two at a time, with a whole map written and read again between, and spread those of a stride over
/// a map of zeros first; here they are added in one pass, the mean's with them.
/// </summary>
internal static class FanOut
{
    /// <summary>Hands a map to several readers.</summary>
    /// <param name="x">(N, C, T, V).</param>
    /// <param name="ways">How many readers.</param>
    /// <param name="lastStride">The last of them gets the frames 0, stride, 2 stride, … only: (N, C, ⌈T/stride⌉, V).</param>
    /// <returns>The map for each of them, and its mean over time, (N, V, C).</returns>
    public static (Tensor[] Ways, Tensor Mean) Apply(Tensor x, int ways, int lastStride = 1)
    {
        if (!Takes(x)) return Twin(x, ways, lastStride);
        var outputs = FanOutKernel.Apply(x, ways, lastStride, withMean: true);
        return (outputs[..ways], outputs[ways]);
    }

    /// <summary>Hands a map to several readers, without its mean.</summary>
    /// <param name="x">(N, C, T, V).</param>
    /// <param name="ways">How many readers.</param>
    /// <param name="lastStride">The last of them gets the frames 0, stride, 2 stride, … only: (N, C, ⌈T/stride⌉, V).</param>
    public static Tensor[] Ways(Tensor x, int ways, int lastStride = 1) =>
        Takes(x) ? FanOutKernel.Apply(x, ways, lastStride, withMean: false) : WaysOfTwin(x, ways, lastStride);

    /// <summary>The same in plain operators: for other types and devices, without a graph, and the reference of the kernel's test.</summary>
    internal static (Tensor[] Ways, Tensor Mean) Twin(Tensor x, int ways, int lastStride = 1) =>
        (WaysOfTwin(x, ways, lastStride), x.Permute(0, 2, 3, 1).Mean(1));

    private static Tensor[] WaysOfTwin(Tensor x, int ways, int lastStride) =>
        [.. Enumerable.Repeat(x, ways - 1), lastStride == 1 ? x : x.Slice(2, 0, step: lastStride)];

    private static bool Takes(Tensor x) => Floats.Take(x) && x.Dims == 4 && Autograd.Enabled && x.RequiresGrad;
}
