using Kinema.Encoders.Kernels;
using Kinema.Torch;

namespace Kinema.Tests.Encoders.Kernels;

/// <summary>The two shifts of Shift-GCN by themselves.</summary>
public sealed class ShiftTests : TensorTest
{
    [Theory]
    [InlineData(3, 16, 9, 20, 1)]
    [InlineData(2, 21, 12, 7, 2)]
    [InlineData(2, 5, 13, 3, 2)]     // an odd number of frames at stride 2
    [InlineData(1, 4, 1, 1, 1)]      // one frame, one joint
    [InlineData(1, 4, 1, 2, 2)]
    public void Over_time_the_kernel_agrees_with_its_twin_in_values_and_gradients(int n, int c, int t, int v, int stride)
    {
        var (kernel, twin) = (Run(TemporalShift.Apply, ScalarType.Float32), Run(TemporalShift.Twin, ScalarType.Float64));
        for (var i = 0; i < twin.Count; i++) AssertClose(twin[i], kernel[i], 1e-6, $"{i}");
        Assert.All(twin[3], value => Assert.Equal(0, value));

        List<double[]> Run(Func<Tensor, Tensor, Tensor, int, Tensor> apply, ScalarType type)
        {
            var (x, time, space) = (Take(Numbers(1, [n, c, t, v])), Take(Numbers(2, [c]) * 3), Take(Numbers(3, [c])));
            var y = apply(x, time, space, stride);
            (y * Numbers(4, y.Sizes.ToArray()).To(type)).Sum().Backward();
            return [y.ToArray<double>(), x.Grad!.ToArray<double>(), time.Grad!.ToArray<double>(), space.Grad!.ToArray<double>()];

            Tensor Take(Tensor numbers)
            {
                var leaf = numbers.To(ScalarType.Float32).To(type).Detach();
                leaf.RequiresGrad = true;
                return leaf;
            }
        }
    }

    [Theory, InlineData(1), InlineData(2)]
    public void Over_time_the_gradient_of_the_map_is_the_true_one(int stride)
    {
        var (time, space) = (Numbers(2, [4]) * 2, Numbers(3, [4]));
        FiniteDifferences.Agree(inputs => TemporalShift.Twin(inputs[0], time, space, stride), [Leaf(1, 2, 4, 7, 3)]);
    }

    [Theory, InlineData(1), InlineData(2)]
    public void Over_time_the_gradient_of_the_shift_is_the_sign_of_the_true_one(int stride)
    {
        const double step = 1e-6;
        var (x, space, weights) = (Numbers(1, [2, 6, 9, 3]), Numbers(3, [6]), Numbers(4, [2, 6, stride == 1 ? 9 : 5, 3]));
        var time = Leaf(2, 6);
        var gradient = Autograd.Grad([(TemporalShift.Twin(x, time, space, stride) * weights).Sum()], [time])[0]!.ToArray<double>();
        var memory = time.Memory<double>();
        for (var c = 0; c < memory.Length; c++)
        {
            var value = memory[c];
            var difference = Value(c, value + step) - Value(c, value - step);
            time.Memory<double>()[c] = value;
            Assert.Equal(0.01 * Math.Sign(difference), gradient[c]);
        }

        double Value(int c, double value)
        {
            using var mode = Autograd.NoGrad();
            time.Memory<double>()[c] = value;
            return (TemporalShift.Twin(x, time, space, stride) * weights).Sum().Item();
        }
    }

    [Theory, InlineData(ScalarType.Float32), InlineData(ScalarType.Float64)]
    public void Shifts_of_any_size_show_zeros_and_one_that_changes_nothing_still_moves(ScalarType type)
    {
        var x = Tensor.Ones([1, 6, 4, 2], type);
        var time = Tensor.From([0.0, 2, -3, 1e9, -1e30, 3.25], 6).To(type);
        time.RequiresGrad = true;
        var y = TemporalShift.Apply(x, time, Tensor.Zeros([6], type), 1);
        double[][] expected = [[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0], [0.75, 0, 0, 0]];
        for (var c = 0; c < expected.Length; c++) Assert.Equal(expected[c], y.Narrow(1, c, 1).Select(3, 1).ToArray<double>());

        y.Sum().Backward();
        Assert.Equal([-0.01, -0.01, 0.01, 0.0001, 0.0001, -0.01], time.Grad!.ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-8);
    }

    [Fact]
    public void Over_time_a_number_that_is_none_is_seen_in_its_gradient()
    {
        foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.Float64])
        {
            var time = Tensor.Zeros([2], type);
            time.RequiresGrad = true;
            var x = Tensor.From([1.0, double.NaN, 3, 4], 1, 2, 2, 1).To(type);
            TemporalShift.Apply(x, time, Tensor.Zeros([2], type), 1).Sum().Backward();
            Assert.Equal([true, false], time.Grad!.ToArray<double>().Select(double.IsNaN));
        }
    }

    [Fact]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads() => AssertSameBitsOnAnyNumberOfThreads(() =>
    {
        var (x, time, factor) = (SingleLeaf(1, 5, 21, 13, 7), SingleLeaf(2, 21), SingleLeaf(3, 7, 21));
        var index = Tensor.From<long>([.. Enumerable.Range(0, 147).Select(k => (long)k * 2 % 147)], 147);
        var y = TemporalShift.Apply(JointShift.Apply(x, index, factor), time, Tensor.Zeros([21]), 2);
        (y * y).Sum().Backward();
        return [.. y.ToArray<float>(), .. x.Grad!.ToArray<float>(), .. time.Grad!.ToArray<float>(), .. factor.Grad!.ToArray<float>()];
    });

    // Clips N, channels C, frames T, joints V; with a factor or without.
    public static TheoryData<int, int, int, int, bool> Shapes()
    {
        var shapes = new TheoryData<int, int, int, int, bool>();
        foreach (var (n, c, t, v) in ((int, int, int, int)[])
            [(3, 5, 4, 7), (2, 16, 13, 20), (1, 64, 3, 25), (5, 21, 6, 3), (2, 8, 1, 4), (2, 17, 5, 1), (1, 1, 9, 2), (1, 1, 1, 1)])
            foreach (var weighted in (bool[])[true, false])
                shapes.Add(n, c, t, v, weighted);
        return shapes;
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Among_joints_the_kernel_agrees_with_its_twin_in_values_and_gradients(int n, int c, int t, int v, bool weighted)
    {
        long[] places = [.. Enumerable.Range(0, v * c).Select(k => ((k * 3L) + 1) % (v * c))];
        places[^1] = places[0];                                                           // of a file: no permutation
        var (kernel, twin) = (Run(JointShift.Apply, ScalarType.Float32), Run(JointShift.Twin, ScalarType.Float64));
        for (var i = 0; i < twin.Count; i++) AssertClose(twin[i], kernel[i], 1e-6, $"{i}");

        List<double[]> Run(Func<Tensor, Tensor, Tensor?, Tensor> apply, ScalarType type)
        {
            var x = Numbers(1, [n, c, t, v], ScalarType.Float32).To(type).Detach();      // the same numbers in both types
            var factor = Numbers(2, [1, v, c], ScalarType.Float32).To(type).Detach();
            x.RequiresGrad = factor.RequiresGrad = true;
            var y = apply(x, Tensor.From<long>(places, places.Length), weighted ? factor : null);
            (y * Numbers(3, [n, c, t, v]).To(type)).Sum().Backward();
            return [y.ToArray<double>(), x.Grad!.ToArray<double>(), .. weighted ? [factor.Grad!.ToArray<double>()] : (double[][])[]];
        }
    }

    [Fact]
    public void Among_joints_each_number_comes_from_where_the_index_says()
    {
        var x = Tensor.From<float>([1, 2, 3, 4, 5, 6], 1, 2, 1, 3);                       // channel 0: 1 2 3; channel 1: 4 5 6
        var index = Tensor.From<long>([0, 3, 2, 5, 4, 1], 6);                             // (v, c): channel 1 from one joint on
        Assert.Equal([1f, 2, 3, 5, 6, 4], JointShift.Apply(x, index).ToArray<float>());
        Assert.Equal([1f, 2, 3, 5, 6, 4], JointShift.Twin(x, index).ToArray<float>());
    }

    [Fact]
    public void Shapes_that_do_not_go_together_are_refused()
    {
        var x = Tensor.Ones([1, 2, 4, 3]);
        var six = Tensor.From<long>([0, 1, 2, 3, 4, 5], 6);
        Refused("V·C = 6 places", () => JointShift.Apply(x, Tensor.From<long>([0], 1)));
        Refused("V·C = 6 places", () => JointShift.Apply(x, six, Tensor.Ones([5])));
        Refused("C = 2 offsets", () => TemporalShift.Apply(x, Tensor.Ones([3]), Tensor.Ones([2]), 1));

        static void Refused(string why, Func<Tensor> call) => Assert.Contains(why, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);
    }
}
