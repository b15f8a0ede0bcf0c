using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// The kernel of <see cref="ChannelAggregation"/> for single precision on the CPU. Channels lie next to each other in memory, so a vector
/// holds sixteen of them, and tiles of four by four (frames by joints, joints by joints) are kept in registers: each number loaded is
/// used four times. One piece of work is one clip and one vector of channels.
/// </summary>
internal sealed unsafe class ChannelAggregationKernel : CustomFunction
{
    private const int Lanes = 16;
    private const int Tile = 4;

    private readonly Tensor graph, x;

    private ChannelAggregationKernel(Tensor graph, Tensor x)
    {
        this.graph = Save(graph);
        this.x = Save(x);
    }

    internal static Tensor Apply(Tensor graph, Tensor x)
    {
        var shape = Shape.Of(graph, x);
        graph = graph.Contiguous();
        x = x.Contiguous(MemoryFormat.ChannelsLast);
        using var region = OperatorProfile.Kernel("ChannelAggregation", shape.MultiplyAdds, shape.Bytes);
        return Record(new ChannelAggregationKernel(graph, x), [graph, x], () =>
        {
            var y = Tensor.Empty([shape.N, shape.C, shape.T, shape.V], format: MemoryFormat.ChannelsLast);
            float* pg = Pointer(graph), px = Pointer(x), py = Pointer(y);
            Run(shape, (n, c) => Forward(shape, pg, px, py, n, c));
            return y;
        });
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var shape = Shape.Of(graph, x);
        var dy = grads[0]!.Contiguous(MemoryFormat.ChannelsLast);
        using var region = OperatorProfile.Kernel("ChannelAggregation backward", 2 * shape.MultiplyAdds, 2 * shape.Bytes);
        var dGraph = Tensor.Empty(graph.Sizes.ToArray());
        var dx = Tensor.Empty(x.Sizes.ToArray(), format: MemoryFormat.ChannelsLast);
        float* pg = Pointer(graph), px = Pointer(x), pdy = Pointer(dy), pdg = Pointer(dGraph), pdx = Pointer(dx);
        Run(shape, (n, c) =>
        {
            InputGradient(shape, pg, pdy, pdx, n, c);
            GraphGradient(shape, px, pdy, pdg, n, c);
        });
        GC.KeepAlive(dy);
        return [dGraph, dx];
    }

    private static void Run(Shape shape, Action<int, int> body)
    {
        var vectors = (shape.C + Lanes - 1) / Lanes;
        ParallelRange.For(0, shape.N * vectors, 1, (from, to) =>
        {
            for (var i = (int)from; i < to; i++) body(i / vectors, i % vectors * Lanes);
        });
    }

    // y[t,u] = Σ_r Σ_w G[r,u,w] x[r,t,w], tiles over t and u.
    private static void Forward(Shape s, float* graph, float* x, float* y, int n, int c)
    {
        if (c + Lanes > s.C)
        {
            ForwardTail(s, graph, x, y, n, c);
            return;
        }

        x += s.X(n, 0, 0) + c;
        y += s.Y(n, 0, 0) + c;
        int xw = s.R * s.C, xt = s.V * xw, gu = s.V * s.C;
        for (var t = 0; t < s.T; t += Tile)
        {
            for (var u = 0; u < s.V; u += Tile)
            {
                // A tile at the edge reads its last row again rather than past the end, and does not write it twice.
                int t1 = Math.Min(t + 1, s.T - 1), t2 = Math.Min(t + 2, s.T - 1), t3 = Math.Min(t + 3, s.T - 1);
                int u1 = Math.Min(u + 1, s.V - 1), u2 = Math.Min(u + 2, s.V - 1), u3 = Math.Min(u + 3, s.V - 1);
                Vector512<float> a00 = default, a01 = default, a02 = default, a03 = default, a10 = default, a11 = default, a12 = default, a13 = default;
                Vector512<float> a20 = default, a21 = default, a22 = default, a23 = default, a30 = default, a31 = default, a32 = default, a33 = default;
                for (var r = 0; r < s.R; r++)
                {
                    var g = graph + s.Graph(r, n, 0) + c;
                    float* g0 = g + (u * gu), g1 = g + (u1 * gu), g2 = g + (u2 * gu), g3 = g + (u3 * gu);
                    var p = x + (r * s.C);
                    float* p0 = p + (t * xt), p1 = p + (t1 * xt), p2 = p + (t2 * xt), p3 = p + (t3 * xt);
                    for (var w = 0; w < s.V; w++)
                    {
                        Vector512<float> b0 = Vector512.Load(g0), b1 = Vector512.Load(g1), b2 = Vector512.Load(g2), b3 = Vector512.Load(g3);
                        var v = Vector512.Load(p0);
                        a00 = Vector512.FusedMultiplyAdd(v, b0, a00); a01 = Vector512.FusedMultiplyAdd(v, b1, a01);
                        a02 = Vector512.FusedMultiplyAdd(v, b2, a02); a03 = Vector512.FusedMultiplyAdd(v, b3, a03);
                        v = Vector512.Load(p1);
                        a10 = Vector512.FusedMultiplyAdd(v, b0, a10); a11 = Vector512.FusedMultiplyAdd(v, b1, a11);
                        a12 = Vector512.FusedMultiplyAdd(v, b2, a12); a13 = Vector512.FusedMultiplyAdd(v, b3, a13);
                        v = Vector512.Load(p2);
                        a20 = Vector512.FusedMultiplyAdd(v, b0, a20); a21 = Vector512.FusedMultiplyAdd(v, b1, a21);
                        a22 = Vector512.FusedMultiplyAdd(v, b2, a22); a23 = Vector512.FusedMultiplyAdd(v, b3, a23);
                        v = Vector512.Load(p3);
                        a30 = Vector512.FusedMultiplyAdd(v, b0, a30); a31 = Vector512.FusedMultiplyAdd(v, b1, a31);
                        a32 = Vector512.FusedMultiplyAdd(v, b2, a32); a33 = Vector512.FusedMultiplyAdd(v, b3, a33);
                        g0 += s.C; g1 += s.C; g2 += s.C; g3 += s.C;
                        p0 += xw; p1 += xw; p2 += xw; p3 += xw;
                    }
                }

                var (columns, rows) = (s.V - u, s.T - t);
                Store(y, s.C, s.V, t, u, columns, a00, a01, a02, a03);
                if (rows > 1) Store(y, s.C, s.V, t + 1, u, columns, a10, a11, a12, a13);
                if (rows > 2) Store(y, s.C, s.V, t + 2, u, columns, a20, a21, a22, a23);
                if (rows > 3) Store(y, s.C, s.V, t + 3, u, columns, a30, a31, a32, a33);
            }
        }
    }

    // dx[r,t,w] = Σ_u G[r,u,w] dy[t,u], tiles over t and w.
    private static void InputGradient(Shape s, float* graph, float* dy, float* dx, int n, int c)
    {
        if (c + Lanes > s.C)
        {
            InputGradientTail(s, graph, dy, dx, n, c);
            return;
        }

        dy += s.Y(n, 0, 0) + c;
        dx += s.X(n, 0, 0) + c;
        int xw = s.R * s.C, yt = s.V * s.C, gu = s.V * s.C;
        for (var r = 0; r < s.R; r++)
        {
            var target = dx + (r * s.C);
            for (var t = 0; t < s.T; t += Tile)
            {
                int t1 = Math.Min(t + 1, s.T - 1), t2 = Math.Min(t + 2, s.T - 1), t3 = Math.Min(t + 3, s.T - 1);
                for (var w = 0; w < s.V; w += Tile)
                {
                    int w1 = Math.Min(w + 1, s.V - 1), w2 = Math.Min(w + 2, s.V - 1), w3 = Math.Min(w + 3, s.V - 1);
                    Vector512<float> a00 = default, a01 = default, a02 = default, a03 = default, a10 = default, a11 = default, a12 = default, a13 = default;
                    Vector512<float> a20 = default, a21 = default, a22 = default, a23 = default, a30 = default, a31 = default, a32 = default, a33 = default;
                    var g = graph + s.Graph(r, n, 0) + c;
                    float* g0 = g + (w * s.C), g1 = g + (w1 * s.C), g2 = g + (w2 * s.C), g3 = g + (w3 * s.C);
                    float* p0 = dy + (t * yt), p1 = dy + (t1 * yt), p2 = dy + (t2 * yt), p3 = dy + (t3 * yt);
                    for (var u = 0; u < s.V; u++)
                    {
                        Vector512<float> b0 = Vector512.Load(g0), b1 = Vector512.Load(g1), b2 = Vector512.Load(g2), b3 = Vector512.Load(g3);
                        var v = Vector512.Load(p0);
                        a00 = Vector512.FusedMultiplyAdd(v, b0, a00); a01 = Vector512.FusedMultiplyAdd(v, b1, a01);
                        a02 = Vector512.FusedMultiplyAdd(v, b2, a02); a03 = Vector512.FusedMultiplyAdd(v, b3, a03);
                        v = Vector512.Load(p1);
                        a10 = Vector512.FusedMultiplyAdd(v, b0, a10); a11 = Vector512.FusedMultiplyAdd(v, b1, a11);
                        a12 = Vector512.FusedMultiplyAdd(v, b2, a12); a13 = Vector512.FusedMultiplyAdd(v, b3, a13);
                        v = Vector512.Load(p2);
                        a20 = Vector512.FusedMultiplyAdd(v, b0, a20); a21 = Vector512.FusedMultiplyAdd(v, b1, a21);
                        a22 = Vector512.FusedMultiplyAdd(v, b2, a22); a23 = Vector512.FusedMultiplyAdd(v, b3, a23);
                        v = Vector512.Load(p3);
                        a30 = Vector512.FusedMultiplyAdd(v, b0, a30); a31 = Vector512.FusedMultiplyAdd(v, b1, a31);
                        a32 = Vector512.FusedMultiplyAdd(v, b2, a32); a33 = Vector512.FusedMultiplyAdd(v, b3, a33);
                        g0 += gu; g1 += gu; g2 += gu; g3 += gu;
                        p0 += s.C; p1 += s.C; p2 += s.C; p3 += s.C;
                    }

                    var (columns, rows) = (s.V - w, s.T - t);
                    Store(target, xw, s.V, t, w, columns, a00, a01, a02, a03);
                    if (rows > 1) Store(target, xw, s.V, t + 1, w, columns, a10, a11, a12, a13);
                    if (rows > 2) Store(target, xw, s.V, t + 2, w, columns, a20, a21, a22, a23);
                    if (rows > 3) Store(target, xw, s.V, t + 3, w, columns, a30, a31, a32, a33);
                }
            }
        }
    }

    // dG[r,u,w] = Σ_t dy[t,u] x[r,t,w], tiles over u and w.
    private static void GraphGradient(Shape s, float* x, float* dy, float* dGraph, int n, int c)
    {
        if (c + Lanes > s.C)
        {
            GraphGradientTail(s, x, dy, dGraph, n, c);
            return;
        }

        x += s.X(n, 0, 0) + c;
        dy += s.Y(n, 0, 0) + c;
        int xw = s.R * s.C, xt = s.V * xw, yt = s.V * s.C;
        for (var r = 0; r < s.R; r++)
        {
            var source = x + (r * s.C);
            var target = dGraph + s.Graph(r, n, 0) + c;
            for (var u = 0; u < s.V; u += Tile)
            {
                int u1 = Math.Min(u + 1, s.V - 1), u2 = Math.Min(u + 2, s.V - 1), u3 = Math.Min(u + 3, s.V - 1);
                for (var w = 0; w < s.V; w += Tile)
                {
                    int w1 = Math.Min(w + 1, s.V - 1), w2 = Math.Min(w + 2, s.V - 1), w3 = Math.Min(w + 3, s.V - 1);
                    Vector512<float> a00 = default, a01 = default, a02 = default, a03 = default, a10 = default, a11 = default, a12 = default, a13 = default;
                    Vector512<float> a20 = default, a21 = default, a22 = default, a23 = default, a30 = default, a31 = default, a32 = default, a33 = default;
                    float* q0 = source + (w * xw), q1 = source + (w1 * xw), q2 = source + (w2 * xw), q3 = source + (w3 * xw);
                    float* p0 = dy + (u * s.C), p1 = dy + (u1 * s.C), p2 = dy + (u2 * s.C), p3 = dy + (u3 * s.C);
                    for (var t = 0; t < s.T; t++)
                    {
                        Vector512<float> b0 = Vector512.Load(q0), b1 = Vector512.Load(q1), b2 = Vector512.Load(q2), b3 = Vector512.Load(q3);
                        var v = Vector512.Load(p0);
                        a00 = Vector512.FusedMultiplyAdd(v, b0, a00); a01 = Vector512.FusedMultiplyAdd(v, b1, a01);
                        a02 = Vector512.FusedMultiplyAdd(v, b2, a02); a03 = Vector512.FusedMultiplyAdd(v, b3, a03);
                        v = Vector512.Load(p1);
                        a10 = Vector512.FusedMultiplyAdd(v, b0, a10); a11 = Vector512.FusedMultiplyAdd(v, b1, a11);
                        a12 = Vector512.FusedMultiplyAdd(v, b2, a12); a13 = Vector512.FusedMultiplyAdd(v, b3, a13);
                        v = Vector512.Load(p2);
                        a20 = Vector512.FusedMultiplyAdd(v, b0, a20); a21 = Vector512.FusedMultiplyAdd(v, b1, a21);
                        a22 = Vector512.FusedMultiplyAdd(v, b2, a22); a23 = Vector512.FusedMultiplyAdd(v, b3, a23);
                        v = Vector512.Load(p3);
                        a30 = Vector512.FusedMultiplyAdd(v, b0, a30); a31 = Vector512.FusedMultiplyAdd(v, b1, a31);
                        a32 = Vector512.FusedMultiplyAdd(v, b2, a32); a33 = Vector512.FusedMultiplyAdd(v, b3, a33);
                        q0 += xt; q1 += xt; q2 += xt; q3 += xt;
                        p0 += yt; p1 += yt; p2 += yt; p3 += yt;
                    }

                    var (columns, rows) = (s.V - w, s.V - u);
                    Store(target, s.C, s.V, u, w, columns, a00, a01, a02, a03);
                    if (rows > 1) Store(target, s.C, s.V, u + 1, w, columns, a10, a11, a12, a13);
                    if (rows > 2) Store(target, s.C, s.V, u + 2, w, columns, a20, a21, a22, a23);
                    if (rows > 3) Store(target, s.C, s.V, u + 3, w, columns, a30, a31, a32, a33);
                }
            }
        }
    }

    // Writes up to four neighbours along the inner axis of an (…, outer, inner, channels) array.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        float* to, int step, int inner, int row, int column, int columns, Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        to += ((row * inner) + column) * step;
        a.Store(to);
        if (columns > 1) b.Store(to + step);
        if (columns > 2) c.Store(to + (2 * step));
        if (columns > 3) d.Store(to + (3 * step));
    }

    // Channels beyond the last whole vector, one at a time.
    private static void ForwardTail(Shape s, float* graph, float* x, float* y, int n, int first)
    {
        for (var c = first; c < s.C; c++)
            for (var t = 0; t < s.T; t++)
                for (var u = 0; u < s.V; u++)
                {
                    float sum = 0;
                    for (var r = 0; r < s.R; r++)
                        for (var w = 0; w < s.V; w++)
                            sum += graph[s.Graph(r, n, u) + (w * s.C) + c] * x[s.X(n, t, w) + (r * s.C) + c];
                    y[s.Y(n, t, u) + c] = sum;
                }
    }

    private static void InputGradientTail(Shape s, float* graph, float* dy, float* dx, int n, int first)
    {
        for (var c = first; c < s.C; c++)
            for (var t = 0; t < s.T; t++)
                for (var r = 0; r < s.R; r++)
                    for (var w = 0; w < s.V; w++)
                    {
                        float sum = 0;
                        for (var u = 0; u < s.V; u++) sum += graph[s.Graph(r, n, u) + (w * s.C) + c] * dy[s.Y(n, t, u) + c];
                        dx[s.X(n, t, w) + (r * s.C) + c] = sum;
                    }
    }

    private static void GraphGradientTail(Shape s, float* x, float* dy, float* dGraph, int n, int first)
    {
        for (var c = first; c < s.C; c++)
            for (var r = 0; r < s.R; r++)
                for (var u = 0; u < s.V; u++)
                    for (var w = 0; w < s.V; w++)
                    {
                        float sum = 0;
                        for (var t = 0; t < s.T; t++) sum += dy[s.Y(n, t, u) + c] * x[s.X(n, t, w) + (r * s.C) + c];
                        dGraph[s.Graph(r, n, u) + (w * s.C) + c] = sum;
                    }
    }

    private static float* Pointer(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.Memory<float>()));

    /// <summary>Sizes, and where things lie: x is (N, T, V, R, C) in memory, y is (N, T, V, C), the graph (R, N, V, V, C).</summary>
    private readonly record struct Shape(int R, int N, int C, int T, int V)
    {
        internal static Shape Of(Tensor graph, Tensor x)
        {
            if (graph.Dims != 5 || x.Dims != 4) throw Misfit(graph, x);
            var (n, rc, t, v) = x.Sizes4();
            var (r, c) = (graph.Size(0), graph.Size(4));
            if (rc != r * c || graph.Size(1) != n || graph.Size(2) != v || graph.Size(3) != v)
                throw Misfit(graph, x);
            return new Shape((int)r, (int)n, (int)c, (int)t, (int)v);
        }

        private static ArgumentException Misfit(Tensor graph, Tensor x) =>
            new($"the aggregation wants a graph (R, N, V, V, C) and x (N, R·C, T, V); got {graph.ShapeText()} and {x.ShapeText()}");

        internal double MultiplyAdds => (double)R * N * V * V * C * T;

        internal double Bytes => sizeof(float) * (double)N * C * V * ((R * V) + (R * T) + T);   // graph, x, y

        internal long Graph(int r, int n, int u) => ((((long)r * N) + n) * V + u) * V * C;

        internal long X(int n, int t, int w) => ((((long)n * T) + t) * V + w) * R * C;

        internal long Y(int n, int t, int u) => ((((long)n * T) + t) * V + u) * C;
    }
}
