namespace Kinema.Tests.Encoders;

/// <summary>ST-GCN in plain loops; the graph is in the state, and so is what is learnt of its edges.</summary>
/// <param name="state">Parameters and running statistics by checkpoint name, in C order.</param>
/// <param name="training">Whether batch normalisation uses the statistics of the batch.</param>
internal sealed class PlainStGcn(IReadOnlyDictionary<string, double[]> state, bool training) : PlainGcn(state, training, Names, normPerPerson: false)
{
    private static readonly PlainNames Names = new(
        Block: "st_gcn_networks.", FirstBlock: 0, Graph: "gcn", Temporal: "tcn", ResidualConvolution: "0", ResidualNorm: "1", Classifier: "fcn");

    protected override Map Graph(Map x, string name, int channels)
    {
        var importance = State[$"edge_importance.{name.Split('.')[1]}"];
        double[] graph = [.. State["A"].Zip(importance, (weight, share) => weight * share)];
        return Aggregate(Convolve(x, $"{name}.conv"), graph, channels);
    }

    protected override Map Temporal(Map x, string name, int channels, int stride) =>
        Norm(Convolve(Relu(Norm(x, $"{name}.0")), $"{name}.2", taps: 9, stride), $"{name}.3");
}
