using Kinema.Skeletons.Graphs;

namespace Kinema.Tests.Encoders;

/// <summary>Hyperformer in plain loops: one frame, head and pair of joints after the other. Over time it is CTR-GCN.</summary>
/// <param name="state">Parameters and running statistics by checkpoint name, in C order.</param>
/// <param name="graph">The skeleton's, which is not in the state.</param>
/// <param name="training">Whether batch normalisation uses the statistics of the batch.</param>
internal sealed class PlainHyperformer(IReadOnlyDictionary<string, double[]> state, SkeletonGraph graph, bool training)
    : PlainCtrGcn(state, training, new PlainNames(Graph: "vit1"))
{
    protected override int[] Channels => [.. Enumerable.Repeat(State["l1.residual.bn.bias"].Length, 10)];

    protected override bool FirstShortcut => true;

    protected override Map Graph(Map x, string name, int channels)
    {
        var hops = graph.Hops();
        var normal = LayerNorm(x, $"{name}.norm1");
        Map kv = Convolve(normal, $"{name}.attn.kv"), q = Convolve(normal, $"{name}.attn.q"), e = Convolve(Means(x), $"{name}.pe_proj");
        double[] rpe = State[$"{name}.attn.rpe"], w1 = State[$"{name}.attn.w1"], outer = State[$"{name}.attn.outer"];
        var alpha = State[$"{name}.attn.alpha"][0];
        var heads = outer.Length / (x.V * x.V);
        var d = channels / heads;
        var mixed = new Map(x.N, channels, x.T, x.V);
        for (var head = 0; head < heads; head++)
        {
            var first = head * d;
            Each(x, (n, t, i) =>
            {
                var shares = new double[x.V];
                for (var j = 0; j < x.V; j++)
                    for (var c = first; c < first + d; c++)
                    {
                        shares[j] += q[n, c, t, i] * kv[n, c, t, j] / Math.Sqrt(d);
                        shares[j] += q[n, c, t, i] * rpe[(hops[i, j] * channels) + c] / Math.Sqrt(d);
                        shares[j] += q[n, c, t, i] * e[n, c, t, j] / Math.Sqrt(d);
                        shares[j] += w1[c] * e[n, c, t, j] / Math.Sqrt(d);
                    }

                var largest = shares.Max();
                for (var j = 0; j < x.V; j++) shares[j] = Math.Exp(shares[j] - largest);
                var sum = shares.Sum();
                for (var j = 0; j < x.V; j++)
                {
                    var weight = (alpha * shares[j] / sum) + outer[(((head * x.V) + i) * x.V) + j];
                    for (var c = first; c < first + d; c++) mixed[n, c, t, i] += weight * kv[n, channels + c, t, j];
                }
            });
        }

        var shortcut = State.ContainsKey($"{name}.skip_proj.weight") ? Convolve(x, $"{name}.skip_proj") : x;
        return Add(InSixGroups(mixed, $"{name}.attn.proj"), shortcut);
    }

    private Map InSixGroups(Map x, string name)
    {
        double[] weight = State[$"{name}.weight"], bias = State[$"{name}.bias"];
        var y = new Map(x.N, x.C, x.T, x.V);
        var size = x.C / 6;
        for (var c = 0; c < x.C; c++)
        {
            var first = c / size * size;
            Each(x, (n, t, v) =>
            {
                y[n, c, t, v] = bias[c];
                for (var i = 0; i < size; i++) y[n, c, t, v] += weight[(c * size) + i] * x[n, first + i, t, v];
            });
        }

        return y;
    }

    // Of each joint's hyperedge, at the joint.
    private Map Means(Map x)
    {
        var y = new Map(x.N, x.C, x.T, x.V);
        Each(x, (n, t, v) =>
        {
            var members = graph.Layout.Hyperedges.Single(joints => joints.Contains(v));
            for (var c = 0; c < x.C; c++)
                foreach (var joint in members) y[n, c, t, v] += x[n, c, t, joint] / members.Count;
        });
        return y;
    }
}
