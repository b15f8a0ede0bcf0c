namespace Kinema.Tests.Encoders;

/// <summary>
/// Ten blocks of a graph convolution and a convolution over time in plain loops over arrays, as the papers and the authors' code have them:
/// every convolution by itself, the three subsets one after the other. Nothing is fused, nothing is fast.
/// </summary>
/// <param name="state">Parameters and running statistics by checkpoint name, in C order.</param>
/// <param name="training">Whether batch normalisation uses the statistics of the batch.</param>
/// <param name="names">What the authors call the parts; null for CTR-GCN's names.</param>
/// <param name="normPerPerson">Whether each person has statistics of his own at the door; else all share them.</param>
internal abstract class PlainGcn(IReadOnlyDictionary<string, double[]> state, bool training, PlainNames? names = null, bool normPerPerson = true)
{
    private readonly PlainNames called = names ?? new PlainNames();

    /// <summary>A feature map (N, C, T, V).</summary>
    internal sealed record Map(int N, int C, int T, int V)
    {
        public double[] Values { get; } = new double[N * C * T * V];

        public ref double this[int n, int c, int t, int v] => ref Values[(((((n * C) + c) * T) + t) * V) + v];
    }

    /// <summary>Logits (N, K) and the last block's map (N·M, C, T', V) of clips (N, C, T, V, M).</summary>
    public (double[] Logits, Map Features) Forward(double[] clips, int n, int t, int v, int m)
    {
        var x = DataNorm(clips, n, 3, t, v, m);
        for (var i = 0; i < Channels.Length; i++)
            x = Block(x, $"{called.Block}{called.FirstBlock + i}", Channels[i], stride: i is 4 or 7 ? 2 : 1, shortcut: i > 0 || FirstShortcut);
        return (Classify(x, n, m), x);
    }

    protected IReadOnlyDictionary<string, double[]> State => state;

    /// <summary>Of the ten blocks.</summary>
    protected virtual int[] Channels
    {
        get
        {
            var width = State[$"{called.Classifier}.weight"].Length / State[$"{called.Classifier}.bias"].Length / 4;
            return [width, width, width, width, 2 * width, 2 * width, 2 * width, 4 * width, 4 * width, 4 * width];
        }
    }

    /// <summary>Whether there is a way around the first block.</summary>
    protected virtual bool FirstShortcut => false;

    protected abstract Map Graph(Map x, string name, int channels);

    protected abstract Map Temporal(Map x, string name, int channels, int stride);

    protected Map Block(Map x, string name, int channels, int stride, bool shortcut)
    {
        var y = Temporal(Graph(x, $"{name}.{called.Graph}", channels), $"{name}.{called.Temporal}", channels, stride);
        if (shortcut)
        {
            var projected = x.C != channels || stride != 1;
            var residual = $"{name}.residual";
            Add(y, projected ? Norm(Convolve(x, $"{residual}.{called.ResidualConvolution}", 1, stride), $"{residual}.{called.ResidualNorm}") : x);
        }

        return Relu(y);
    }

    /// <summary>Logits (N, K) of the mean over frames, joints and persons.</summary>
    protected double[] Classify(Map x, int n, int m)
    {
        double[] weight = state[$"{called.Classifier}.weight"], bias = state[$"{called.Classifier}.bias"];
        var logits = new double[n * bias.Length];
        for (var clip = 0; clip < n; clip++)
            for (var k = 0; k < bias.Length; k++)
            {
                double sum = 0;
                for (var person = 0; person < m; person++)
                    for (var c = 0; c < x.C; c++)
                        for (var frame = 0; frame < x.T; frame++)
                            for (var joint = 0; joint < x.V; joint++)
                                sum += weight[(k * x.C) + c] * x[(clip * m) + person, c, frame, joint] / (x.T * x.V * m);
                logits[(clip * bias.Length) + k] = sum + bias[k];
            }

        return logits;
    }

    protected Map DataNorm(double[] clips, int n, int c, int t, int v, int m)
    {
        // One channel per person, joint and coordinate: (N, M·V·C, T, 1), normalised, then persons into the batch. Persons that share their
        // statistics are in the batch from the start: (N·M, V·C, T, 1).
        var features = normPerPerson ? new Map(n, m * v * c, t, 1) : new Map(n * m, v * c, t, 1);
        for (var i = 0; i < n; i++)
            for (var k = 0; k < c; k++)
                for (var f = 0; f < t; f++)
                    for (var j = 0; j < v; j++)
                        for (var p = 0; p < m; p++)
                            features[Row(i, p), Feature(p, j, k), f, 0] = clips[(((((((i * c) + k) * t) + f) * v) + j) * m) + p];
        features = Norm(features, called.DataNorm);
        var x = new Map(n * m, c, t, v);
        for (var i = 0; i < n; i++)
            for (var p = 0; p < m; p++)
                for (var k = 0; k < c; k++)
                    for (var f = 0; f < t; f++)
                        for (var j = 0; j < v; j++)
                            x[(i * m) + p, k, f, j] = features[Row(i, p), Feature(p, j, k), f, 0];
        return x;

        int Row(int i, int p) => normPerPerson ? i : (i * m) + p;

        int Feature(int p, int j, int k) => ((((normPerPerson ? p : 0) * v) + j) * c) + k;
    }

    protected Map Convolve(Map x, string name, int taps = 1, int stride = 1, int dilation = 1)
    {
        var weight = state[$"{name}.weight"];
        var bias = state.GetValueOrDefault($"{name}.bias") ?? new double[weight.Length / (x.C * taps)];
        var y = new Map(x.N, bias.Length, (x.T + stride - 1) / stride, x.V);
        for (var n = 0; n < y.N; n++)
            for (var c = 0; c < y.C; c++)
                for (var t = 0; t < y.T; t++)
                    for (var v = 0; v < y.V; v++)
                    {
                        var sum = bias[c];
                        for (var k = 0; k < taps; k++)
                        {
                            var from = (t * stride) + ((k - (taps / 2)) * dilation);
                            if (from < 0 || from >= x.T) continue;
                            for (var i = 0; i < x.C; i++) sum += weight[(((c * x.C) + i) * taps) + k] * x[n, i, from, v];
                        }

                        y[n, c, t, v] = sum;
                    }

        return y;
    }

    // The temporal module that CTR-GCN left to its descendants.
    protected Map MultiScale(Map x, string name, int channels, int stride)
    {
        var branches = new Map[4];
        for (var i = 0; i < 3; i++)
        {
            var entry = Relu(Norm(Convolve(x, $"{name}.branches.{i}.0"), $"{name}.branches.{i}.1"));
            branches[i] = i < 2
                ? Norm(Convolve(entry, $"{name}.branches.{i}.3.conv", 5, stride, i + 1), $"{name}.branches.{i}.3.bn")
                : Norm(LargestOfThree(entry, stride), $"{name}.branches.2.4");
        }

        branches[3] = Norm(Convolve(x, $"{name}.branches.3.0", 1, stride), $"{name}.branches.3.1");
        var y = new Map(x.N, channels, branches[0].T, x.V);
        for (var n = 0; n < y.N; n++)
            for (var c = 0; c < channels; c++)
                for (var t = 0; t < y.T; t++)
                    for (var v = 0; v < y.V; v++)
                        y[n, c, t, v] = branches[c / (channels / 4)][n, c % (channels / 4), t, v];
        return y;
    }

    protected Map Norm(Map x, string name)
    {
        var y = new Map(x.N, x.C, x.T, x.V);
        double count = x.N * x.T * x.V;
        for (var c = 0; c < x.C; c++)
        {
            double mean = state[$"{name}.running_mean"][c], variance = state[$"{name}.running_var"][c];
            if (training)
            {
                (mean, variance) = (0, 0);
                Each(x, (n, t, v) => mean += x[n, c, t, v] / count);
                Each(x, (n, t, v) => variance += (x[n, c, t, v] - mean) * (x[n, c, t, v] - mean) / count);
            }

            var scale = state[$"{name}.weight"][c] / Math.Sqrt(variance + 1e-5);
            var offset = state[$"{name}.bias"][c];
            Each(x, (n, t, v) => y[n, c, t, v] = ((x[n, c, t, v] - mean) * scale) + offset);
        }

        return y;
    }

    /// <summary>Over the channels of each joint in each frame.</summary>
    protected Map LayerNorm(Map x, string name)
    {
        double[] weight = State[$"{name}.weight"], bias = State[$"{name}.bias"];
        var y = new Map(x.N, x.C, x.T, x.V);
        Each(x, (n, t, v) =>
        {
            double mean = 0, variance = 0;
            for (var c = 0; c < x.C; c++) mean += x[n, c, t, v] / x.C;
            for (var c = 0; c < x.C; c++) variance += (x[n, c, t, v] - mean) * (x[n, c, t, v] - mean) / x.C;
            for (var c = 0; c < x.C; c++) y[n, c, t, v] = ((x[n, c, t, v] - mean) / Math.Sqrt(variance + 1e-5) * weight[c]) + bias[c];
        });
        return y;
    }

    /// <summary>y[c,t,w] = Σ_k Σ_v G[k,v,w] x[k·C+c,t,v]: the sum is over the first joint.</summary>
    protected static Map Aggregate(Map x, double[] graph, int channels)
    {
        var y = new Map(x.N, channels, x.T, x.V);
        for (var k = 0; k < x.C / channels; k++)
            for (var c = 0; c < channels; c++)
                for (var w = 0; w < x.V; w++)
                    Each(x, (n, t, v) => y[n, c, t, w] += graph[(((k * x.V) + v) * x.V) + w] * x[n, (k * channels) + c, t, v]);
        return y;
    }

    protected static Map LargestOfThree(Map x, int stride)
    {
        var y = new Map(x.N, x.C, (x.T + stride - 1) / stride, x.V);
        for (var c = 0; c < x.C; c++)
            Each(y, (n, t, v) =>
            {
                var largest = double.NegativeInfinity;
                for (var from = Math.Max(0, (t * stride) - 1); from <= Math.Min(x.T - 1, (t * stride) + 1); from++)
                    largest = Math.Max(largest, x[n, c, from, v]);
                y[n, c, t, v] = largest;
            });
        return y;
    }

    protected static Map Relu(Map x)
    {
        for (var i = 0; i < x.Values.Length; i++) x.Values[i] = Math.Max(0, x.Values[i]);
        return x;
    }

    protected static Map Add(Map x, Map other)
    {
        for (var i = 0; i < x.Values.Length; i++) x.Values[i] += other.Values[i];
        return x;
    }

    protected static void Each(Map x, Action<int, int, int> body)
    {
        for (var n = 0; n < x.N; n++)
            for (var t = 0; t < x.T; t++)
                for (var v = 0; v < x.V; v++)
                    body(n, t, v);
    }
}

/// <summary>What the authors of a network call its parts.</summary>
internal sealed record PlainNames(
    string DataNorm = "data_bn", string Block = "l", int FirstBlock = 1, string Graph = "gcn1", string Temporal = "tcn1",
    string ResidualConvolution = "conv", string ResidualNorm = "bn", string Classifier = "fc");
