using Kinema.Skeletons.Graphs;

namespace Kinema.Tests.Encoders;

/// <summary>
/// BlockGCN in plain loops: joints are aggregated first, head by head, and convolved then; clusters of joints are followed through the filtration.
/// </summary>
/// <param name="state">Parameters and running statistics by checkpoint name, in C order.</param>
/// <param name="graph">The skeleton's, whose hops are not in the state.</param>
/// <param name="training">Whether batch normalisation uses the statistics of the batch.</param>
/// <param name="ownTopology">Whether a person gets the topology of his own clip.</param>
internal sealed class PlainBlockGcn(IReadOnlyDictionary<string, double[]> state, SkeletonGraph graph, bool training, bool ownTopology = false)
    : PlainCtrGcn(state, training)
{
    private const int Heads = 8, Numbers = 64;

    private readonly int[,] hops = graph.Hops();

    /// <summary>
    /// Logits (N, K), the last block's map (N·M, C, T', V), and what topology gives, (N, 64), of clips (N, 3, T, V, M) with the topology of joints.
    /// </summary>
    public (double[] Logits, Map Features, double[] Topology) Recognise(double[] clips, double[] joints, int n, int t, int v, int m)
    {
        var vectors = Vectors(joints, n, t, v, m);
        var width = State["to_joint_embedding.bias"].Length;
        var x = DataNorm(Embed(clips, width, n, t, v, m), n, width, t, v, m);
        for (var i = 0; i < 10; i++)
        {
            AddShift(x, vectors, $"t{i}", n, m);
            x = Block(x, $"l{i + 1}", i < 4 ? width : 2 * width, stride: i is 4 or 7 ? 2 : 1, shortcut: true);
        }

        return (Classify(x, n, m), x, vectors);
    }

    protected override Map Graph(Map x, string name, int channels)
    {
        var y = new Map(x.N, channels, x.T, x.V);
        double[] fc1 = State[$"{name}.fc1"], rpe = State[$"{name}.rpe"];
        var distances = rpe.Length / (3 * Heads);
        int from = x.C / Heads, to = channels / Heads;
        for (var i = 0; i < 3; i++)
        {
            var z = new Map(x.N, x.C, x.T, x.V);
            for (var h = 0; h < Heads; h++)
            {
                var a = Adjacency((v, w) => fc1[(((((i * Heads) + h) * x.V) + v) * x.V) + w], (v, w) => rpe[(((i * Heads) + h) * distances) + hops[v, w]], x.V);
                for (var c = h * from; c < (h + 1) * from; c++)
                    Each(x, (n, t, w) =>
                    {
                        for (var v = 0; v < x.V; v++) z[n, c, t, w] += x[n, c, t, v] * a[v, w];
                    });
            }

            double[] weight = State[$"{name}.fc2.{i}.weight"], bias = State[$"{name}.fc2.{i}.bias"];
            for (var c = 0; c < channels; c++)
                Each(x, (n, t, w) =>
                {
                    y[n, c, t, w] += bias[c];
                    for (var k = 0; k < from; k++) y[n, c, t, w] += weight[(c * from) + k] * z[n, (c / to * from) + k, t, w];
                });
        }

        y = Norm(y, $"{name}.bn");
        return Relu(Add(y, x.C == channels ? x : Norm(Convolve(x, $"{name}.down.0"), $"{name}.down.1")));
    }

    // Both divided by their lengths over the first joint.
    private static double[,] Adjacency(Func<int, int, double> first, Func<int, int, double> second, int joints)
    {
        var a = new double[joints, joints];
        foreach (var graph in (Func<int, int, double>[])[first, second])
            for (var w = 0; w < joints; w++)
            {
                double square = 0;
                for (var v = 0; v < joints; v++) square += graph(v, w) * graph(v, w);
                for (var v = 0; v < joints; v++) a[v, w] += graph(v, w) / (Math.Sqrt(square) + 1e-4);
            }

        return a;
    }

    // (N, E, T, V, M).
    private double[] Embed(double[] clips, int width, int n, int t, int v, int m)
    {
        double[] weight = State["to_joint_embedding.weight"], bias = State["to_joint_embedding.bias"], position = State["pos_embedding"];
        var embedded = new double[n * width * t * v * m];
        for (var clip = 0; clip < n; clip++)
            for (var e = 0; e < width; e++)
                for (var f = 0; f < t; f++)
                    for (var j = 0; j < v; j++)
                        for (var p = 0; p < m; p++)
                        {
                            var sum = bias[e] + position[(j * width) + e];
                            for (var k = 0; k < 3; k++) sum += weight[(e * 3) + k] * clips[(((((((clip * 3) + k) * t) + f) * v) + j) * m) + p];
                            embedded[(((((((clip * width) + e) * t) + f) * v) + j) * m) + p] = sum;
                        }

        return embedded;
    }

    private void AddShift(Map x, double[] vectors, string name, int n, int m)
    {
        double[] weight = State[$"{name}.mlp.weight"], bias = State[$"{name}.mlp.bias"];
        var shift = new Map(n * m, x.C, 1, 1);
        for (var row = 0; row < n * m; row++)
        {
            var clip = ownTopology ? row / m : row % n;
            for (var c = 0; c < x.C; c++)
            {
                shift[row, c, 0, 0] = bias[c];
                for (var k = 0; k < Numbers; k++) shift[row, c, 0, 0] += weight[(c * Numbers) + k] * vectors[(clip * Numbers) + k];
            }
        }

        shift = Relu(Norm(shift, $"{name}.bn"));
        for (var c = 0; c < x.C; c++) Each(x, (row, t, v) => x[row, c, t, v] += shift[row, c, 0, 0]);
    }

    private double[] Vectors(double[] joints, int n, int t, int v, int m)
    {
        double[] centres = State["topo.pl.centres"], sharpness = State["topo.pl.sharpness"];
        var deaths = Deaths(joints, n, t, v, m);
        var most = deaths.Max(clip => clip.Count);
        var vectors = new double[n * Numbers];
        for (var clip = 0; clip < n; clip++)
            for (var k = 0; k < Numbers; k++)
            {
                double c0 = centres[2 * k], c1 = centres[(2 * k) + 1], s0 = sharpness[2 * k], s1 = sharpness[(2 * k) + 1];
                foreach (var death in deaths[clip]) vectors[(clip * Numbers) + k] += Math.Exp(-(s0 * s0 * c0 * c0) - (s1 * s1 * (c1 - death) * (c1 - death)));
                vectors[(clip * Numbers) + k] += most - deaths[clip].Count;              // points that fill the batch up
            }

        return vectors;
    }

    // Of each clip; those that die at 0 are left out.
    private static List<double>[] Deaths(double[] joints, int n, int t, int v, int m)
    {
        var d = new double[n, v, v];
        var largest = 0.0;
        for (var clip = 0; clip < n; clip++)
            for (var u = 0; u < v; u++)
                for (var w = 0; w < v; w++)
                {
                    double square = 0;
                    for (var k = 0; k < 3; k++)
                    {
                        double mean = 0;
                        for (var f = 0; f < t; f++)
                            for (var p = 0; p < m; p++) mean += (joints[At(clip, k, f, u, p)] - joints[At(clip, k, f, w, p)]) / (t * m);
                        square += mean * mean;
                    }

                    d[clip, u, w] = Math.Sqrt(square);
                    largest = Math.Max(largest, d[clip, u, w]);
                }

        var deaths = new List<double>[n];
        for (var clip = 0; clip < n; clip++)
        {
            deaths[clip] = [];
            var pairs = new List<(double Length, int A, int B)>();
            for (var a = 0; a < v; a++)
                for (var b = 0; b < a; b++)
                {
                    double square = 0;
                    for (var w = 0; w < v; w++) square += Math.Pow((d[clip, a, w] - d[clip, b, w]) / largest, 2);
                    pairs.Add((Math.Sqrt(square), a, b));
                }

            pairs.Sort();
            var cluster = Enumerable.Range(0, v).ToArray();
            foreach (var (length, a, b) in pairs)
            {
                var (kept, gone) = (cluster[a], cluster[b]);
                if (kept == gone) continue;
                for (var i = 0; i < v; i++)
                    if (cluster[i] == gone) cluster[i] = kept;
                if (length > 0) deaths[clip].Add(length);
            }
        }

        return deaths;

        int At(int clip, int k, int f, int joint, int p) => (((((((clip * 3) + k) * t) + f) * v) + joint) * m) + p;
    }
}
