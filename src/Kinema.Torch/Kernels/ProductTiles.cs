using System.Runtime.Intrinsics;

namespace Kinema.Torch;

/// <summary>
/// Tiles of the products of <see cref="Products"/> that are two registers wide: the halves of a panel with AVX2, two whole panels with AVX-512.
/// Six rows by two registers are twelve sums, which with two registers of weights and one of x just fit the sixteen of AVX2.
/// </summary>
internal static unsafe class ProductTiles
{
    /// <summary>Rows of a tile.</summary>
    internal const int Height = 6;

    /// <summary>Rows of a tile that is one register of eight wide.</summary>
    internal const int NarrowHeight = 12;

    /// <summary>One to six rows of a product; see <see cref="Products.Rows"/>.</summary>
    /// <param name="x">The first number of the first row.</param>
    /// <param name="stepX">From row to row.</param>
    /// <param name="count">Rows; a tile of fewer than six reads its last row again and does not write it twice.</param>
    /// <param name="segments">Segments.</param>
    /// <param name="segment">From a segment of a row to the next.</param>
    /// <param name="k">Numbers of a segment.</param>
    /// <param name="w">The weights of the first register.</param>
    /// <param name="nextW">From there to those of the second.</param>
    /// <param name="from0">What the first register starts with in every row, or null for zeros. Unread when adding.</param>
    /// <param name="from1">The same for the second.</param>
    /// <param name="add">Whether the product is added to what y holds.</param>
    /// <param name="y">The first number of the first row.</param>
    /// <param name="nextY">From the first register to the second.</param>
    /// <param name="stepY">From row to row.</param>
    internal static void Six<TLanes>(
        float* x, long stepX, int count, int segments, long segment, int k, float* w, long nextW, float* from0, float* from1, bool add,
        float* y, long nextY, long stepY)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes p0 = default, p1, p2, p3, p4, p5, q0 = default, q1, q2, q3, q4, q5;
        if (add)
        {
            var to = y;
            (p0, q0) = (TLanes.Load(to), TLanes.Load(to + nextY));
            to += 1 < count ? stepY : 0;
            (p1, q1) = (TLanes.Load(to), TLanes.Load(to + nextY));
            to += 2 < count ? stepY : 0;
            (p2, q2) = (TLanes.Load(to), TLanes.Load(to + nextY));
            to += 3 < count ? stepY : 0;
            (p3, q3) = (TLanes.Load(to), TLanes.Load(to + nextY));
            to += 4 < count ? stepY : 0;
            (p4, q4) = (TLanes.Load(to), TLanes.Load(to + nextY));
            to += 5 < count ? stepY : 0;
            (p5, q5) = (TLanes.Load(to), TLanes.Load(to + nextY));
        }
        else
        {
            if (from0 is not null) p0 = TLanes.Load(from0);
            if (from1 is not null) q0 = TLanes.Load(from1);
            (p1, p2, p3, p4, p5, q1, q2, q3, q4, q5) = (p0, p0, p0, p0, p0, q0, q0, q0, q0, q0);
        }

        long x1 = stepX, x2 = 2 * stepX, x3 = 3 * stepX, x4 = 4 * stepX, x5 = 5 * stepX;
        if (count < Height)
        {
            var last = (count - 1) * stepX;
            (x1, x2, x3, x4, x5) = (Math.Min(x1, last), Math.Min(x2, last), Math.Min(x3, last), Math.Min(x4, last), Math.Min(x5, last));
        }

        for (var s = 0; s < segments; s++, x += segment)
        {
            var at = x;
            for (var end = w + ((long)k * Products.Panel); w < end; w += Products.Panel, at++)
            {
                TLanes u = TLanes.Load(w), v = TLanes.Load(w + nextW);
                var g = TLanes.Splat(*at);
                TLanes.Accumulate(ref p0, g, u);
                TLanes.Accumulate(ref q0, g, v);
                g = TLanes.Splat(at[x1]);
                TLanes.Accumulate(ref p1, g, u);
                TLanes.Accumulate(ref q1, g, v);
                g = TLanes.Splat(at[x2]);
                TLanes.Accumulate(ref p2, g, u);
                TLanes.Accumulate(ref q2, g, v);
                g = TLanes.Splat(at[x3]);
                TLanes.Accumulate(ref p3, g, u);
                TLanes.Accumulate(ref q3, g, v);
                g = TLanes.Splat(at[x4]);
                TLanes.Accumulate(ref p4, g, u);
                TLanes.Accumulate(ref q4, g, v);
                g = TLanes.Splat(at[x5]);
                TLanes.Accumulate(ref p5, g, u);
                TLanes.Accumulate(ref q5, g, v);
            }
        }

        TLanes.Store(p0, y);
        TLanes.Store(q0, y + nextY);
        if (count == 1) return;
        y += stepY;
        TLanes.Store(p1, y);
        TLanes.Store(q1, y + nextY);
        if (count == 2) return;
        y += stepY;
        TLanes.Store(p2, y);
        TLanes.Store(q2, y + nextY);
        if (count == 3) return;
        y += stepY;
        TLanes.Store(p3, y);
        TLanes.Store(q3, y + nextY);
        if (count == 4) return;
        y += stepY;
        TLanes.Store(p4, y);
        TLanes.Store(q4, y + nextY);
        if (count == 5) return;
        y += stepY;
        TLanes.Store(p5, y);
        TLanes.Store(q5, y + nextY);
    }

    /// <summary>One row by one panel.</summary>
    internal static void One(float* x, int segments, long segment, int k, float* w, float* bias, bool add, float* y)
    {
        var from = add ? y : bias;
        Vector256<float> a = from is null ? default : Vector256.Load(from), b = from is null ? default : Vector256.Load(from + 8);
        Vector256<float> c = default, d = default; // two chains: one would wait for itself
        for (var s = 0; s < segments; s++, x += segment)
        {
            var i = 0;
            for (; i + 2 <= k; i += 2, w += 2 * Products.Panel)
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
                w += Products.Panel;
            }
        }

        (a + c).Store(y);
        (b + d).Store(y + 8);
    }

    /// <summary>Twelve rows by the first eight columns of a panel; see <see cref="Products.Rows"/>.</summary>
    internal static void TwelveNarrow(
        float* x, long stepX, int segments, long segment, int k, float* w, float* bias, bool add, float* y, long stepY)
    {
        var from = bias is null ? default : Lanes8.Load(bias);
        Lanes8 p0 = from, p1 = from, p2 = from, p3 = from, p4 = from, p5 = from, q0 = from, q1 = from, q2 = from, q3 = from, q4 = from, q5 = from;
        if (add)
        {
            p0 = Lanes8.Load(y + (0 * stepY));
            p1 = Lanes8.Load(y + (1 * stepY));
            p2 = Lanes8.Load(y + (2 * stepY));
            p3 = Lanes8.Load(y + (3 * stepY));
            p4 = Lanes8.Load(y + (4 * stepY));
            p5 = Lanes8.Load(y + (5 * stepY));
            q0 = Lanes8.Load(y + (6 * stepY));
            q1 = Lanes8.Load(y + (7 * stepY));
            q2 = Lanes8.Load(y + (8 * stepY));
            q3 = Lanes8.Load(y + (9 * stepY));
            q4 = Lanes8.Load(y + (10 * stepY));
            q5 = Lanes8.Load(y + (11 * stepY));
        }

        long x1 = stepX, x2 = 2 * stepX, x3 = 3 * stepX, x4 = 4 * stepX, x5 = 5 * stepX;
        var second = 6 * stepX;
        for (var s = 0; s < segments; s++, x += segment)
        {
            float* at = x, other = x + second;
            for (var end = w + ((long)k * Products.Panel); w < end; w += Products.Panel, at++, other++)
            {
                var u = Lanes8.Load(w);
                Lanes8.Accumulate(ref p0, Lanes8.Splat(*at), u);
                Lanes8.Accumulate(ref p1, Lanes8.Splat(at[x1]), u);
                Lanes8.Accumulate(ref p2, Lanes8.Splat(at[x2]), u);
                Lanes8.Accumulate(ref p3, Lanes8.Splat(at[x3]), u);
                Lanes8.Accumulate(ref p4, Lanes8.Splat(at[x4]), u);
                Lanes8.Accumulate(ref p5, Lanes8.Splat(at[x5]), u);
                Lanes8.Accumulate(ref q0, Lanes8.Splat(*other), u);
                Lanes8.Accumulate(ref q1, Lanes8.Splat(other[x1]), u);
                Lanes8.Accumulate(ref q2, Lanes8.Splat(other[x2]), u);
                Lanes8.Accumulate(ref q3, Lanes8.Splat(other[x3]), u);
                Lanes8.Accumulate(ref q4, Lanes8.Splat(other[x4]), u);
                Lanes8.Accumulate(ref q5, Lanes8.Splat(other[x5]), u);
            }
        }

        Lanes8.Store(p0, y + (0 * stepY));
        Lanes8.Store(p1, y + (1 * stepY));
        Lanes8.Store(p2, y + (2 * stepY));
        Lanes8.Store(p3, y + (3 * stepY));
        Lanes8.Store(p4, y + (4 * stepY));
        Lanes8.Store(p5, y + (5 * stepY));
        Lanes8.Store(q0, y + (6 * stepY));
        Lanes8.Store(q1, y + (7 * stepY));
        Lanes8.Store(q2, y + (8 * stepY));
        Lanes8.Store(q3, y + (9 * stepY));
        Lanes8.Store(q4, y + (10 * stepY));
        Lanes8.Store(q5, y + (11 * stepY));
    }

    /// <summary>One row by the first eight columns of a panel.</summary>
    internal static void OneNarrow(float* x, int segments, long segment, int k, float* w, float* bias, bool add, float* y)
    {
        var from = add ? y : bias;
        Vector256<float> a = from is null ? default : Vector256.Load(from), b = default; // two chains: one would wait for itself
        for (var s = 0; s < segments; s++, x += segment)
        {
            var i = 0;
            for (; i + 2 <= k; i += 2, w += 2 * Products.Panel)
            {
                a = Vector256.MultiplyAddEstimate(Vector256.Create(x[i]), Vector256.Load(w), a);
                b = Vector256.MultiplyAddEstimate(Vector256.Create(x[i + 1]), Vector256.Load(w + Products.Panel), b);
            }

            if (i == k) continue;
            a = Vector256.MultiplyAddEstimate(Vector256.Create(x[i]), Vector256.Load(w), a);
            w += Products.Panel;
        }

        (a + b).Store(y);
    }

    /// <summary>One to six rows of a gradient of weights; see <see cref="Products.OuterOfPanels"/>.</summary>
    /// <param name="x">The first number of the first row.</param>
    /// <param name="stepX">From row to row.</param>
    /// <param name="count">Numbers of a row of x that count, at most six; a tile of fewer reads the last again.</param>
    /// <param name="y">The first register of the first row.</param>
    /// <param name="nextY">From the first register to the second.</param>
    /// <param name="stepY">From row to row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="to">The first register of the result, its rows a panel's width apart.</param>
    /// <param name="nextTo">From the first register to the second.</param>
    internal static void OuterSix<TLanes>(float* x, long stepX, int count, float* y, long nextY, long stepY, int rows, float* to, long nextTo)
        where TLanes : struct, ILanes<TLanes>
    {
        long i1 = Math.Min(1, count - 1), i2 = Math.Min(2, count - 1), i3 = Math.Min(3, count - 1), i4 = Math.Min(4, count - 1), i5 = Math.Min(5, count - 1);
        TLanes p0 = TLanes.Load(to), q0 = TLanes.Load(to + nextTo);
        TLanes p1 = TLanes.Load(to + (i1 * Products.Panel)), q1 = TLanes.Load(to + (i1 * Products.Panel) + nextTo);
        TLanes p2 = TLanes.Load(to + (i2 * Products.Panel)), q2 = TLanes.Load(to + (i2 * Products.Panel) + nextTo);
        TLanes p3 = TLanes.Load(to + (i3 * Products.Panel)), q3 = TLanes.Load(to + (i3 * Products.Panel) + nextTo);
        TLanes p4 = TLanes.Load(to + (i4 * Products.Panel)), q4 = TLanes.Load(to + (i4 * Products.Panel) + nextTo);
        TLanes p5 = TLanes.Load(to + (i5 * Products.Panel)), q5 = TLanes.Load(to + (i5 * Products.Panel) + nextTo);
        for (var row = 0; row < rows; row++, x += stepX, y += stepY)
        {
            TLanes u = TLanes.Load(y), v = TLanes.Load(y + nextY);
            var g = TLanes.Splat(*x);
            TLanes.Accumulate(ref p0, g, u);
            TLanes.Accumulate(ref q0, g, v);
            g = TLanes.Splat(x[i1]);
            TLanes.Accumulate(ref p1, g, u);
            TLanes.Accumulate(ref q1, g, v);
            g = TLanes.Splat(x[i2]);
            TLanes.Accumulate(ref p2, g, u);
            TLanes.Accumulate(ref q2, g, v);
            g = TLanes.Splat(x[i3]);
            TLanes.Accumulate(ref p3, g, u);
            TLanes.Accumulate(ref q3, g, v);
            g = TLanes.Splat(x[i4]);
            TLanes.Accumulate(ref p4, g, u);
            TLanes.Accumulate(ref q4, g, v);
            g = TLanes.Splat(x[i5]);
            TLanes.Accumulate(ref p5, g, u);
            TLanes.Accumulate(ref q5, g, v);
        }

        TLanes.Store(p0, to);
        TLanes.Store(q0, to + nextTo);
        if (count == 1) return;
        to += Products.Panel;
        TLanes.Store(p1, to);
        TLanes.Store(q1, to + nextTo);
        if (count == 2) return;
        to += Products.Panel;
        TLanes.Store(p2, to);
        TLanes.Store(q2, to + nextTo);
        if (count == 3) return;
        to += Products.Panel;
        TLanes.Store(p3, to);
        TLanes.Store(q3, to + nextTo);
        if (count == 4) return;
        to += Products.Panel;
        TLanes.Store(p4, to);
        TLanes.Store(q4, to + nextTo);
        if (count == 5) return;
        to += Products.Panel;
        TLanes.Store(p5, to);
        TLanes.Store(q5, to + nextTo);
    }
}
