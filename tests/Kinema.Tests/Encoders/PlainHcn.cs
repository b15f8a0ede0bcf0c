using Map = Kinema.Tests.Encoders.PlainGcn.Map;

namespace Kinema.Tests.Encoders;

/// <summary>
/// HCN in plain loops over arrays, in the order of its reproduction: one person after the other, ReLU before pooling, the motion resized by
/// source positions. The axes of the later maps are time and what conv2 made.
/// </summary>
/// <param name="state">Parameters by checkpoint name, in C order.</param>
internal sealed class PlainHcn(IReadOnlyDictionary<string, double[]> state)
{
    /// <summary>Of clips (N, C, T, V, M): logits (N, K), fc7 (N, D), the map of each person and the largest of them (N, C, T', W').</summary>
    public (double[] Logits, double[] Pooled, Map[] Persons, Map Features) Forward(double[] clips, int n, int t, int v, int m)
    {
        var persons = new Map[m];
        for (var p = 0; p < m; p++)
        {
            Map x = new(n, 3, t, v), motion = new(n, 3, t, v);
            for (var i = 0; i < n; i++)
                for (var c = 0; c < 3; c++)
                    for (var f = 0; f < t; f++)
                        for (var j = 0; j < v; j++)
                            x[i, c, f, j] = clips[(((((((i * 3) + c) * t) + f) * v) + j) * m) + p];
            for (var i = 0; i < n; i++)
                for (var c = 0; c < 3; c++)
                    for (var f = 0; f < t; f++)
                        for (var j = 0; j < v; j++)
                            motion[i, c, f, j] = Motion(x, i, c, f, j);
            var both = SideBySide(Branch(x, ""), Branch(motion, "m"));
            persons[p] = Halved(Relu(Convolve(Halved(Relu(Convolve(both, "conv5.0", 3, 3))), "conv6.0", 3, 3)));
        }

        var first = persons[0];
        var features = new Map(n, first.C, first.T, first.V);
        for (var k = 0; k < features.Values.Length; k++)
        {
            features.Values[k] = double.NegativeInfinity;
            foreach (var person in persons) features.Values[k] = Math.Max(features.Values[k], person.Values[k]);
        }

        var pooled = Linear(features.Values, n, "fc7.0");
        for (var k = 0; k < pooled.Length; k++) pooled[k] = Math.Max(0, pooled[k]);
        return (Linear(pooled, n, "fc8"), pooled, persons, features);
    }

    private Map Branch(Map x, string suffix)
    {
        var y = Convolve(Relu(Convolve(x, $"conv1{suffix}.0", 1, 1)), $"conv2{suffix}", 3, 1);
        var turned = new Map(y.N, y.V, y.T, y.C);                                       // joints become channels
        for (var n = 0; n < y.N; n++)
            for (var c = 0; c < y.C; c++)
                for (var t = 0; t < y.T; t++)
                    for (var v = 0; v < y.V; v++)
                        turned[n, v, t, c] = y[n, c, t, v];
        return Halved(Convolve(Halved(Convolve(turned, $"conv3{suffix}.0", 3, 3)), $"conv4{suffix}.0", 3, 3));
    }

    // T-1 differences, brought to T by linear interpolation with half-pixel centres.
    private static double Motion(Map x, int n, int c, int t, int v)
    {
        var source = Math.Max(0, ((t + 0.5) * (x.T - 1) / x.T) - 0.5);
        var first = (int)Math.Floor(source);
        var share = source - first;
        return ((1 - share) * Difference(first)) + (share * Difference(Math.Min(first + 1, x.T - 2)));

        double Difference(int frame) => x[n, c, frame + 1, v] - x[n, c, frame, v];
    }

    private Map Convolve(Map x, string name, int rows, int columns)
    {
        double[] weight = state[$"{name}.weight"], bias = state[$"{name}.bias"];
        var y = new Map(x.N, bias.Length, x.T, x.V);
        for (var n = 0; n < y.N; n++)
            for (var c = 0; c < y.C; c++)
                for (var t = 0; t < y.T; t++)
                    for (var v = 0; v < y.V; v++)
                    {
                        var sum = bias[c];
                        for (var a = 0; a < rows; a++)
                            for (var b = 0; b < columns; b++)
                            {
                                int row = t + a - (rows / 2), column = v + b - (columns / 2);
                                if (row < 0 || row >= x.T || column < 0 || column >= x.V) continue;
                                for (var i = 0; i < x.C; i++)
                                    sum += weight[(((((c * x.C) + i) * rows) + a) * columns) + b] * x[n, i, row, column];
                            }

                        y[n, c, t, v] = sum;
                    }

        return y;
    }

    // The largest of each two by two; what is left over at an odd end is not looked at.
    private static Map Halved(Map x)
    {
        var y = new Map(x.N, x.C, x.T / 2, x.V / 2);
        for (var n = 0; n < y.N; n++)
            for (var c = 0; c < y.C; c++)
                for (var t = 0; t < y.T; t++)
                    for (var v = 0; v < y.V; v++)
                    {
                        y[n, c, t, v] = Math.Max(
                            Math.Max(x[n, c, 2 * t, 2 * v], x[n, c, 2 * t, (2 * v) + 1]),
                            Math.Max(x[n, c, (2 * t) + 1, 2 * v], x[n, c, (2 * t) + 1, (2 * v) + 1]));
                    }

        return y;
    }

    private static Map SideBySide(Map left, Map right)
    {
        var y = new Map(left.N, left.C + right.C, left.T, left.V);
        for (var n = 0; n < y.N; n++)
            for (var c = 0; c < y.C; c++)
                for (var t = 0; t < y.T; t++)
                    for (var v = 0; v < y.V; v++)
                        y[n, c, t, v] = c < left.C ? left[n, c, t, v] : right[n, c - left.C, t, v];
        return y;
    }

    private static Map Relu(Map x)
    {
        for (var i = 0; i < x.Values.Length; i++) x.Values[i] = Math.Max(0, x.Values[i]);
        return x;
    }

    private double[] Linear(double[] rows, int n, string name)
    {
        double[] weight = state[$"{name}.weight"], bias = state[$"{name}.bias"];
        var (length, y) = (rows.Length / n, new double[n * bias.Length]);
        for (var row = 0; row < n; row++)
            for (var k = 0; k < bias.Length; k++)
            {
                var sum = bias[k];
                for (var i = 0; i < length; i++) sum += weight[(k * length) + i] * rows[(row * length) + i];
                y[(row * bias.Length) + k] = sum;
            }

        return y;
    }
}
