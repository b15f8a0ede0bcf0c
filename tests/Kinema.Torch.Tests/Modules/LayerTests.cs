namespace Kinema.Torch.Tests.Modules;

/// <summary>Layers against plain loops over arrays.</summary>
public sealed class LayerTests : TensorTest
{
    [Theory, InlineData(true), InlineData(false)]
    public void Linear_agrees_with_a_plain_loop(bool bias)
    {
        using var layer = Filled(new Linear(3, 2, bias));
        var input = Numbers(1, [2, 2, 3]); // any leading axes
        double[] x = input.ToArray<double>(), w = layer.Weight.Value.ToArray<double>(), b = layer.Bias?.Value.ToArray<double>() ?? new double[2];
        var expected = new double[2 * 2 * 2];
        for (var row = 0; row < 4; row++)
            for (var o = 0; o < 2; o++)
                expected[row * 2 + o] = b[o] + Enumerable.Range(0, 3).Sum(i => w[o * 3 + i] * x[row * 3 + i]);
        AssertClose(expected, layer.Forward(input));
        Assert.Equal(bias, layer.Bias is not null);
    }

    [Fact]
    public void Conv1d_agrees_with_a_plain_loop()
    {
        using var layer = Filled(new Conv1d(2, 3, 2));
        var input = Numbers(1, [2, 2, 5]);
        double[] x = input.ToArray<double>(), w = layer.Weight.Value.ToArray<double>(), b = layer.Bias!.Value.ToArray<double>();
        var expected = new double[2 * 3 * 4];
        for (var n = 0; n < 2; n++)
            for (var o = 0; o < 3; o++)
                for (var at = 0; at < 4; at++)
                {
                    var sum = b[o];
                    for (var i = 0; i < 2; i++)
                        for (var k = 0; k < 2; k++)
                            sum += w[(o * 2 + i) * 2 + k] * x[(n * 2 + i) * 5 + at + k];
                    expected[(n * 3 + o) * 4 + at] = sum;
                }

        AssertClose(expected, layer.Forward(input));
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 0, 0, 1, 1)]
    [InlineData(3, 1, 2, 1, 1, 0, 1, 1)]
    [InlineData(5, 1, 1, 1, 4, 0, 2, 1)] // a temporal branch: kernel 5, dilation 2
    [InlineData(2, 3, 2, 2, 1, 2, 1, 1)]
    public void Conv2d_agrees_with_a_plain_loop(int kernelH, int kernelW, int strideH, int strideW, int padH, int padW, int dilationH, int dilationW)
    {
        using var layer = Filled(new Conv2d(2, 3, (kernelH, kernelW), (strideH, strideW), (padH, padW), (dilationH, dilationW)));
        const int n = 2, c = 2, h = 7, w = 4, o = 3;
        var input = Numbers(1, [n, c, h, w]);
        double[] x = input.ToArray<double>(), weight = layer.Weight.Value.ToArray<double>(), bias = layer.Bias!.Value.ToArray<double>();
        int outH = (h + 2 * padH - dilationH * (kernelH - 1) - 1) / strideH + 1, outW = (w + 2 * padW - dilationW * (kernelW - 1) - 1) / strideW + 1;
        var expected = new double[n * o * outH * outW];
        var at = 0;
        for (var clip = 0; clip < n; clip++)
            for (var to = 0; to < o; to++)
                for (var row = 0; row < outH; row++)
                    for (var column = 0; column < outW; column++)
                    {
                        var sum = bias[to];
                        for (var from = 0; from < c; from++)
                            for (var i = 0; i < kernelH; i++)
                                for (var j = 0; j < kernelW; j++)
                                {
                                    int y = row * strideH - padH + i * dilationH, z = column * strideW - padW + j * dilationW;
                                    if (y >= 0 && y < h && z >= 0 && z < w)
                                        sum += weight[((to * c + from) * kernelH + i) * kernelW + j] * x[((clip * c + from) * h + y) * w + z];
                                }

                        expected[at++] = sum;
                    }

        var actual = layer.Forward(input);
        Assert.Equal([n, o, outH, (long)outW], actual.Sizes.ToArray());
        AssertClose(expected, actual);
        AssertClose(expected, layer.Forward(input.Contiguous(MemoryFormat.ChannelsLast)));
    }

    [Fact]
    public void MaxPool2d_agrees_with_a_plain_loop()
    {
        const int n = 2, h = 7, w = 3, outH = 4;
        var input = Numbers(1, [n, 1, h, w]);
        var x = input.ToArray<double>();
        var expected = new double[n * outH * w];
        for (var clip = 0; clip < n; clip++)
            for (var row = 0; row < outH; row++)
                for (var column = 0; column < w; column++)
                {
                    var largest = double.NegativeInfinity;
                    for (var i = 0; i < 3; i++)
                        if (row * 2 - 1 + i is var y && y >= 0 && y < h)
                            largest = Math.Max(largest, x[(clip * h + y) * w + column]);
                    expected[(clip * outH + row) * w + column] = largest;
                }

        AssertClose(expected, Functional.MaxPool2d(input, [3, 1], [2, 1], [1, 0]));
    }

    [Theory, InlineData(0.0), InlineData(0.1)]
    public void CrossEntropy_agrees_with_a_plain_loop(double smoothing)
    {
        var logits = Numbers(1, [5, 4]);
        long[] labels = [2, 0, 3, 3, 1];
        var x = logits.ToArray<double>();
        double loss = 0;
        for (var n = 0; n < 5; n++)
        {
            var row = x[(n * 4)..(n * 4 + 4)];
            var log = Math.Log(row.Sum(Math.Exp));
            for (var k = 0; k < 4; k++)
                loss -= (row[k] - log) * ((k == labels[n] ? 1 - smoothing : 0) + smoothing / 4) / 5;
        }

        AssertClose([loss], Functional.CrossEntropy(logits, Tensor.From(labels, 5), smoothing));
    }

    [Fact]
    public void A_label_out_of_range_is_refused() =>
        Assert.Throws<TorchException>(() => Functional.CrossEntropy(Numbers(1, [2, 3]), Tensor.From([0L, 3], 2)));

    [Theory]
    [InlineData(6, 3)]
    [InlineData(4, 3, 5)]
    [InlineData(4, 3, 2, 5)]
    public void BatchNorm_agrees_with_a_plain_loop_and_moves_its_running_statistics(params int[] axes)
    {
        long[] shape = [.. axes.Select(axis => (long)axis)];
        const int c = 3;
        using var layer = Filled(new BatchNorm(c, momentum: 0.2));
        Init.Constant(layer.RunningMean, 0.5);
        Init.Constant(layer.RunningVariance, 2);
        var input = Numbers(1, shape);
        var x = input.ToArray<double>();
        double[] gamma = layer.Weight.Value.ToArray<double>(), beta = layer.Bias.Value.ToArray<double>();
        var inner = axes.Skip(2).Aggregate(1, (product, axis) => product * axis);
        double[] mean = new double[c], variance = new double[c];
        int Channel(int i) => i / inner % c;
        var count = x.Length / c;
        for (var i = 0; i < x.Length; i++) mean[Channel(i)] += x[i] / count;
        for (var i = 0; i < x.Length; i++) variance[Channel(i)] += Math.Pow(x[i] - mean[Channel(i)], 2) / count;

        double[] Expected(double[] m, double[] v) =>
            [.. x.Select((value, i) => gamma[Channel(i)] * (value - m[Channel(i)]) / Math.Sqrt(v[Channel(i)] + 1e-5) + beta[Channel(i)])];

        AssertClose(Expected(mean, variance), layer.Forward(input));
        var runningMean = mean.Select(m => 0.8 * 0.5 + 0.2 * m).ToArray();
        var runningVariance = variance.Select(v => 0.8 * 2 + 0.2 * v * count / (count - 1)).ToArray(); // the running one is unbiased
        AssertClose(runningMean, layer.RunningMean.Value);
        AssertClose(runningVariance, layer.RunningVariance.Value);
        Assert.Equal(1, Counted(layer));

        layer.Eval();
        AssertClose(Expected(runningMean, runningVariance), layer.Forward(input));
        AssertClose(runningMean, layer.RunningMean.Value); // evaluation moves nothing
        Assert.Equal(1, Counted(layer));
    }

    [Fact]
    public void Dropout_keeps_the_mean_and_does_nothing_while_evaluating()
    {
        using var random = new Generator(1);
        using var layer = new Dropout(0.25, random);
        var x = Tensor.Ones([100, 100]);
        var y = layer.Forward(x).ToArray<float>();
        Assert.All(y, value => Assert.True(value is 0 or 4f / 3));
        Assert.InRange(y.Count(value => value == 0), 2300, 2700);
        Assert.NotEqual(y, layer.Forward(x).ToArray<float>()); // a new draw
        layer.Eval();
        Assert.Same(x, layer.Forward(x));
    }

    [Fact]
    public void Dropout_draws_the_same_from_a_restored_generator_and_reaches_backward()
    {
        using var random = new Generator(1);
        using var layer = new Dropout(0.5, random);
        var state = random.Save();
        var x = Leaf(1, 6, 6);
        var y = layer.Forward(x);
        random.Restore(state);
        AssertClose(y, layer.Forward(x));
        y.Sum().Backward();
        AssertClose(y / x, x.Grad!, 1e-12);
    }

    [Fact]
    public void Sequential_applies_its_modules_in_order()
    {
        using var network = new Sequential(new Linear(1, 1), new Relu());
        Init.Constant(((Linear)network[0]).Weight, -1);
        Init.Constant(((Linear)network[0]).Bias!, 0);
        Assert.Equal([0f, 2], network.Forward(Tensor.From([3f, -2], 2, 1)).ToArray<float>());
    }

    private static T Filled<T>(T layer)
        where T : Module
    {
        using var random = new Generator(21);
        layer.To(ScalarType.Float64);
        foreach (var (_, parameter) in layer.NamedParameters()) Init.Normal(parameter, 0, 1, random);
        return layer;
    }

    private static long Counted(BatchNorm layer) => layer.NamedBuffers().Single(entry => entry.Name == "num_batches_tracked").Buffer.Value.ToArray<long>()[0];
}
