using Kinema.Torch.Interop;

namespace Kinema.Torch;

/// <summary>
/// <see cref="Products"/> with factors in bf16. .NET knows neither the tiles of AMX nor the bf16 dot products of AVX-512, so these live in
/// the bridge; a processor without them rounds the same in plain vectors, except that those instructions take numbers below 2^-126 for zero.
/// Sums run in another order on each, so a run repeats bit for bit on one of them only.
/// </summary>
internal static unsafe class Bf16Products
{
    /// <summary>Whether a product of rows of k numbers (of all segments) is made in bf16: pairs of fewer than sixteen are not worth a tile.</summary>
    internal static bool Takes(ProductType type, long k) => type == ProductType.BFloat16 && k >= Products.Panel;

    /// <summary>Makes pairs of packed panels, in place, if their product is made in bf16.</summary>
    /// <param name="type">What is asked for.</param>
    /// <param name="panels">The first panel, [k][16].</param>
    /// <param name="count">Panels.</param>
    /// <param name="next">From panel to panel.</param>
    /// <param name="k">Numbers of all segments.</param>
    internal static void Pack(ProductType type, float* panels, long count, long next, long k)
    {
        if (Takes(type, k)) Native.Check(NativeMethods.kt_bf16_pack(panels, count, next, k));
    }

    /// <summary>As <see cref="Products.RowsOfPanels"/>.</summary>
    internal static void Rows(
        float* x, long stepX, int rows, int segments, long segment, int k, float* w, long nextW, float* bias, long nextBias, bool add,
        float* y, long nextY, long stepY, int columns)
    {
        var product = new Bf16Product
        {
            X = x, StepX = stepX, Segment = segment, W = w, NextW = nextW, Bias = bias, NextBias = nextBias, Y = y, NextY = nextY, StepY = stepY,
            Rows = rows, Segments = segments, K = k, Columns = columns, Add = add ? 1 : 0,
        };
        Native.Check(NativeMethods.kt_bf16_rows(&product));
    }

    /// <summary>As <see cref="Products.OuterOfPanels"/>.</summary>
    internal static void Outer(float* x, long stepX, int k, float* y, long nextY, long stepY, int rows, float* to, long nextTo, int panels)
    {
        var gradient = new Bf16Gradient
        {
            X = x, StepX = stepX, Y = y, NextY = nextY, StepY = stepY, To = to, NextTo = nextTo, K = k, Rows = rows, Panels = panels,
        };
        Native.Check(NativeMethods.kt_bf16_outer(&gradient));
    }
}
