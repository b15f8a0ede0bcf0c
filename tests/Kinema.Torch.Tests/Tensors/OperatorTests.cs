using System.Reflection;
using System.Runtime.CompilerServices;

namespace Kinema.Torch.Tests.Tensors;

/// <summary>Every operator that Kinema.Torch declares is called once, with arguments of the kinds that the library passes.</summary>
public sealed class OperatorTests : TensorTest
{
    private static readonly Dictionary<string, Func<Tensor?[]>> Calls = SampleCalls.All();

    /// <summary>Full names of all declared operators: every class of the assembly that has one is initialised first.</summary>
    public static TheoryData<string> Declared() => [.. Names()];

    private static List<string> Names()
    {
        foreach (var type in typeof(Operator).Assembly.GetTypes())
            if (type.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public).Any(field => field.FieldType == typeof(Operator)))
                RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        return [.. Operator.Declared.Select(SampleCalls.NameOf).Distinct().Order(StringComparer.Ordinal)];
    }

    [Theory, MemberData(nameof(Declared))]
    public void This_libtorch_has_the_operator_and_takes_our_arguments(string name)
    {
        Assert.True(Calls.TryGetValue(name, out var call), $"{name} is declared, but SampleCalls has no call of it");
        var results = call();
        Assert.NotEmpty(results);
        Assert.NotNull(results[0]);
    }

    [Theory, MemberData(nameof(Declared))]
    public void The_schema_can_be_read(string name)
    {
        var declared = Operator.Declared.First(candidate => SampleCalls.NameOf(candidate) == name);
        Assert.StartsWith(name + "(", declared.Schema, StringComparison.Ordinal);
    }

    [Fact]
    public void No_sample_call_is_left_over_from_an_operator_that_is_gone() =>
        Assert.Empty(Calls.Keys.Except(Names()));

    [Fact]
    public void An_operator_that_this_libtorch_lacks_is_named()
    {
        var error = Assert.Throws<TorchException>(() => Probe.Missing.Call(Tensor.Zeros([1])));
        Assert.Contains("aten::no_such_operator", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_arguments_than_any_operator_takes_are_refused() =>
        Assert.Contains("aten::relu", Assert.Throws<ArgumentException>(() => Aten.Relu.Call(new Argument[25])).Message, StringComparison.Ordinal);

    [Fact]
    public void More_arguments_than_this_operator_takes_are_refused_with_its_schema() =>
        Assert.Contains(
            "aten::relu(Tensor self)", Assert.Throws<TorchException>(() => Aten.Relu.Call(Tensor.Zeros([1]), 1L, 2L)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_argument_is_named() =>
        Assert.Contains("'other'", Assert.Throws<TorchException>(() => Aten.Add.Call(Tensor.Zeros([1]))).Message, StringComparison.Ordinal);

    [Fact]
    public void An_argument_of_the_wrong_kind_is_refused_and_not_misread()
    {
        Assert.Throws<TorchException>(() => Aten.Relu.Call(1L));
        Assert.Throws<TorchException>(() => Aten.Select.Call(Tensor.Zeros([2, 2]), Tensor.Zeros([1]), 0L));
        Assert.Throws<TorchException>(() => Aten.Reshape.Call(Tensor.Zeros([2, 2]), "four"));
        Assert.Throws<TorchException>(() => Aten.Cat.Call(new[] { Tensor.Zeros([1]), null }, 0L));
    }

    [Fact]
    public void A_call_that_expects_one_tensor_frees_what_it_cannot_return()
    {
        using var scope = TensorScope.Begin();
        var x = Tensor.Zeros([4]);
        var before = TensorScope.LiveTensors;
        Assert.ThrowsAny<Exception>(() => Aten.TopK.Call(x, 2L, -1L, true, true)); // returns two tensors
        Assert.ThrowsAny<Exception>(() => Aten.Relu.CallNumber(x));                // returns no number
        Assert.Equal(before, TensorScope.LiveTensors);
    }

    [Fact]
    public void A_list_longer_than_the_usual_scratch_memory_is_passed_whole()
    {
        var pieces = Enumerable.Range(0, 300).Select(i => Tensor.Full([2], i)).ToArray();
        var joined = Tensor.Cat(0, pieces).ToArray<float>();
        Assert.Equal(600, joined.Length);
        Assert.All(Enumerable.Range(0, 600), i => Assert.Equal(i / 2, joined[i]));
    }

    private static class Probe
    {
        // Made without the constructor's entry into Operator.Declared, which holds what the library itself needs.
        internal static readonly Operator Missing = Undeclared("aten::no_such_operator");

        private static Operator Undeclared(string name)
        {
            var probe = (Operator)RuntimeHelpers.GetUninitializedObject(typeof(Operator));
            Set(nameof(Operator.Name), name);
            Set(nameof(Operator.Overload), "");
            return probe;

            void Set(string property, string value) =>
                typeof(Operator).GetField($"<{property}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!.SetValue(probe, value);
        }
    }
}
