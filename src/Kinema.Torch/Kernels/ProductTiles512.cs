using System.Runtime.Intrinsics;

namespace Kinema.Torch;

/// <summary>
/// The tiles of <see cref="Products"/> that need the thirty-two registers of AVX-512. A tile of one panel loads about as often as it
/// multiplies, and the loads bound it; a tile of two neighbouring panels uses each number of x twice.
/// </summary>
internal static unsafe class ProductTiles512
{
    /// <summary>Rows of a tile.</summary>
    internal const int Height = 12;

    /// <summary>Twelve rows by one panel.</summary>
    internal static void Twelve(float* x, long step, int segments, long segment, int k, float* w, float* bias, bool add, float* y, long stepY)
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
            for (var end = w + ((long)k * Products.Panel); w < end; w += Products.Panel)
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

    /// <summary>Twelve rows by two panels; the parameters are those of <see cref="ProductTiles.Six{TLanes}"/>.</summary>
    internal static void TwelveByTwo(
        float* x, long step, int segments, long segment, int k, float* w, long nextW, float* from0, float* from1, bool add, float* y, long nextY, long stepY)
    {
        Vector512<float> p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11;
        Vector512<float> q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11;
        if (add)
        {
            var to = y;
            (p0, q0) = (Vector512.Load(to), Vector512.Load(to + nextY));
            to += stepY;
            (p1, q1) = (Vector512.Load(to), Vector512.Load(to + nextY));
            to += stepY;
            (p2, q2) = (Vector512.Load(to), Vector512.Load(to + nextY));
            to += stepY;
            (p3, q3) = (Vector512.Load(to), Vector512.Load(to + nextY));
            to += stepY;
            (p4, q4) = (Vector512.Load(to), Vector512.Load(to + nextY));
            to += stepY;
            (p5, q5) = (Vector512.Load(to), Vector512.Load(to + nextY));
            to += stepY;
            (p6, q6) = (Vector512.Load(to), Vector512.Load(to + nextY));
            to += stepY;
            (p7, q7) = (Vector512.Load(to), Vector512.Load(to + nextY));
            to += stepY;
            (p8, q8) = (Vector512.Load(to), Vector512.Load(to + nextY));
            to += stepY;
            (p9, q9) = (Vector512.Load(to), Vector512.Load(to + nextY));
            to += stepY;
            (p10, q10) = (Vector512.Load(to), Vector512.Load(to + nextY));
            to += stepY;
            (p11, q11) = (Vector512.Load(to), Vector512.Load(to + nextY));
        }
        else
        {
            p0 = from0 is null ? default : Vector512.Load(from0);
            q0 = from1 is null ? default : Vector512.Load(from1);
            (p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11) = (p0, p0, p0, p0, p0, p0, p0, p0, p0, p0, p0);
            (q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11) = (q0, q0, q0, q0, q0, q0, q0, q0, q0, q0, q0);
        }

        var twice = 2 * step;
        for (var s = 0; s < segments; s++, x += segment)
        {
            float* x0 = x, x3 = x + (3 * step), x6 = x + (6 * step), x9 = x + (9 * step);
            for (var end = w + ((long)k * Products.Panel); w < end; w += Products.Panel)
            {
                Vector512<float> u = Vector512.Load(w), v = Vector512.Load(w + nextW);
                var g = Vector512.Create(*x0);
                p0 = Vector512.MultiplyAddEstimate(g, u, p0);
                q0 = Vector512.MultiplyAddEstimate(g, v, q0);
                g = Vector512.Create(x0[step]);
                p1 = Vector512.MultiplyAddEstimate(g, u, p1);
                q1 = Vector512.MultiplyAddEstimate(g, v, q1);
                g = Vector512.Create(x0[twice]);
                p2 = Vector512.MultiplyAddEstimate(g, u, p2);
                q2 = Vector512.MultiplyAddEstimate(g, v, q2);
                g = Vector512.Create(*x3);
                p3 = Vector512.MultiplyAddEstimate(g, u, p3);
                q3 = Vector512.MultiplyAddEstimate(g, v, q3);
                g = Vector512.Create(x3[step]);
                p4 = Vector512.MultiplyAddEstimate(g, u, p4);
                q4 = Vector512.MultiplyAddEstimate(g, v, q4);
                g = Vector512.Create(x3[twice]);
                p5 = Vector512.MultiplyAddEstimate(g, u, p5);
                q5 = Vector512.MultiplyAddEstimate(g, v, q5);
                g = Vector512.Create(*x6);
                p6 = Vector512.MultiplyAddEstimate(g, u, p6);
                q6 = Vector512.MultiplyAddEstimate(g, v, q6);
                g = Vector512.Create(x6[step]);
                p7 = Vector512.MultiplyAddEstimate(g, u, p7);
                q7 = Vector512.MultiplyAddEstimate(g, v, q7);
                g = Vector512.Create(x6[twice]);
                p8 = Vector512.MultiplyAddEstimate(g, u, p8);
                q8 = Vector512.MultiplyAddEstimate(g, v, q8);
                g = Vector512.Create(*x9);
                p9 = Vector512.MultiplyAddEstimate(g, u, p9);
                q9 = Vector512.MultiplyAddEstimate(g, v, q9);
                g = Vector512.Create(x9[step]);
                p10 = Vector512.MultiplyAddEstimate(g, u, p10);
                q10 = Vector512.MultiplyAddEstimate(g, v, q10);
                g = Vector512.Create(x9[twice]);
                p11 = Vector512.MultiplyAddEstimate(g, u, p11);
                q11 = Vector512.MultiplyAddEstimate(g, v, q11);
                x0++;
                x3++;
                x6++;
                x9++;
            }
        }

        p0.Store(y);
        q0.Store(y + nextY);
        y += stepY;
        p1.Store(y);
        q1.Store(y + nextY);
        y += stepY;
        p2.Store(y);
        q2.Store(y + nextY);
        y += stepY;
        p3.Store(y);
        q3.Store(y + nextY);
        y += stepY;
        p4.Store(y);
        q4.Store(y + nextY);
        y += stepY;
        p5.Store(y);
        q5.Store(y + nextY);
        y += stepY;
        p6.Store(y);
        q6.Store(y + nextY);
        y += stepY;
        p7.Store(y);
        q7.Store(y + nextY);
        y += stepY;
        p8.Store(y);
        q8.Store(y + nextY);
        y += stepY;
        p9.Store(y);
        q9.Store(y + nextY);
        y += stepY;
        p10.Store(y);
        q10.Store(y + nextY);
        y += stepY;
        p11.Store(y);
        q11.Store(y + nextY);
    }
}
