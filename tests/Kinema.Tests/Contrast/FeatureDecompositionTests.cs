using Kinema.Contrast;
using Kinema.Encoders;
using Kinema.Torch;

namespace Kinema.Tests.Contrast;

public sealed class FeatureDecompositionTests : TensorTest
{
    [Theory]
    [InlineData(3, 1, 16, 4, 5, 8)]
    [InlineData(2, 2, 24, 3, 7, 8)]
    [InlineData(2, 3, 11, 5, 2, 4)] // 11/4: the division drops the rest
    [InlineData(2, 1, 16, 1, 1, 8)] // one frame and one joint left
    public void It_agrees_with_plain_loops(int clips, int persons, int c, int t, int v, int reduction)
    {
        const int d = 6;
        using var module = Module(new FeatureMapShape(c, t, v, persons), d, reduction);
        var map = Numbers(2, [clips * persons, c, t, v]);
        var (spatial, temporal) = module.Forward(map);
        AssertClose(Plain("conv1", "convs", v, (n, k, j) => Average(t, f => At(n, k, f, j))), spatial, 1e-12);
        AssertClose(Plain("conv2", "convt", t, (n, k, f) => Average(v, j => At(n, k, f, j))), temporal, 1e-12);

        double At(int n, int k, int f, int j) => Values()[(((((n * c) + k) * t) + f) * v) + j];

        double[] Values() => map.ToArray<double>();

        // Mean over one axis, C to R channels, flatten channel-major, R·L to D numbers, and then the mean over persons.
        double[] Plain(string reduce, string project, int length, Func<int, int, int, double> pooled)
        {
            var r = c / reduction;
            var state = module.State().ToDictionary(entry => entry.Name, entry => entry.Value.Value.ToArray<double>());
            var result = new double[clips * d];
            for (var row = 0; row < clips * persons; row++)
            {
                var flat = new double[r * length];
                for (var k = 0; k < r; k++)
                    for (var l = 0; l < length; l++)
                        flat[(k * length) + l] = state[$"{reduce}.bias"][k] + Enumerable.Range(0, c).Sum(
                            i => state[$"{reduce}.weight"][(k * c) + i] * pooled(row, i, l));
                for (var k = 0; k < d; k++)
                    result[(row / persons * d) + k] += (state[$"{project}.bias"][k] + flat.Index().Sum(
                            entry => state[$"{project}.weight"][(k * flat.Length) + entry.Index] * entry.Item)) / persons;
            }

            return result;
        }

        static double Average(int count, Func<int, double> of) => Enumerable.Range(0, count).Average(of);
    }

    [Theory] // the table of sizes in the paper's encoders
    [InlineData(256, 16, 25, 352_832)]
    [InlineData(256, 13, 20, 287_296)]
    [InlineData(216, 16, 25, 295_622)]
    [InlineData(216, 13, 20, 240_326)]
    [InlineData(256, 4, 4, 82_496)]
    [InlineData(256, 3, 3, 66_112)]
    public void Names_shapes_and_counts_are_the_authors(int c, int t, int v, long parameters)
    {
        using var module = new FeatureDecomposition(new FeatureMapShape(c, t, v, 2));
        var r = c / 8;
        Assert.Equal(
            [
                $"conv1.weight ({r}, {c}, 1)", $"conv1.bias ({r})", $"convs.weight (256, {r * v})", "convs.bias (256)",
                $"conv2.weight ({r}, {c}, 1)", $"conv2.bias ({r})", $"convt.weight (256, {r * t})", "convt.bias (256)",
            ],
            module.State().Select(entry => $"{entry.Name} {entry.Value.Value.ShapeText()}"));
        Assert.Equal(parameters, module.ParameterCount());
    }

    [Fact]
    public void It_starts_as_the_authors_do()
    {
        using var module = new FeatureDecomposition(new FeatureMapShape(256, 13, 20, 1));
        using var random = new Generator(1);
        module.Initialise(random);
        foreach (var (name, entry) in module.State())
        {
            var values = entry.Value.ToArray<double>();
            if (name.StartsWith("conv1", StringComparison.Ordinal) || name.StartsWith("conv2", StringComparison.Ordinal))
            {
                Assert.True(values.Max(Math.Abs) <= 1.0 / 16, name); // uniform within ±1/√256
                Assert.True(values.Max(Math.Abs) > 0.85 / 16, name);
            }
            else if (name.EndsWith("bias", StringComparison.Ordinal))
            {
                Assert.All(values, value => Assert.Equal(0, value));
            }
            else
            {
                Assert.Equal(Math.Sqrt(2.0 / 256), Math.Sqrt(values.Average(value => value * value)), 5e-4); // fan-out is D, whatever the input
            }
        }
    }

    [Fact]
    public void Gradients_agree_with_finite_differences()
    {
        using var module = Module(new FeatureMapShape(4, 3, 2, 2), 3, 2);
        FiniteDifferences.Agree(inputs => Tensor.Cat(1, module.Forward(inputs[0]).Spatial, module.Forward(inputs[0]).Temporal), [Leaf(1, 4, 4, 3, 2)]);
        FiniteDifferences.Agree(
            _ => Tensor.Cat(1, module.Forward(Numbers(1, [4, 4, 3, 2])).Spatial, module.Forward(Numbers(1, [4, 4, 3, 2])).Temporal),
            [.. module.NamedParameters().Select(entry => entry.Parameter.Value)]);
    }

    [Fact]
    public void A_map_of_another_shape_is_refused_by_name()
    {
        using var module = new FeatureDecomposition(new FeatureMapShape(256, 16, 25, 2));
        Assert.Equal(
            "this decomposition takes a map (N·M, 256, 16, 25); got (2, 256, 13, 25)",
            Assert.Throws<ArgumentException>(() => module.Forward(Tensor.Zeros([2, 256, 13, 25]))).Message);
        Assert.Contains(
            "4 channels", Assert.Throws<ArgumentException>(() => new FeatureDecomposition(new FeatureMapShape(4, 1, 1, 1))).Message, StringComparison.Ordinal);
    }

    private static FeatureDecomposition Module(FeatureMapShape shape, int dimension, int reduction)
    {
        var module = new FeatureDecomposition(shape, dimension, reduction);
        module.To(ScalarType.Float64);
        using var random = new Generator(1);
        foreach (var (_, value) in module.State()) Init.Normal(value, 0, 1, random);
        return module;
    }
}
