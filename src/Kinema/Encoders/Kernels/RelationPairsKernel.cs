using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// The kernel of <see cref="RelationPairs"/> for single precision on the CPU. One piece of work is one relation of one clip. Backward needs
/// Q alone: tanh' = 1 - Q².
/// </summary>
internal sealed unsafe class RelationPairsKernel : CustomFunction
{
    private const int Lanes = 8;

    private readonly PairsShape s;
    private Tensor? relations;

    private RelationPairsKernel(PairsShape shape) => s = shape;

    internal static Tensor Apply(PairsShape s, Tensor both, Tensor graph)
    {
        both = both.Contiguous();
        graph = graph.Contiguous();
        var function = new RelationPairsKernel(s);
        return Record(function, [both, graph], () =>
        {
            var made = Forward(s, both, graph);
            function.relations = function.Save(made);
            return made;
        });
    }

    private static Tensor Forward(PairsShape s, Tensor both, Tensor graph)
    {
        using var region = OperatorProfile.Kernel("RelationPairs", s.Numbers, s.Bytes);
        var result = Tensor.Empty([s.R, (long)s.N * s.Pairs, s.Width]);
        float* pb = Floats.Of(both), pg = Floats.Of(graph), pq = Floats.Of(result);
        KernelTasks.Run(s.R * s.N, task =>
        {
            var (r, n) = (task / s.N, task % s.N);
            float* queries = pb + ((long)n * s.V * s.Channels) + (r * s.K), keys = queries + (s.R * s.K);
            float* learnt = pg + ((long)r * s.Pairs), to = pq + ((long)task * s.Pairs * s.Width);
            for (var u = 0; u < s.V; u++)
            {
                var a = queries + ((long)u * s.Channels);
                for (var w = 0; w < s.V; w++, to += s.Width)
                {
                    Compare(a, keys + ((long)w * s.Channels), to, s.K);
                    to[s.K] = *learnt++;
                }
            }
        });
        GC.KeepAlive(both);
        GC.KeepAlive(graph);
        GC.KeepAlive(result);
        return result;
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var gradient = grads[0]!.Contiguous();
        using var region = OperatorProfile.Kernel("RelationPairs backward", 3 * s.Numbers, s.Bytes + (sizeof(float) * (double)s.R * s.N * s.Pairs * s.Width));
        Tensor dBoth = Tensor.Empty([s.N, s.V, s.Channels]), dGraph = Tensor.Empty([s.R, s.V, s.V]);
        float* pq = Floats.Of(relations!), pdq = Floats.Of(gradient), pdb = Floats.Of(dBoth), pdg = Floats.Of(dGraph);
        // The learnt graph gets a part from each clip, added in order: the sum does not depend on who was first.
        using var parts = Packed.Empty((long)s.R * s.N * s.Pairs);
        KernelTasks.Run(s.R * s.N, task =>
        {
            var (r, n) = (task / s.N, task % s.N);
            float* q = pq + ((long)task * s.Pairs * s.Width), dq = pdq + ((long)task * s.Pairs * s.Width), part = parts.Data + ((long)task * s.Pairs);
            for (var pair = 0; pair < s.Pairs; pair++) part[pair] = dq[((long)pair * s.Width) + s.K];
            var queries = pdb + ((long)n * s.V * s.Channels) + (r * s.K);
            for (var w = 0; w < s.V; w++) new Span<float>(queries + (s.R * s.K) + ((long)w * s.Channels), s.K).Clear();
            var k = 0;
            for (; k + Lanes <= s.K; k += Lanes) EightBack(q + k, dq + k, queries + k);
            for (; k < s.K; k++) OneBack(q + k, dq + k, queries + k);
        });
        KernelTasks.Run(s.R, r => Floats.Sum(parts.Data + ((long)r * s.N * s.Pairs), s.N, s.Pairs, pdg + ((long)r * s.Pairs)));
        GC.KeepAlive(gradient);
        GC.KeepAlive(relations);
        GC.KeepAlive(dBoth);
        GC.KeepAlive(dGraph);
        return [dBoth, dGraph];
    }

    // to[k] = tanh(a[k] - b[k]). A rest of lanes is filled up, so that a number does not depend on where it stands.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Compare(float* a, float* b, float* to, int count)
    {
        var k = 0;
        for (; k + Lanes <= count; k += Lanes) VectorTanh.Of(Vector256.Load(a + k) - Vector256.Load(b + k)).Store(to + k);
        if (k < count) CompareRest(a + k, b + k, to + k, count - k);
    }

    private static void CompareRest(float* a, float* b, float* to, int count)
    {
        var side = stackalloc float[Lanes];
        for (var k = 0; k < count; k++) side[k] = a[k] - b[k];
        VectorTanh.Of(Vector256.Load(side)).Store(side);
        for (var k = 0; k < count; k++) to[k] = side[k];
    }

    // da[u] = Σ_w g[u,w] and db[w] = -Σ_u g[u,w] with g = dQ (1 - Q²), of eight channels of one relation and clip.
    private void EightBack(float* q, float* dq, float* queries)
    {
        var keys = queries + (s.R * s.K);
        for (var u = 0; u < s.V; u++)
        {
            var sum = Vector256<float>.Zero;
            var key = keys;
            for (var w = 0; w < s.V; w++, q += s.Width, dq += s.Width, key += s.Channels)
            {
                var value = Vector256.Load(q);
                var g = Vector256.Load(dq) * (Vector256<float>.One - (value * value));
                sum += g;
                (Vector256.Load(key) - g).Store(key);
            }

            sum.Store(queries + ((long)u * s.Channels));
        }
    }

    private void OneBack(float* q, float* dq, float* queries)
    {
        var keys = queries + (s.R * s.K);
        for (var u = 0; u < s.V; u++)
        {
            var sum = 0f;
            var key = keys;
            for (var w = 0; w < s.V; w++, q += s.Width, dq += s.Width, key += s.Channels)
            {
                var g = *dq * (1 - (*q * *q));
                sum += g;
                *key -= g;
            }

            queries[(long)u * s.Channels] = sum;
        }
    }
}
