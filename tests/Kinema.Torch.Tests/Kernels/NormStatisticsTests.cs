namespace Kinema.Torch.Tests.Kernels;

/// <summary>Rows that are longer than what is normalised of them, in registers of both widths on any machine, against plain loops.</summary>
public sealed unsafe class NormStatisticsTests : TensorTest
{
    private const int Behind = 7;   // numbers of a row behind the channels

    // Rows, channels, wide.
    public static TheoryData<int, int, bool> Sizes()
    {
        var sizes = new TheoryData<int, int, bool>();
        foreach (var rows in (int[])[2, 15, 17, 255, 257, 600])
            foreach (var channels in (int[])[3, 8, 16, 39])
                foreach (var wide in (bool[])[false, true])
                    sizes.Add(rows, channels, wide);
        return sizes;
    }

    [Theory, MemberData(nameof(Sizes))]
    public void The_statistics_of_a_batch_are_those_of_its_first_channels(int rows, int channels, bool wide)
    {
        using var norm = new BatchNorm(channels);
        var step = channels + Behind;
        var x = Numbers(1, rows * step);
        float[] mean = new float[channels], inverse = new float[channels];
        fixed (float* px = x, pm = mean, pi = inverse) NormStatistics.Of(px, rows, step, [norm], training: true, pm, pi, wide);

        for (var c = 0; c < channels; c++)
        {
            double[] column = [.. Enumerable.Range(0, rows).Select(row => (double)x[(row * step) + c])];
            var average = column.Average();
            Assert.Equal(average, mean[c], 1e-6);
            Assert.Equal(1, inverse[c] * Math.Sqrt(column.Average(value => (value - average) * (value - average)) + norm.Epsilon), 1e-5);
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public void The_gradient_of_the_input_leaves_what_is_behind_the_channels_alone(int rows, int channels, bool wide)
    {
        var step = channels + Behind;
        float[] dy = Numbers(1, rows * step), x = Numbers(2, rows * step), y = Numbers(3, rows * step), dx = new float[rows * step];
        float[] mean = Numbers(4, channels), a = Numbers(5, channels), b = Numbers(6, channels), k = Numbers(7, channels);
        Array.Fill(dx, -7);
        fixed (float* pdy = dy, px = x, py = y, pm = mean, pa = a, pb = b, pk = k, pdx = dx)
            NormStatistics.InputGradients(pdy, px, py, pm, pa, pb, pk, rows, step, channels, pdx, wide);

        for (var i = 0; i < dx.Length; i++)
        {
            var c = i % step;
            var gated = y[i] <= 0 ? 0.0 : dy[i];
            Assert.Equal(c < channels ? (a[c] * gated) - (b[c] * ((double)x[i] - mean[c])) - k[c] : -7, dx[i], 1e-5);
        }
    }

    private static float[] Numbers(ulong seed, int count) => Numbers(seed, [count], ScalarType.Float32).ToArray<float>();
}
