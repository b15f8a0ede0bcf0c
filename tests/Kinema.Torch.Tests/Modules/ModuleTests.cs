namespace Kinema.Torch.Tests.Modules;

public sealed class ModuleTests : TensorTest
{
    [Fact]
    public void Names_come_in_the_order_in_which_the_parts_were_added()
    {
        using var network = new Nested();
        Assert.Equal(
            ["PA", "gcn.conv.weight", "gcn.conv.bias", "branches.0.1.weight", "branches.0.1.bias", "own", "body.0.weight", "body.0.bias", "body.2.weight",
                "body.2.bias", "body.2.running_mean", "body.2.running_var", "body.2.num_batches_tracked"],
            network.State().Select(entry => entry.Name));
        Assert.Equal(9, network.NamedParameters().Count());
        Assert.Equal(["own", "body.2.running_mean", "body.2.running_var", "body.2.num_batches_tracked"], network.NamedBuffers().Select(entry => entry.Name));
        Assert.Equal(["", "gcn.conv", "branches.0.1", "", "body", "body.0", "body.1", "body.2"], network.NamedModules().Select(entry => entry.Name));
        Assert.Equal(4 + (((2 * 3) + 3) * 3) + 3 + 3, network.ParameterCount());
    }

    [Fact]
    public void A_name_that_is_taken_is_refused()
    {
        using var part = new Linear(2, 2);
        Assert.Contains("'a' is taken", Refused(("a", new Linear(1, 1)), ("a", new Linear(1, 1))), StringComparison.Ordinal);
        Assert.Contains("'a.weight' is taken", Refused(("a.weight", new Parameter(1)), ("a", new Linear(1, 1))), StringComparison.Ordinal);
        Assert.Contains("'weight' is taken", Refused(("", new Linear(1, 1)), ("weight", new Parameter(1))), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_what_a_checkpoint_can_hold_is_a_part() =>
        Assert.Throws<ArgumentException>(() => new Bag(("a", "a text")));

    [Fact]
    public void A_parameter_that_two_parts_share_is_trained_once_and_saved_under_both_names()
    {
        var shared = new Parameter(3);
        using var network = new Bag(("first", shared), ("second", shared));
        Assert.Equal(["first"], network.NamedParameters().Select(entry => entry.Name));
        Assert.Equal(["first", "second"], network.State().Select(entry => entry.Name));
        Assert.Equal(3, network.ParameterCount());
    }

    [Fact]
    public void A_buffer_that_is_not_persistent_moves_with_the_module_and_stays_out_of_checkpoints()
    {
        var constant = new Buffer(Tensor.Ones([2]), persistent: false);
        using var network = new Bag(("weight", new Parameter(2)), ("A", constant));
        Assert.Equal(["weight"], network.State().Select(entry => entry.Name));
        network.To(ScalarType.Float64);
        Assert.Equal(ScalarType.Float64, constant.Value.Type);
    }

    [Fact]
    public void Train_and_Eval_reach_every_part()
    {
        using var network = new Nested();
        network.Eval();
        Assert.All(network.NamedModules(), entry => Assert.False(entry.Module.Training));
        network.Train();
        Assert.All(network.NamedModules(), entry => Assert.True(entry.Module.Training));
    }

    [Fact]
    public void Conversion_reaches_numbers_and_leaves_counters_as_they_are()
    {
        using var network = new Nested();
        using var random = new Generator(1);
        network.Initialise(random);
        var before = network.State().Select(entry => entry.Value.Value.ToArray<double>()).ToList();
        network.To(ScalarType.Float64);
        Assert.All(network.State(), entry => Assert.Equal(
            entry.Name.EndsWith("tracked", StringComparison.Ordinal) ? ScalarType.Int64 : ScalarType.Float64, entry.Value.Value.Type));
        Assert.All(network.NamedParameters(), entry => Assert.True(entry.Parameter.Value.RequiresGrad));
        Assert.All(network.NamedBuffers(), entry => Assert.False(entry.Buffer.Value.RequiresGrad));
        Assert.Equal(before, network.State().Select(entry => entry.Value.Value.ToArray<double>()));
        Assert.Equal([2L, 3], network.Forward(Tensor.Zeros([2, 2], ScalarType.Float64)).Sizes.ToArray());
    }

    [Fact]
    public void Equal_seeds_initialise_equally()
    {
        Assert.Equal(Initialised(3), Initialised(3));
        Assert.NotEqual(Initialised(3), Initialised(4));

        static List<float[]> Initialised(ulong seed)
        {
            using var network = new Nested();
            using var random = new Generator(seed);
            network.Initialise(random);
            return [.. network.State().Select(entry => entry.Value.Value.ToArray<float>())];
        }
    }

    [Fact]
    public void Initialisation_keeps_to_the_bounds_of_the_framework()
    {
        using var random = new Generator(1);
        using var convolution = new Conv2d(4, 50, (3, 2));
        convolution.Initialise(random);
        var bound = 1 / Math.Sqrt(4 * 3 * 2);
        var weights = convolution.Weight.Value.ToArray<double>().Concat(convolution.Bias!.Value.ToArray<double>()).ToList();
        Assert.All(weights, weight => Assert.InRange(weight, -bound, bound));
        Assert.InRange(weights.Max(Math.Abs), 0.97 * bound, bound);

        Init.KaimingNormalFanOut(convolution.Weight, random);
        var deviation = Math.Sqrt(convolution.Weight.Value.ToArray<double>().Average(weight => weight * weight));
        Assert.InRange(deviation, 0.94 * Math.Sqrt(2.0 / (50 * 3 * 2)), 1.06 * Math.Sqrt(2.0 / (50 * 3 * 2)));
        Init.XavierUniform(convolution.Weight, random);
        var limit = Math.Sqrt(6.0 / ((50 + 4) * 3 * 2));
        Assert.InRange(convolution.Weight.Value.ToArray<double>().Max(Math.Abs), 0.97 * limit, 1.000001 * limit);
        Assert.True(convolution.Weight.Value.RequiresGrad); // filled without a graph
    }

    [Fact]
    public void ZeroGrad_drops_every_gradient()
    {
        using var network = new Nested();
        network.Forward(Tensor.Ones([4, 2])).Sum().Backward();
        Assert.Contains(network.NamedParameters(), entry => entry.Parameter.Value.Grad is not null);
        network.ZeroGrad();
        Assert.All(network.NamedParameters(), entry => Assert.Null(entry.Parameter.Value.Grad));
    }

    [Fact]
    public void A_disposed_network_has_freed_everything()
    {
        var before = TensorScope.LiveTensors;
        var network = new Nested();
        Assert.True(TensorScope.LiveTensors > before);
        network.Dispose();
        network.Dispose();
        Assert.Equal(before, TensorScope.LiveTensors);
    }

    private static string Refused(params (string Name, object Part)[] parts)
    {
        try
        {
            return Assert.Throws<ArgumentException>(() => new Bag(parts)).Message;
        }
        finally
        {
            foreach (var (_, part) in parts) ((IDisposable)part).Dispose();
        }
    }

    /// <summary>Whatever parts a test gives it.</summary>
    private sealed class Bag : Module
    {
        internal Bag(params (string Name, object Part)[] parts)
        {
            foreach (var (name, part) in parts) Add(name, part);
        }
    }

    private sealed class Nested : Module<Tensor, Tensor>
    {
        private readonly Sequential body;

        internal Nested()
        {
            Add("PA", new Parameter(4));
            Add("gcn.conv", new Linear(2, 3));
            Add("branches.0.1", new Linear(2, 3));
            Add("", new Bag(("own", new Buffer(Tensor.Ones([2])))));
            body = Add("body", new Sequential(new Linear(2, 3), new Relu(), new BatchNorm(3)));
        }

        public override Tensor Forward(Tensor input) => body.Forward(input);
    }
}
