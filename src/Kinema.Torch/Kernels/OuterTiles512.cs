using System.Runtime.Intrinsics;

namespace Kinema.Torch;

/// <summary>The tiles of gradients of weights that need the thirty-two registers of AVX-512; see <see cref="ProductTiles512"/>.</summary>
internal static unsafe class OuterTiles512
{
    /// <summary>Twelve numbers of every row of x by one panel of y.</summary>
    internal static void Twelve(float* x, long stepX, float* y, long stepY, int rows, float* to)
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

    /// <summary>Twelve numbers of every row of x by two panels of y; the parameters are those of <see cref="ProductTiles.OuterSix{TLanes}"/>.</summary>
    internal static void TwelveByTwo(float* x, long stepX, float* y, long nextY, long stepY, int rows, float* to, long nextTo)
    {
        var second = to + nextTo;
        Vector512<float> p0 = Vector512.Load(to), q0 = Vector512.Load(second);
        Vector512<float> p1 = Vector512.Load(to + 16), q1 = Vector512.Load(second + 16);
        Vector512<float> p2 = Vector512.Load(to + 32), q2 = Vector512.Load(second + 32);
        Vector512<float> p3 = Vector512.Load(to + 48), q3 = Vector512.Load(second + 48);
        Vector512<float> p4 = Vector512.Load(to + 64), q4 = Vector512.Load(second + 64);
        Vector512<float> p5 = Vector512.Load(to + 80), q5 = Vector512.Load(second + 80);
        Vector512<float> p6 = Vector512.Load(to + 96), q6 = Vector512.Load(second + 96);
        Vector512<float> p7 = Vector512.Load(to + 112), q7 = Vector512.Load(second + 112);
        Vector512<float> p8 = Vector512.Load(to + 128), q8 = Vector512.Load(second + 128);
        Vector512<float> p9 = Vector512.Load(to + 144), q9 = Vector512.Load(second + 144);
        Vector512<float> p10 = Vector512.Load(to + 160), q10 = Vector512.Load(second + 160);
        Vector512<float> p11 = Vector512.Load(to + 176), q11 = Vector512.Load(second + 176);
        for (var i = 0; i < rows; i++, x += stepX, y += stepY)
        {
            Vector512<float> u = Vector512.Load(y), v = Vector512.Load(y + nextY);
            var g = Vector512.Create(x[0]);
            p0 = Vector512.MultiplyAddEstimate(g, u, p0);
            q0 = Vector512.MultiplyAddEstimate(g, v, q0);
            g = Vector512.Create(x[1]);
            p1 = Vector512.MultiplyAddEstimate(g, u, p1);
            q1 = Vector512.MultiplyAddEstimate(g, v, q1);
            g = Vector512.Create(x[2]);
            p2 = Vector512.MultiplyAddEstimate(g, u, p2);
            q2 = Vector512.MultiplyAddEstimate(g, v, q2);
            g = Vector512.Create(x[3]);
            p3 = Vector512.MultiplyAddEstimate(g, u, p3);
            q3 = Vector512.MultiplyAddEstimate(g, v, q3);
            g = Vector512.Create(x[4]);
            p4 = Vector512.MultiplyAddEstimate(g, u, p4);
            q4 = Vector512.MultiplyAddEstimate(g, v, q4);
            g = Vector512.Create(x[5]);
            p5 = Vector512.MultiplyAddEstimate(g, u, p5);
            q5 = Vector512.MultiplyAddEstimate(g, v, q5);
            g = Vector512.Create(x[6]);
            p6 = Vector512.MultiplyAddEstimate(g, u, p6);
            q6 = Vector512.MultiplyAddEstimate(g, v, q6);
            g = Vector512.Create(x[7]);
            p7 = Vector512.MultiplyAddEstimate(g, u, p7);
            q7 = Vector512.MultiplyAddEstimate(g, v, q7);
            g = Vector512.Create(x[8]);
            p8 = Vector512.MultiplyAddEstimate(g, u, p8);
            q8 = Vector512.MultiplyAddEstimate(g, v, q8);
            g = Vector512.Create(x[9]);
            p9 = Vector512.MultiplyAddEstimate(g, u, p9);
            q9 = Vector512.MultiplyAddEstimate(g, v, q9);
            g = Vector512.Create(x[10]);
            p10 = Vector512.MultiplyAddEstimate(g, u, p10);
            q10 = Vector512.MultiplyAddEstimate(g, v, q10);
            g = Vector512.Create(x[11]);
            p11 = Vector512.MultiplyAddEstimate(g, u, p11);
            q11 = Vector512.MultiplyAddEstimate(g, v, q11);
        }

        p0.Store(to);
        q0.Store(second);
        p1.Store(to + 16);
        q1.Store(second + 16);
        p2.Store(to + 32);
        q2.Store(second + 32);
        p3.Store(to + 48);
        q3.Store(second + 48);
        p4.Store(to + 64);
        q4.Store(second + 64);
        p5.Store(to + 80);
        q5.Store(second + 80);
        p6.Store(to + 96);
        q6.Store(second + 96);
        p7.Store(to + 112);
        q7.Store(second + 112);
        p8.Store(to + 128);
        q8.Store(second + 128);
        p9.Store(to + 144);
        q9.Store(second + 144);
        p10.Store(to + 160);
        q10.Store(second + 160);
        p11.Store(to + 176);
        q11.Store(second + 176);
    }
}
