using Kinema.Storage;
using static Kinema.Torch.Tests.Optimizers.OptimizerTests;

namespace Kinema.Torch.Tests.Optimizers;

public sealed class OptimizerStateTests : TensorTest
{
    [Theory]
    [InlineData("sgd", ScalarType.Float32)]
    [InlineData("sgd", ScalarType.Float64)]
    [InlineData("adamw", ScalarType.Float32)]
    [InlineData("adamw", ScalarType.Float64)]
    public void A_restored_optimiser_makes_the_same_next_step_bit_for_bit(string kind, ScalarType type)
    {
        using Parameter first = Weight(1, type, 5, 4), second = Weight(1, type, 5, 4);
        using Optimizer unbroken = Make(kind, first), resumed = Make(kind, second);
        Walk(unbroken, first, from: 1, to: 3);
        second.Value.Detach().CopyInPlace(first.Value);
        resumed.Load(unbroken.State().ToDictionary(entry => entry.Name, entry => entry.Value.ToStored(entry.Name).ToTensor())); // as through a file
        Walk(unbroken, first, from: 4, to: 5);
        Walk(resumed, second, from: 4, to: 5);
        Assert.Equal(first.Value.ToArray<double>(), second.Value.ToArray<double>());

        using var forgetful = Make(kind, second); // without the state the step is another one
        second.Value.Detach().CopyInPlace(first.Value);
        Walk(forgetful, second, from: 6, to: 6);
        Walk(unbroken, first, from: 6, to: 6);
        Assert.NotEqual(first.Value.ToArray<double>(), second.Value.ToArray<double>());
    }

    [Fact]
    public void A_state_that_does_not_fit_is_refused_in_one_line()
    {
        using var parameter = Weight(1, ScalarType.Float32, 5, 4);
        using Optimizer sgd = Make("sgd", parameter), adamw = Make("adamw", parameter);
        Walk(sgd, parameter, 1, 1);
        var state = sgd.State().ToDictionary(entry => entry.Name, entry => entry.Value);
        Assert.Contains("holds no w.first_moment", Refusal(adamw, state), StringComparison.Ordinal);
        state["w.momentum"] = Tensor.Zeros([1, 4]); // would broadcast
        Assert.Contains("w.momentum as (1, 4), but its parameter is (5, 4)", Refusal(sgd, state), StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_that_the_state_lacks_starts_afresh()
    {
        using var parameter = Weight(1, ScalarType.Float32, 3);
        using var optimiser = Make("sgd", parameter);
        Walk(optimiser, parameter, 1, 2);
        optimiser.Load(new Dictionary<string, Tensor>());
        Assert.Empty(optimiser.State());
    }

    [Fact]
    public void A_disposed_optimiser_has_freed_its_memory()
    {
        using var parameter = Weight(1, ScalarType.Float32, 3);
        var before = TensorScope.LiveTensors;
        var optimiser = Make("adamw", parameter);
        using (TensorScope.Begin()) Walk(optimiser, parameter, 1, 2);
        parameter.Value.Grad = null;
        Assert.Equal(before + 2, TensorScope.LiveTensors);
        optimiser.Dispose();
        Assert.Equal(before, TensorScope.LiveTensors);
    }

    private static string Refusal(Optimizer optimiser, Dictionary<string, Tensor> state)
    {
        var error = Assert.Throws<KinemaException>(() => optimiser.Load(state));
        Assert.Equal(ExitCode.Checkpoint, error.ExitCode);
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }
}
