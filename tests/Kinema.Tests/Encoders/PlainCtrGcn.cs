namespace Kinema.Tests.Encoders;

/// <summary>CTR-GCN in plain loops; the mean over time comes after the relation convolutions.</summary>
/// <param name="state">Parameters and running statistics by checkpoint name, in C order.</param>
/// <param name="training">Whether batch normalisation uses the statistics of the batch.</param>
/// <param name="names">What the authors call the parts; null for CTR-GCN's names.</param>
internal class PlainCtrGcn(IReadOnlyDictionary<string, double[]> state, bool training, PlainNames? names = null)
    : PlainGcn(state, training, names)
{
    protected override Map Graph(Map x, string name, int channels)
    {
        var y = new Map(x.N, channels, x.T, x.V);
        double alpha = State[$"{name}.alpha"][0];
        var pa = State[$"{name}.PA"];
        for (var k = 0; k < 3; k++)
        {
            Map a = MeanOverTime(Convolve(x, $"{name}.convs.{k}.conv1")), b = MeanOverTime(Convolve(x, $"{name}.convs.{k}.conv2"));
            var value = Convolve(x, $"{name}.convs.{k}.conv3");
            double[] w4 = State[$"{name}.convs.{k}.conv4.weight"], b4 = State[$"{name}.convs.{k}.conv4.bias"];
            for (var n = 0; n < x.N; n++)
                for (var c = 0; c < channels; c++)
                    for (var u = 0; u < x.V; u++)
                        for (var w = 0; w < x.V; w++)
                        {
                            var refined = b4[c];
                            for (var r = 0; r < a.C; r++) refined += w4[(c * a.C) + r] * Math.Tanh(a[n, r, 0, u] - b[n, r, 0, w]);
                            var g = (alpha * refined) + pa[(((k * x.V) + u) * x.V) + w];
                            for (var t = 0; t < x.T; t++) y[n, c, t, u] += g * value[n, c, t, w];
                        }
        }

        y = Norm(y, $"{name}.bn");
        return Relu(Add(y, x.C == channels ? x : Norm(Convolve(x, $"{name}.down.0"), $"{name}.down.1")));
    }

    protected override Map Temporal(Map x, string name, int channels, int stride) => MultiScale(x, name, channels, stride);

    private static Map MeanOverTime(Map x)
    {
        var y = new Map(x.N, x.C, 1, x.V);
        for (var c = 0; c < x.C; c++) Each(x, (n, t, v) => y[n, c, 0, v] += x[n, c, t, v] / x.T);
        return y;
    }
}
