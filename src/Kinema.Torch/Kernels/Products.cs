using System.Runtime.Intrinsics;

namespace Kinema.Torch;

/// <summary>
/// Matrix products of rows, for one thread: what the kernels are made of. The second factor lies in <b>panels</b> of sixteen columns,
/// [panel][k][16], so that a register is filled by one load; the first is read where it lies. Six rows (twelve with AVX-512) by sixteen columns
/// stay in registers. On the shapes of a skeleton network this is as fast as a BLAS, without its copies, and a kernel can go on with the
/// result while it is in the cache.
/// </summary>
internal static unsafe class Products
{
    /// <summary>Columns of a panel.</summary>
    internal const int Panel = 16;

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
                for (var j = 0; j < width; j++) to[j] = b[(i * step) + first + j];
                for (var j = width; j < Panel; j++) to[j] = 0;
            }
        }
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
    internal static void Rows(
        float* x, long stepX, int rows, int segments, long segment, int k, float* w, float* bias, bool add, float* y, long stepY, int columns = Panel)
    {
        if (columns == 1 && segments == 1 && k == Panel && bias is null)
        {
            Column(x, stepX, rows, w, add, y, stepY);
            return;
        }

        if (columns < Panel)
        {
            Narrow(x, stepX, rows, segments, segment, k, w, bias, add, y, stepY, columns);
            return;
        }

        var row = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; row + 12 <= rows; row += 12) Twelve(x + (row * stepX), stepX, segments, segment, k, w, bias, add, y + (row * stepY), stepY);
        }

        for (; row + 6 <= rows; row += 6) Six(x + (row * stepX), stepX, segments, segment, k, w, bias, add, y + (row * stepY), stepY);
        for (; row < rows; row++) One(x + (row * stepX), segments, segment, k, w, bias, add, y + (row * stepY));
    }

    /// <summary>
    /// The gradient of a panel of weights: to[k, j] += Σ_i x[i, k] · y[i, j], rows i, for sixteen columns j.
    /// </summary>
    /// <param name="x">The first number of the first row.</param>
    /// <param name="stepX">From row to row.</param>
    /// <param name="k">Numbers of a row of x.</param>
    /// <param name="y">The first number of the panel in the first row.</param>
    /// <param name="stepY">From row to row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="to">[k][16].</param>
    internal static void Outer(float* x, long stepX, int k, float* y, long stepY, int rows, float* to)
    {
        var i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i + 12 <= k; i += 12) OuterTwelve(x + i, stepX, y, stepY, rows, to + (i * Panel));
        }

        for (; i + 6 <= k; i += 6) OuterSix(x + i, stepX, y, stepY, rows, to + (i * Panel));
        if (i + 3 <= k)
        {
            OuterThree(x + i, stepX, y, stepY, rows, to + (i * Panel));
            i += 3;
        }

        for (; i < k; i++) OuterOne(x + i, stepX, y, stepY, rows, to + (i * Panel));
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

    // Fewer than sixteen columns: whole rows go to the side first.
    private static void Narrow(
        float* x, long stepX, int rows, int segments, long segment, int k, float* w, float* bias, bool add, float* y, long stepY, int columns)
    {
        const int Block = 24;
        var side = stackalloc float[Block * Panel];
        for (var first = 0; first < rows; first += Block)
        {
            var count = Math.Min(Block, rows - first);
            Rows(x + (first * stepX), stepX, count, segments, segment, k, w, bias, false, side, Panel);
            for (var i = 0; i < count; i++)
            {
                var to = y + ((first + i) * stepY);
                var from = side + (i * Panel);
                for (var j = 0; j < columns; j++) to[j] = add ? to[j] + from[j] : from[j];
            }
        }
    }

    private static void Six(float* x, long step, int segments, long segment, int k, float* w, float* bias, bool add, float* y, long stepY)
    {
        Vector256<float> a0, a1, b0, b1, c0, c1, d0, d1, e0, e1, f0, f1;
        float* y3 = y + (3 * stepY);
        if (add)
        {
            (a0, a1) = (Vector256.Load(y), Vector256.Load(y + 8));
            (b0, b1) = (Vector256.Load(y + stepY), Vector256.Load(y + stepY + 8));
            (c0, c1) = (Vector256.Load(y + (2 * stepY)), Vector256.Load(y + (2 * stepY) + 8));
            (d0, d1) = (Vector256.Load(y3), Vector256.Load(y3 + 8));
            (e0, e1) = (Vector256.Load(y3 + stepY), Vector256.Load(y3 + stepY + 8));
            (f0, f1) = (Vector256.Load(y3 + (2 * stepY)), Vector256.Load(y3 + (2 * stepY) + 8));
        }
        else
        {
            a0 = bias is null ? default : Vector256.Load(bias);
            a1 = bias is null ? default : Vector256.Load(bias + 8);
            (b0, b1, c0, c1, d0, d1, e0, e1, f0, f1) = (a0, a1, a0, a1, a0, a1, a0, a1, a0, a1);
        }

        for (var s = 0; s < segments; s++, x += segment)
        {
            float* x0 = x, x3 = x + (3 * step);
            for (var end = w + ((long)k * Panel); w < end; w += Panel)
            {
                Vector256<float> p = Vector256.Load(w), q = Vector256.Load(w + 8);
                var v = Vector256.Create(*x0);
                a0 = Vector256.MultiplyAddEstimate(v, p, a0);
                a1 = Vector256.MultiplyAddEstimate(v, q, a1);
                v = Vector256.Create(*(x0 + step));
                b0 = Vector256.MultiplyAddEstimate(v, p, b0);
                b1 = Vector256.MultiplyAddEstimate(v, q, b1);
                v = Vector256.Create(*(x0 + (2 * step)));
                c0 = Vector256.MultiplyAddEstimate(v, p, c0);
                c1 = Vector256.MultiplyAddEstimate(v, q, c1);
                v = Vector256.Create(*x3);
                d0 = Vector256.MultiplyAddEstimate(v, p, d0);
                d1 = Vector256.MultiplyAddEstimate(v, q, d1);
                v = Vector256.Create(*(x3 + step));
                e0 = Vector256.MultiplyAddEstimate(v, p, e0);
                e1 = Vector256.MultiplyAddEstimate(v, q, e1);
                v = Vector256.Create(*(x3 + (2 * step)));
                f0 = Vector256.MultiplyAddEstimate(v, p, f0);
                f1 = Vector256.MultiplyAddEstimate(v, q, f1);
                x0++;
                x3++;
            }
        }

        a0.Store(y);
        a1.Store(y + 8);
        b0.Store(y + stepY);
        b1.Store(y + stepY + 8);
        c0.Store(y + (2 * stepY));
        c1.Store(y + (2 * stepY) + 8);
        d0.Store(y3);
        d1.Store(y3 + 8);
        e0.Store(y3 + stepY);
        e1.Store(y3 + stepY + 8);
        f0.Store(y3 + (2 * stepY));
        f1.Store(y3 + (2 * stepY) + 8);
    }

    private static void Twelve(float* x, long step, int segments, long segment, int k, float* w, float* bias, bool add, float* y, long stepY)
    {
        Vector512<float> a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11;
        float* y3 = y + (3 * stepY), y6 = y + (6 * stepY), y9 = y + (9 * stepY);
        if (add)
        {
            (a0, a1, a2) = (Vector512.Load(y), Vector512.Load(y + stepY), Vector512.Load(y + (2 * stepY)));
            (a3, a4, a5) = (Vector512.Load(y3), Vector512.Load(y3 + stepY), Vector512.Load(y3 + (2 * stepY)));
            (a6, a7, a8) = (Vector512.Load(y6), Vector512.Load(y6 + stepY), Vector512.Load(y6 + (2 * stepY)));
            (a9, a10, a11) = (Vector512.Load(y9), Vector512.Load(y9 + stepY), Vector512.Load(y9 + (2 * stepY)));
        }
        else
        {
            a0 = bias is null ? default : Vector512.Load(bias);
            (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11) = (a0, a0, a0, a0, a0, a0, a0, a0, a0, a0, a0);
        }

        for (var s = 0; s < segments; s++, x += segment)
        {
            float* x0 = x, x3 = x + (3 * step), x6 = x + (6 * step), x9 = x + (9 * step);
            for (var end = w + ((long)k * Panel); w < end; w += Panel)
            {
                var p = Vector512.Load(w);
                a0 = Vector512.MultiplyAddEstimate(Vector512.Create(*x0), p, a0);
                a1 = Vector512.MultiplyAddEstimate(Vector512.Create(*(x0 + step)), p, a1);
                a2 = Vector512.MultiplyAddEstimate(Vector512.Create(*(x0 + (2 * step))), p, a2);
                a3 = Vector512.MultiplyAddEstimate(Vector512.Create(*x3), p, a3);
                a4 = Vector512.MultiplyAddEstimate(Vector512.Create(*(x3 + step)), p, a4);
                a5 = Vector512.MultiplyAddEstimate(Vector512.Create(*(x3 + (2 * step))), p, a5);
                a6 = Vector512.MultiplyAddEstimate(Vector512.Create(*x6), p, a6);
                a7 = Vector512.MultiplyAddEstimate(Vector512.Create(*(x6 + step)), p, a7);
                a8 = Vector512.MultiplyAddEstimate(Vector512.Create(*(x6 + (2 * step))), p, a8);
                a9 = Vector512.MultiplyAddEstimate(Vector512.Create(*x9), p, a9);
                a10 = Vector512.MultiplyAddEstimate(Vector512.Create(*(x9 + step)), p, a10);
                a11 = Vector512.MultiplyAddEstimate(Vector512.Create(*(x9 + (2 * step))), p, a11);
                x0++;
                x3++;
                x6++;
                x9++;
            }
        }

        a0.Store(y);
        a1.Store(y + stepY);
        a2.Store(y + (2 * stepY));
        a3.Store(y3);
        a4.Store(y3 + stepY);
        a5.Store(y3 + (2 * stepY));
        a6.Store(y6);
        a7.Store(y6 + stepY);
        a8.Store(y6 + (2 * stepY));
        a9.Store(y9);
        a10.Store(y9 + stepY);
        a11.Store(y9 + (2 * stepY));
    }

    private static void One(float* x, int segments, long segment, int k, float* w, float* bias, bool add, float* y)
    {
        var from = add ? y : bias;
        Vector256<float> a = from is null ? default : Vector256.Load(from), b = from is null ? default : Vector256.Load(from + 8);
        Vector256<float> c = default, d = default; // two chains: one would wait for itself
        for (var s = 0; s < segments; s++, x += segment)
        {
            var i = 0;
            for (; i + 2 <= k; i += 2, w += 2 * Panel)
            {
                Vector256<float> u = Vector256.Create(x[i]), v = Vector256.Create(x[i + 1]);
                a = Vector256.MultiplyAddEstimate(u, Vector256.Load(w), a);
                b = Vector256.MultiplyAddEstimate(u, Vector256.Load(w + 8), b);
                c = Vector256.MultiplyAddEstimate(v, Vector256.Load(w + 16), c);
                d = Vector256.MultiplyAddEstimate(v, Vector256.Load(w + 24), d);
            }

            if (i < k)
            {
                var u = Vector256.Create(x[i]);
                a = Vector256.MultiplyAddEstimate(u, Vector256.Load(w), a);
                b = Vector256.MultiplyAddEstimate(u, Vector256.Load(w + 8), b);
                w += Panel;
            }
        }

        (a + c).Store(y);
        (b + d).Store(y + 8);
    }

    private static void OuterSix(float* x, long stepX, float* y, long stepY, int rows, float* to)
    {
        Vector256<float> a0 = Vector256.Load(to), a1 = Vector256.Load(to + 8), b0 = Vector256.Load(to + 16), b1 = Vector256.Load(to + 24);
        Vector256<float> c0 = Vector256.Load(to + 32), c1 = Vector256.Load(to + 40), d0 = Vector256.Load(to + 48), d1 = Vector256.Load(to + 56);
        Vector256<float> e0 = Vector256.Load(to + 64), e1 = Vector256.Load(to + 72), f0 = Vector256.Load(to + 80), f1 = Vector256.Load(to + 88);
        for (var i = 0; i < rows; i++, x += stepX, y += stepY)
        {
            Vector256<float> p = Vector256.Load(y), q = Vector256.Load(y + 8);
            var v = Vector256.Create(x[0]);
            a0 = Vector256.MultiplyAddEstimate(v, p, a0);
            a1 = Vector256.MultiplyAddEstimate(v, q, a1);
            v = Vector256.Create(x[1]);
            b0 = Vector256.MultiplyAddEstimate(v, p, b0);
            b1 = Vector256.MultiplyAddEstimate(v, q, b1);
            v = Vector256.Create(x[2]);
            c0 = Vector256.MultiplyAddEstimate(v, p, c0);
            c1 = Vector256.MultiplyAddEstimate(v, q, c1);
            v = Vector256.Create(x[3]);
            d0 = Vector256.MultiplyAddEstimate(v, p, d0);
            d1 = Vector256.MultiplyAddEstimate(v, q, d1);
            v = Vector256.Create(x[4]);
            e0 = Vector256.MultiplyAddEstimate(v, p, e0);
            e1 = Vector256.MultiplyAddEstimate(v, q, e1);
            v = Vector256.Create(x[5]);
            f0 = Vector256.MultiplyAddEstimate(v, p, f0);
            f1 = Vector256.MultiplyAddEstimate(v, q, f1);
        }

        a0.Store(to);
        a1.Store(to + 8);
        b0.Store(to + 16);
        b1.Store(to + 24);
        c0.Store(to + 32);
        c1.Store(to + 40);
        d0.Store(to + 48);
        d1.Store(to + 56);
        e0.Store(to + 64);
        e1.Store(to + 72);
        f0.Store(to + 80);
        f1.Store(to + 88);
    }

    private static void OuterTwelve(float* x, long stepX, float* y, long stepY, int rows, float* to)
    {
        Vector512<float> a0 = Vector512.Load(to), a1 = Vector512.Load(to + 16), a2 = Vector512.Load(to + 32), a3 = Vector512.Load(to + 48);
        Vector512<float> a4 = Vector512.Load(to + 64), a5 = Vector512.Load(to + 80), a6 = Vector512.Load(to + 96), a7 = Vector512.Load(to + 112);
        Vector512<float> a8 = Vector512.Load(to + 128), a9 = Vector512.Load(to + 144), a10 = Vector512.Load(to + 160), a11 = Vector512.Load(to + 176);
        for (var i = 0; i < rows; i++, x += stepX, y += stepY)
        {
            var p = Vector512.Load(y);
            a0 = Vector512.MultiplyAddEstimate(Vector512.Create(x[0]), p, a0);
            a1 = Vector512.MultiplyAddEstimate(Vector512.Create(x[1]), p, a1);
            a2 = Vector512.MultiplyAddEstimate(Vector512.Create(x[2]), p, a2);
            a3 = Vector512.MultiplyAddEstimate(Vector512.Create(x[3]), p, a3);
            a4 = Vector512.MultiplyAddEstimate(Vector512.Create(x[4]), p, a4);
            a5 = Vector512.MultiplyAddEstimate(Vector512.Create(x[5]), p, a5);
            a6 = Vector512.MultiplyAddEstimate(Vector512.Create(x[6]), p, a6);
            a7 = Vector512.MultiplyAddEstimate(Vector512.Create(x[7]), p, a7);
            a8 = Vector512.MultiplyAddEstimate(Vector512.Create(x[8]), p, a8);
            a9 = Vector512.MultiplyAddEstimate(Vector512.Create(x[9]), p, a9);
            a10 = Vector512.MultiplyAddEstimate(Vector512.Create(x[10]), p, a10);
            a11 = Vector512.MultiplyAddEstimate(Vector512.Create(x[11]), p, a11);
        }

        a0.Store(to);
        a1.Store(to + 16);
        a2.Store(to + 32);
        a3.Store(to + 48);
        a4.Store(to + 64);
        a5.Store(to + 80);
        a6.Store(to + 96);
        a7.Store(to + 112);
        a8.Store(to + 128);
        a9.Store(to + 144);
        a10.Store(to + 160);
        a11.Store(to + 176);
    }

    private static void OuterThree(float* x, long stepX, float* y, long stepY, int rows, float* to)
    {
        Vector256<float> a0 = Vector256.Load(to), a1 = Vector256.Load(to + 8), b0 = Vector256.Load(to + 16), b1 = Vector256.Load(to + 24);
        Vector256<float> c0 = Vector256.Load(to + 32), c1 = Vector256.Load(to + 40);
        for (var i = 0; i < rows; i++, x += stepX, y += stepY)
        {
            Vector256<float> p = Vector256.Load(y), q = Vector256.Load(y + 8);
            var v = Vector256.Create(x[0]);
            a0 = Vector256.MultiplyAddEstimate(v, p, a0);
            a1 = Vector256.MultiplyAddEstimate(v, q, a1);
            v = Vector256.Create(x[1]);
            b0 = Vector256.MultiplyAddEstimate(v, p, b0);
            b1 = Vector256.MultiplyAddEstimate(v, q, b1);
            v = Vector256.Create(x[2]);
            c0 = Vector256.MultiplyAddEstimate(v, p, c0);
            c1 = Vector256.MultiplyAddEstimate(v, q, c1);
        }

        a0.Store(to);
        a1.Store(to + 8);
        b0.Store(to + 16);
        b1.Store(to + 24);
        c0.Store(to + 32);
        c1.Store(to + 40);
    }

    private static void OuterOne(float* x, long stepX, float* y, long stepY, int rows, float* to)
    {
        Vector256<float> a0 = Vector256.Load(to), a1 = Vector256.Load(to + 8);
        for (var i = 0; i < rows; i++, x += stepX, y += stepY)
        {
            var v = Vector256.Create(*x);
            a0 = Vector256.MultiplyAddEstimate(v, Vector256.Load(y), a0);
            a1 = Vector256.MultiplyAddEstimate(v, Vector256.Load(y + 8), a1);
        }

        a0.Store(to);
        a1.Store(to + 8);
    }
}
