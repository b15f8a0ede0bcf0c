using Kinema.Skeletons.Graphs;

namespace Kinema.Tests.Encoders;

/// <summary>InfoGCN in plain loops: joints by a matrix product, queries and keys head by head, joints aggregated before they are convolved.</summary>
/// <param name="state">Parameters and running statistics by checkpoint name, in C order.</param>
/// <param name="graph">I - Pᵏ, which is not in the state.</param>
/// <param name="training">Whether batch normalisation uses the statistics of the batch.</param>
/// <param name="noise">ε, (N, D), or null for none.</param>
internal sealed class PlainInfoGcn(IReadOnlyDictionary<string, double[]> state, SkeletonGraph graph, bool training, double[]? noise)
    : PlainGcn(state, training)
{
    /// <summary>Logits (N, K), latent vectors (N, D) and the last block's map (N·M, C, T', V) of clips (N, C, T, V, M).</summary>
    public (double[] Logits, double[] Latent, Map Features) Run(double[] clips, int n, int t, int v, int m)
    {
        var width = State["to_joint_embedding.bias"].Length;
        var x = DataNorm(Lift(clips, n, t, v, m, width), n, width, t, v, m);
        int[] channels = [width, width, width, 2 * width, 2 * width, 2 * width, 4 * width, 4 * width, 4 * width];
        for (var i = 0; i < channels.Length; i++)
        {
            var (name, stride) = ($"l{i + 1}", i is 3 or 6 ? 2 : 1);
            var y = Temporal(Graph(x, $"{name}.agcn", channels[i]), $"{name}.tcn", channels[i], stride);
            var residual = stride == 1 ? x : Norm(Convolve(x, $"{name}.residual.conv", 1, stride), $"{name}.residual.bn");
            x = Relu(Add(y, residual));
        }

        var d = x.C;
        var pooled = new double[n * d];
        for (var clip = 0; clip < n; clip++)
            for (var c = 0; c < d; c++)
                for (var person = 0; person < m; person++)
                    for (var frame = 0; frame < x.T; frame++)
                        for (var joint = 0; joint < v; joint++) pooled[(clip * d) + c] += x[(clip * m) + person, c, frame, joint] / (x.T * v * m);
        var hidden = Linear(pooled, n, "fc");
        for (var i = 0; i < hidden.Length; i++) hidden[i] = Math.Max(0, hidden[i]);
        var z = Linear(hidden, n, "fc_mu");
        if (noise is not null)
        {
            var logVariance = Linear(hidden, n, "fc_logvar");
            for (var i = 0; i < z.Length; i++) z[i] += Math.Min(Math.Exp(0.5 * logVariance[i]), 100) * noise[i];
        }

        return (Linear(z, n, "decoder"), z, x);
    }

    protected override Map Graph(Map x, string name, int channels)
    {
        double[] weight = State[$"{name}.attn.to_qk.weight"], bias = State[$"{name}.attn.to_qk.bias"], topology = State[$"{name}.shared_topology"];
        var (heads, depth) = (topology.Length / (x.V * x.V), x.C / 8);
        var normalised = LayerNorm(x, $"{name}.attn.ln");
        var y = new Map(x.N, channels, x.T, x.V);
        for (var h = 0; h < heads; h++)
        {
            var aggregated = new Map(x.N, x.C, x.T, x.V);
            for (var n = 0; n < x.N; n++)
                for (var t = 0; t < x.T; t++)
                    for (var i = 0; i < x.V; i++)
                    {
                        var shares = new double[x.V];
                        for (var j = 0; j < x.V; j++)
                            for (var e = 0; e < depth; e++)
                                shares[j] += Projected(n, t, i, (h * depth) + e) * Projected(n, t, j, ((heads + h) * depth) + e) / Math.Sqrt(depth);
                        var largest = shares.Max();
                        for (var j = 0; j < x.V; j++) shares[j] = Math.Exp(shares[j] - largest);
                        var sum = shares.Sum();
                        for (var j = 0; j < x.V; j++)
                            for (var c = 0; c < x.C; c++)
                                aggregated[n, c, t, i] += shares[j] / sum * topology[(((h * x.V) + i) * x.V) + j] * x[n, c, t, j];
                    }

            Add(y, Convolve(aggregated, $"{name}.conv_d.{h}"));
        }

        y = Norm(y, $"{name}.bn");
        return Relu(Add(y, x.C == channels ? x : Norm(Convolve(x, $"{name}.down.0"), $"{name}.down.1")));

        double Projected(int n, int t, int joint, int output)
        {
            var sum = bias[output];
            for (var c = 0; c < x.C; c++) sum += weight[(output * x.C) + c] * normalised[n, c, t, joint];
            return sum;
        }
    }

    protected override Map Temporal(Map x, string name, int channels, int stride) => Relu(MultiScale(x, name, channels, stride));

    // (N, E, T, V, M).
    private double[] Lift(double[] clips, int n, int t, int v, int m, int width)
    {
        double[] weight = State["to_joint_embedding.weight"], bias = State["to_joint_embedding.bias"], position = State["pos_embedding"];
        var lifted = new double[n * width * t * v * m];
        for (var i = 0; i < n; i++)
            for (var f = 0; f < t; f++)
                for (var p = 0; p < m; p++)
                    for (var j = 0; j < v; j++)
                    {
                        var seen = new double[3];
                        for (var k = 0; k < 3; k++)
                            for (var other = 0; other < v; other++)
                                seen[k] += graph.Adjacency[0, j, other] * clips[(((((((i * 3) + k) * t) + f) * v) + other) * m) + p];
                        for (var e = 0; e < width; e++)
                        {
                            var sum = bias[e] + position[(j * width) + e];
                            for (var k = 0; k < 3; k++) sum += weight[(e * 3) + k] * seen[k];
                            lifted[(((((((i * width) + e) * t) + f) * v) + j) * m) + p] = sum;
                        }
                    }

        return lifted;
    }

    private double[] Linear(double[] x, int n, string name)
    {
        double[] weight = State[$"{name}.weight"], bias = State[$"{name}.bias"];
        var (from, y) = (x.Length / n, new double[n * bias.Length]);
        for (var i = 0; i < n; i++)
            for (var k = 0; k < bias.Length; k++)
            {
                var sum = bias[k];
                for (var c = 0; c < from; c++) sum += weight[(k * from) + c] * x[(i * from) + c];
                y[(i * bias.Length) + k] = sum;
            }

        return y;
    }
}
