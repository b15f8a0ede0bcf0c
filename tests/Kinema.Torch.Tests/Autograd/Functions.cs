namespace Kinema.Torch.Tests.Autograd;

/// <summary>y = eˣ; saves its output, whose gradient it is.</summary>
internal sealed class Exponential : CustomFunction
{
    private Tensor? y;

    public static Tensor Apply(Tensor x)
    {
        var function = new Exponential();
        return Record(function, [x], () =>
        {
            var y = x.Exp();
            function.y = function.Save(y);
            return y;
        });
    }

    protected override Tensor?[] Backward(Tensor?[] grads) => [grads[0]! * y!];
}

/// <summary>(a + b, a · b); the second input and either output may go without a gradient.</summary>
internal sealed class SumAndProduct : CustomFunction
{
    private readonly Tensor a, b;

    private SumAndProduct(Tensor a, Tensor b) => (this.a, this.b) = (Save(a), Save(b));

    /// <summary>Which gradients reached the last backward.</summary>
    public static bool[] Reached { get; private set; } = [];

    public static Tensor[] Apply(Tensor a, Tensor b) => RecordMany(new SumAndProduct(a, b), [a, b], () => [a + b, a * b]);

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        Reached = [.. grads.Select(grad => grad is not null)];
        var toA = Add(grads[0], grads[1] is { } p ? p * b : null);
        var toB = Add(grads[0], grads[1] is { } q ? q * a : null);
        return [toA, toB];
    }

    private static Tensor? Add(Tensor? left, Tensor? right) => left is null ? right : right is null ? left : left + right;
}

/// <summary>y = x with a backward of the test's choice.</summary>
internal sealed class Scripted(Func<Tensor, Tensor?[]> backward) : CustomFunction
{
    public static Tensor Apply(Tensor x, Func<Tensor, Tensor?[]> backward) => Record(new Scripted(backward), [x], x.Clone);

    /// <summary>Saves x, then computes with what the test gives.</summary>
    public static Tensor[] Forward(Tensor x, Func<Tensor[]> forward)
    {
        var function = new Scripted(_ => []);
        function.Save(x);
        return RecordMany(function, [x], forward);
    }

    /// <summary>Saves a buffer that forward may write to.</summary>
    public static Tensor[] Forward(Tensor x, Tensor buffer, Func<Tensor[]> forward, Func<Tensor, Tensor?[]> backward)
    {
        var function = new Scripted(backward);
        function.Save(buffer);
        return RecordMany(function, [x], forward);
    }

    protected override Tensor?[] Backward(Tensor?[] grads) => backward(grads[0]!);
}

/// <summary>The largest element of each row, and where it is: an output of integers beside one of numbers.</summary>
internal sealed class RowMaximum : CustomFunction
{
    private Tensor? index;

    public static (Tensor Values, Tensor Indices) Apply(Tensor x)
    {
        var function = new RowMaximum();
        var outputs = RecordMany(function, [x], () =>
        {
            var (values, indices) = x.TopK(1);
            function.index = function.Save(indices);
            return [indices, values];
        });
        return (outputs[1], outputs[0]);
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var mask = Tensor.Arange(3).Unsqueeze(0).Eq(index!).To(ScalarType.Float64);
        return [mask * grads[1]!];
    }
}
