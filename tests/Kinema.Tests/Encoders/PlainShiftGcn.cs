namespace Kinema.Tests.Encoders;

/// <summary>Shift-GCN in plain loops: the joints' shifts by the paper's formula, and not by the index vectors of the state.</summary>
/// <param name="state">Parameters and running statistics by checkpoint name, in C order.</param>
/// <param name="training">Whether batch normalisation uses the statistics of the batch.</param>
internal sealed class PlainShiftGcn(IReadOnlyDictionary<string, double[]> state, bool training) : PlainGcn(state, training)
{
    protected override Map Graph(Map x, string name, int channels)
    {
        double[] weight = State[$"{name}.Linear_weight"], bias = State[$"{name}.Linear_bias"], mask = State[$"{name}.Feature_Mask"];
        var features = new Map(x.N, x.V * channels, x.T, 1);                            // one statistic per joint and channel
        Each(x, (n, t, v) =>
        {
            for (var d = 0; d < channels; d++)
            {
                var at = (((v - d) % x.V) + x.V) % x.V;
                var sum = bias[d];
                for (var c = 0; c < x.C; c++) sum += x[n, c, t, (at + c) % x.V] * (Math.Tanh(mask[(at * x.C) + c]) + 1) * weight[(c * channels) + d];
                features[n, (v * channels) + d, t, 0] = sum;
            }
        });
        features = Norm(features, $"{name}.bn");
        var y = new Map(x.N, channels, x.T, x.V);
        Each(y, (n, t, v) =>
        {
            for (var d = 0; d < channels; d++) y[n, d, t, v] = features[n, (v * channels) + d, t, 0];
        });
        return Relu(Add(y, x.C == channels ? x : Norm(Convolve(x, $"{name}.down.0"), $"{name}.down.1")));
    }

    protected override Map Temporal(Map x, string name, int channels, int stride)
    {
        var y = Shift(Norm(x, $"{name}.bn"), State[$"{name}.shift_in.ypos"], 1);
        y = Shift(Relu(Convolve(y, $"{name}.temporal_linear")), State[$"{name}.shift_out.ypos"], stride);
        return Norm(y, $"{name}.bn2");
    }

    // Between two frames, zeros outside.
    private static Map Shift(Map x, double[] offsets, int stride)
    {
        var y = new Map(x.N, x.C, (x.T + stride - 1) / stride, x.V);
        for (var c = 0; c < x.C; c++)
        {
            var offset = stride == 1 ? offsets[c] : offsets[c] + 0.5;
            Each(y, (n, t, v) =>
            {
                var at = (t * stride) + offset;
                var first = (int)Math.Floor(at);
                for (var s = first; s <= first + 1; s++)
                    if (s >= 0 && s < x.T) y[n, c, t, v] += (1 - Math.Abs(at - s)) * x[n, c, s, v];
            });
        }

        return y;
    }
}
