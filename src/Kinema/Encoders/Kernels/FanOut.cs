using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// A map that several parts of a block read, and its mean over time, which one more part reads. Autograd would add their gradients two at a
/// time, with a whole map written and read again between; here they are added in one pass, the mean's with them.
/// </summary>
internal static class FanOut
{
    /// <summary>Hands a map to several readers.</summary>
    /// <param name="x">(N, C, T, V).</param>
    /// <param name="ways">How many readers.</param>
    /// <returns>The map for each of them, and its mean over time, (N, V, C).</returns>
    public static (Tensor[] Ways, Tensor Mean) Apply(Tensor x, int ways)
    {
        if (!Takes(x)) return Twin(x, ways);
        var outputs = FanOutKernel.Apply(x, ways, withMean: true);
        return (outputs[..ways], outputs[ways]);
    }

    /// <summary>Hands a map to several readers, without its mean.</summary>
    /// <param name="x">(N, C, T, V).</param>
    /// <param name="ways">How many readers.</param>
    public static Tensor[] Ways(Tensor x, int ways) => Takes(x) ? FanOutKernel.Apply(x, ways, withMean: false) : [.. Enumerable.Repeat(x, ways)];

    /// <summary>The same in plain operators: for other types and devices, without a graph, and the reference of the kernel's test.</summary>
    internal static (Tensor[] Ways, Tensor Mean) Twin(Tensor x, int ways) => ([.. Enumerable.Repeat(x, ways)], x.Permute(0, 2, 3, 1).Mean(1));

    private static bool Takes(Tensor x) => Floats.Take(x) && x.Dims == 4 && Autograd.Enabled && x.RequiresGrad;
}
