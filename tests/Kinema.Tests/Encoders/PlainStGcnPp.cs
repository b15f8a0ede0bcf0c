namespace Kinema.Tests.Encoders;

/// <summary>ST-GCN++ in plain loops, one branch after the other.</summary>
/// <param name="state">Parameters and running statistics by checkpoint name, in C order.</param>
/// <param name="training">Whether batch normalisation uses the statistics of the batch.</param>
internal sealed class PlainStGcnPp(IReadOnlyDictionary<string, double[]> state, bool training) : PlainGcn(state, training, Names, normPerPerson: false)
{
    private static readonly PlainNames Names = new(
        DataNorm: "backbone.data_bn", Block: "backbone.gcn.", FirstBlock: 0, Graph: "gcn", Temporal: "tcn", Classifier: "cls_head.fc_cls");

    protected override Map Graph(Map x, string name, int channels)
    {
        var y = Norm(Aggregate(Convolve(x, $"{name}.conv"), State[$"{name}.A"], channels), $"{name}.bn");
        return Relu(Add(y, x.C == channels ? x : Norm(Convolve(x, $"{name}.down.0"), $"{name}.down.1")));
    }

    protected override Map Temporal(Map x, string name, int channels, int stride)
    {
        var branches = new Map[6];
        for (var i = 0; i < 5; i++)
        {
            var entry = Relu(Norm(Convolve(x, $"{name}.branches.{i}.0"), $"{name}.branches.{i}.1"));
            branches[i] = i < 4 ? Convolve(entry, $"{name}.branches.{i}.3.conv", taps: 3, stride, dilation: i + 1) : LargestOfThree(entry, stride);
        }

        branches[5] = Convolve(x, $"{name}.branches.5", taps: 1, stride);
        var side = new Map(x.N, channels, branches[0].T, x.V);
        var start = 0;
        foreach (var branch in branches)
        {
            for (var c = 0; c < branch.C; c++)
            {
                var to = start + c;
                Each(branch, (n, t, v) => side[n, to, t, v] = branch[n, c, t, v]);
            }

            start += branch.C;
        }

        return Norm(Convolve(Relu(Norm(side, $"{name}.transform.0")), $"{name}.transform.2"), $"{name}.bn");
    }
}
