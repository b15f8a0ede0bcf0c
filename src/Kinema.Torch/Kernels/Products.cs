using System.Runtime.Intrinsics;

namespace Kinema.Torch;

/// <summary>
/// Matrix products of rows, for one thread: what the kernels are made of. The second factor lies in <b>panels</b> of sixteen columns,
/// [panel][k][16], so that a register is filled by one load; the first is read where it lies. Six rows by sixteen columns stay in registers,
/// with AVX-512 twelve rows by up to thirty-two columns: see <see cref="ProductTiles"/> and <see cref="ProductTiles512"/>. On the shapes of a
/// skeleton network this is as fast as a BLAS, without its copies, and a kernel can go on with the result while it is in the cache.
/// </summary>
internal static unsafe class Products
{
    /// <summary>Columns of a panel.</summary>
    internal const int Panel = 16;

    private const int Half = Panel / 2;

    /// <summary>Panels for a number of columns.</summary>
    internal static int Panels(int columns) => (columns + Panel - 1) / Panel;

    /// <summary>Packs Bᵀ for y = x Bᵀ: B (columns, k) in C order becomes [panel][k][16], zeros behind the last column.</summary>
    internal static void PackTransposed(float* b, int columns, int k, float* to)
    {
        for (var first = 0; first < columns; first += Panel)
        {
            var width = Math.Min(Panel, columns - first);
            for (var i = 0; i < k; i++, to += Panel)
            {
                for (var j = 0; j < width; j++) to[j] = b[((long)(first + j) * k) + i];
                for (var j = width; j < Panel; j++) to[j] = 0;
            }
        }
    }

    /// <summary>Packs B for y = x B: B (k, columns), its rows <paramref name="step"/> apart, becomes [panel][k][16], zeros behind the last column.</summary>
    internal static void Pack(float* b, long step, int k, int columns, float* to)
    {
        for (var first = 0; first < columns; first += Panel)
        {
            var width = Math.Min(Panel, columns - first);
            for (var i = 0; i < k; i++, to += Panel)
            {
                if (width == Panel)
                {
                    Floats.CopyPanel(b + (i * step) + first, to);
                    continue;
                }

                for (var j = 0; j < width; j++) to[j] = b[(i * step) + first + j];
                for (var j = width; j < Panel; j++) to[j] = 0;
            }
        }
    }

    /// <summary>The way back of <see cref="Pack"/>: [panel][k][16] to k rows of <paramref name="columns"/> numbers, <paramref name="step"/> apart.</summary>
    internal static void Unpack(float* panels, int k, int columns, float* to, long step)
    {
        for (var first = 0; first < columns; first += Panel, panels += k * Panel)
            Floats.CopyColumns(panels, Panel, to + first, step, k, Math.Min(Panel, columns - first));
    }

    /// <summary>The way back from a panel, [k][16], to rows of k numbers, one per column that exists.</summary>
    internal static void Unpack(float* panel, int k, float* to, int columns)
    {
        for (var j = 0; j < columns; j++, to += k)
            for (var i = 0; i < k; i++) to[i] = panel[(i * Panel) + j];
    }

    /// <summary>
    /// One panel of a product: y[i, j] = bias[j] + Σ_s Σ_k x[i·stepX + s·segment + k] · w[s, k, j], with the old y instead of the bias when adding.
    /// Several segments serve a convolution over time (a tap each) and a first factor that itself lies in panels.
    /// </summary>
    /// <param name="x">The first number of the first row.</param>
    /// <param name="stepX">From row to row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="segments">Segments.</param>
    /// <param name="segment">From a segment of a row to the next, in numbers.</param>
    /// <param name="k">Numbers of a segment.</param>
    /// <param name="w">The panel, [segment][k][16].</param>
    /// <param name="bias">Sixteen numbers, or null for zeros.</param>
    /// <param name="add">Whether the product is added to what y holds.</param>
    /// <param name="y">The first number of the panel in the first row.</param>
    /// <param name="stepY">From row to row.</param>
    /// <param name="columns">Columns of the panel that exist, at most 16.</param>
    /// <param name="type">What the factors are rounded to; the panels are packed for the same.</param>
    /// <param name="wide">Whether with 512-bit registers; null asks the processor. For tests.</param>
    internal static void Rows(
        float* x, long stepX, int rows, int segments, long segment, int k, float* w, float* bias, bool add, float* y, long stepY,
        int columns = Panel, ProductType type = ProductType.Float32, bool? wide = null)
    {
        if (Bf16Products.Takes(type, (long)segments * k))
        {
            Bf16Products.Rows(x, stepX, rows, segments, segment, k, w, 0, bias, 0, add, y, 0, stepY, columns);
            return;
        }

        if (columns == 1 && segments == 1 && k == Panel && bias is null)
        {
            Column(x, stepX, rows, w, add, y, stepY);
            return;
        }

        if (columns == Half)
        {
            HalfPanel(x, stepX, rows, segments, segment, k, w, bias, add, y, stepY);
            return;
        }

        if (columns < Panel)
        {
            Narrow(x, stepX, rows, segments, segment, k, w, bias, add, y, stepY, columns, wide);
            return;
        }

        var halfBias = bias is null ? null : bias + Half;
        var row = 0;
        if (wide ?? Vector512.IsHardwareAccelerated)
        {
            for (; row + ProductTiles512.Height <= rows; row += ProductTiles512.Height)
                ProductTiles512.Twelve(x + (row * stepX), stepX, segments, segment, k, w, bias, add, y + (row * stepY), stepY);
        }

        for (; row + 2 < rows; row += ProductTiles.Height)
        {
            var count = Math.Min(ProductTiles.Height, rows - row);
            ProductTiles.Six<Lanes8>(x + (row * stepX), stepX, count, segments, segment, k, w, Half, bias, halfBias, add, y + (row * stepY), Half, stepY);
        }

        for (; row < rows; row++) ProductTiles.One(x + (row * stepX), segments, segment, k, w, bias, add, y + (row * stepY));
    }

    /// <summary>
    /// Several panels of a product of the same rows, each as <see cref="Rows"/> has it: two by two where the registers allow it, so that a number
    /// of x is loaded half as often.
    /// </summary>
    /// <param name="x">The first number of the first row.</param>
    /// <param name="stepX">From row to row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="segments">Segments.</param>
    /// <param name="segment">From a segment of a row to the next, in numbers.</param>
    /// <param name="k">Numbers of a segment.</param>
    /// <param name="w">The first panel, [segment][k][16].</param>
    /// <param name="nextW">From panel to panel of the weights.</param>
    /// <param name="bias">Sixteen numbers of the first panel, or null for zeros.</param>
    /// <param name="nextBias">From panel to panel of the bias.</param>
    /// <param name="add">Whether the product is added to what y holds.</param>
    /// <param name="y">The first number of the first panel in the first row.</param>
    /// <param name="nextY">From panel to panel of y; 16 where they lie side by side.</param>
    /// <param name="stepY">From row to row.</param>
    /// <param name="columns">Columns of all panels; the last panel may have fewer than sixteen.</param>
    /// <param name="type">What the factors are rounded to; the panels are packed for the same.</param>
    /// <param name="wide">Whether with 512-bit registers; null asks the processor. For tests.</param>
    internal static void RowsOfPanels(
        float* x, long stepX, int rows, int segments, long segment, int k, float* w, long nextW, float* bias, long nextBias, bool add,
        float* y, long nextY, long stepY, int columns, ProductType type = ProductType.Float32, bool? wide = null)
    {
        if (Bf16Products.Takes(type, (long)segments * k))
        {
            Bf16Products.Rows(x, stepX, rows, segments, segment, k, w, nextW, bias, nextBias, add, y, nextY, stepY, columns);
            return;
        }

        if (wide ?? Vector512.IsHardwareAccelerated)
        {
            for (; columns >= 2 * Panel; columns -= 2 * Panel)
            {
                var secondBias = bias is null ? null : bias + nextBias;
                var row = 0;
                for (; row + ProductTiles512.Height <= rows; row += ProductTiles512.Height)
                {
                    ProductTiles512.TwelveByTwo(
                        x + (row * stepX), stepX, segments, segment, k, w, nextW, bias, secondBias, add, y + (row * stepY), nextY, stepY);
                }

                for (; row < rows; row += ProductTiles.Height)
                {
                    var count = Math.Min(ProductTiles.Height, rows - row);
                    ProductTiles.Six<Lanes16>(
                        x + (row * stepX), stepX, count, segments, segment, k, w, nextW, bias, secondBias, add, y + (row * stepY), nextY, stepY);
                }

                w += 2 * nextW;
                if (bias is not null) bias += 2 * nextBias;
                y += 2 * nextY;
            }
        }

        for (; columns > 0; columns -= Panel)
        {
            Rows(x, stepX, rows, segments, segment, k, w, bias, add, y, stepY, Math.Min(Panel, columns), wide: wide);
            w += nextW;
            if (bias is not null) bias += nextBias;
            y += nextY;
        }
    }

    /// <summary>
    /// The gradients of panels of weights, to[k, j] += Σ_i x[i, k] · y[i, j] with rows i and sixteen columns j of each panel, from the same rows
    /// of x: what is done to x is done once for <see cref="PanelsAtOnce"/> of them.
    /// </summary>
    /// <param name="x">The first number of the first row.</param>
    /// <param name="stepX">From row to row.</param>
    /// <param name="k">Numbers of a row of x.</param>
    /// <param name="y">The first number of the first panel in the first row.</param>
    /// <param name="nextY">From panel to panel.</param>
    /// <param name="stepY">From row to row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="to">[k][16].</param>
    /// <param name="nextTo">From there to the next panel's.</param>
    /// <param name="panels">Panels.</param>
    /// <param name="type">What the factors are rounded to.</param>
    /// <param name="wide">Whether with 512-bit registers; null asks the processor. For tests.</param>
    internal static void OuterOfPanels(
        float* x, long stepX, int k, float* y, long nextY, long stepY, int rows, float* to, long nextTo, int panels,
        ProductType type = ProductType.Float32, bool? wide = null)
    {
        if (Bf16Products.Takes(type, k))
        {
            Bf16Products.Outer(x, stepX, k, y, nextY, stepY, rows, to, nextTo, panels);
            return;
        }

        for (; panels >= 2; panels -= 2, y += 2 * nextY, to += 2 * nextTo) OuterOfTwo(x, stepX, k, y, nextY, stepY, rows, to, nextTo, wide);
        if (panels > 0) OuterOfOne(x, stepX, k, y, stepY, rows, to, wide);
    }

    /// <summary>Panels that a piece of work gives to <see cref="OuterOfPanels"/>: registers hold two, rounding and turning x pays for more.</summary>
    internal static int PanelsAtOnce(ProductType type, int k) => Bf16Products.Takes(type, k) ? 8 : 2;

    private static void OuterOfOne(float* x, long stepX, int k, float* y, long stepY, int rows, float* to, bool? wide)
    {
        var i = 0;
        if (wide ?? Vector512.IsHardwareAccelerated)
        {
            for (; i + ProductTiles512.Height <= k; i += ProductTiles512.Height) OuterTiles512.Twelve(x + i, stepX, y, stepY, rows, to + (i * Panel));
        }

        for (; i < k; i += ProductTiles.Height)
            ProductTiles.OuterSix<Lanes8>(x + i, stepX, Math.Min(ProductTiles.Height, k - i), y, Panel / 2, stepY, rows, to + (i * Panel), Panel / 2);
    }

    private static void OuterOfTwo(
        float* x, long stepX, int k, float* y, long nextY, long stepY, int rows, float* to, long nextTo, bool? wide)
    {
        if (!(wide ?? Vector512.IsHardwareAccelerated))
        {
            OuterOfOne(x, stepX, k, y, stepY, rows, to, wide);
            OuterOfOne(x, stepX, k, y + nextY, stepY, rows, to + nextTo, wide);
            return;
        }

        var i = 0;
        for (; i + ProductTiles512.Height <= k; i += ProductTiles512.Height)
            OuterTiles512.TwelveByTwo(x + i, stepX, y, nextY, stepY, rows, to + (i * Panel), nextTo);
        for (; i < k; i += ProductTiles.Height)
            ProductTiles.OuterSix<Lanes16>(x + i, stepX, Math.Min(ProductTiles.Height, k - i), y, nextY, stepY, rows, to + (i * Panel), nextTo);
    }

    // One column behind the last whole panel: sixteen numbers a row times sixteen weights.
    private static void Column(float* x, long stepX, int rows, float* w, bool add, float* y, long stepY)
    {
        var side = stackalloc float[Panel];
        for (var i = 0; i < Panel; i++) side[i] = w[i * Panel];
        Vector256<float> a = Vector256.Load(side), b = Vector256.Load(side + 8);
        for (var i = 0; i < rows; i++, x += stepX, y += stepY)
            *y = (add ? *y : 0) + Vector256.Sum(Vector256.MultiplyAddEstimate(Vector256.Load(x), a, Vector256.Load(x + 8) * b));
    }

    // Eight columns: one register a row, twice as many rows at a time.
    private static void HalfPanel(
        float* x, long stepX, int rows, int segments, long segment, int k, float* w, float* bias, bool add, float* y, long stepY)
    {
        var row = 0;
        for (; row + ProductTiles.NarrowHeight <= rows; row += ProductTiles.NarrowHeight)
            ProductTiles.TwelveNarrow(x + (row * stepX), stepX, segments, segment, k, w, bias, add, y + (row * stepY), stepY);
        for (; row < rows; row++) ProductTiles.OneNarrow(x + (row * stepX), segments, segment, k, w, bias, add, y + (row * stepY));
    }

    // Other numbers of columns than eight and sixteen: whole rows, or halves, go to the side first.
    private static void Narrow(
        float* x, long stepX, int rows, int segments, long segment, int k, float* w, float* bias, bool add, float* y, long stepY, int columns, bool? wide)
    {
        const int Block = 24;
        var side = stackalloc float[Block * Panel];
        for (var first = 0; first < rows; first += Block)
        {
            var count = Math.Min(Block, rows - first);
            var computed = columns < Half ? Half : Panel;
            Rows(x + (first * stepX), stepX, count, segments, segment, k, w, add ? null : bias, false, side, Panel, computed, wide: wide);
            for (var i = 0; i < count; i++)
            {
                var to = y + ((first + i) * stepY);
                var from = side + (i * Panel);
                for (var j = 0; j < columns; j++) to[j] = add ? to[j] + from[j] : from[j];
            }
        }
    }
}
