using Kinema.Skeletons.Graphs;

namespace Kinema.Tests.Encoders;

/// <summary>2s-AGCN in plain loops: joints are aggregated first, and convolved then.</summary>
/// <param name="state">Parameters and running statistics by checkpoint name, in C order.</param>
/// <param name="graph">The skeleton's, which is not in the state.</param>
/// <param name="training">Whether batch normalisation uses the statistics of the batch.</param>
internal sealed class PlainAgcn(IReadOnlyDictionary<string, double[]> state, SkeletonGraph graph, bool training) : PlainGcn(state, training)
{
    protected override Map Graph(Map x, string name, int channels)
    {
        var y = new Map(x.N, channels, x.T, x.V);
        var pa = State[$"{name}.PA"];
        for (var k = 0; k < 3; k++)
        {
            Map a = Convolve(x, $"{name}.conv_a.{k}"), b = Convolve(x, $"{name}.conv_b.{k}"), aggregated = new(x.N, x.C, x.T, x.V);
            for (var n = 0; n < x.N; n++)
                for (var w = 0; w < x.V; w++)
                {
                    var shares = new double[x.V];
                    for (var v = 0; v < x.V; v++)
                    {
                        for (var e = 0; e < a.C; e++)
                            for (var t = 0; t < x.T; t++) shares[v] += a[n, e, t, v] * b[n, e, t, w] / (a.C * x.T);
                    }

                    var largest = shares.Max();
                    for (var v = 0; v < x.V; v++) shares[v] = Math.Exp(shares[v] - largest);
                    var sum = shares.Sum();
                    for (var v = 0; v < x.V; v++)
                    {
                        var weight = (shares[v] / sum) + graph.Adjacency[k, v, w] + pa[(((k * x.V) + v) * x.V) + w];
                        for (var c = 0; c < x.C; c++)
                            for (var t = 0; t < x.T; t++) aggregated[n, c, t, w] += weight * x[n, c, t, v];
                    }
                }

            Add(y, Convolve(aggregated, $"{name}.conv_d.{k}"));
        }

        y = Norm(y, $"{name}.bn");
        return Relu(Add(y, x.C == channels ? x : Norm(Convolve(x, $"{name}.down.0"), $"{name}.down.1")));
    }

    protected override Map Temporal(Map x, string name, int channels, int stride) =>
        Norm(Convolve(x, $"{name}.conv", taps: 9, stride), $"{name}.bn");
}
