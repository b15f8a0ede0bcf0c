namespace Kinema.Storage.Pickles;

/// <summary>The functions of <c>torch._utils</c> that put a tensor together from a storage, an offset, extents and strides.</summary>
internal static class TorchCalls
{
    private const int MostAxes = 64;                        // PyTorch's own limit

    internal static PickleValue Call(PickleMachine machine, string name, List<PickleValue> arguments) => (name, arguments) switch
    {
        ("torch._utils._rebuild_tensor", [PickleStorage storage, PickleInteger offset, PickleTuple shape, PickleTuple stride]) =>
            Tensor(machine, storage, storage.Type, offset, shape, stride),
        ("torch._utils._rebuild_tensor_v2", [PickleStorage storage, PickleInteger offset, PickleTuple shape, PickleTuple stride, ..]) =>
            Tensor(machine, storage, storage.Type, offset, shape, stride),
        (
            "torch._utils._rebuild_tensor_v3",
            [PickleStorage storage, PickleInteger offset, PickleTuple shape, PickleTuple stride, _, _, PickleName type, ..])
            when PickleNames.DataType(type.Name) is { } element => Tensor(machine, storage, element, offset, shape, stride),
        ("torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state", [PickleTensor data, ..]) => data,

        // A tensor with attributes: (function, class, arguments, attributes). The attributes are plain data by now, and not kept.
        (
            "torch._tensor._rebuild_from_type_v2",
            [PickleName function, PickleName { Name: "torch.Tensor" or "torch.nn.parameter.Parameter" }, PickleTuple inner, _])
            when function.Name.StartsWith("torch._utils.", StringComparison.Ordinal) => Call(machine, function.Name, inner.Values),
        _ => throw machine.Refused($"a call of {name} with {PickleCalls.Kinds(arguments)}"),
    };

    private static PickleTensor Tensor(
        PickleMachine machine, PickleStorage storage, StoredType type, PickleInteger offset, PickleTuple shape, PickleTuple stride)
    {
        if (shape.Values.Count > MostAxes || shape.Values.Count != stride.Values.Count)
        {
            throw machine.Damaged($"a tensor of {shape.Values.Count} extents and {stride.Values.Count} strides");
        }

        var (extents, steps) = (Numbers(machine, shape), Numbers(machine, stride));
        machine.Count(2L * extents.Length);
        var size = type.SizeInBytes();
        Int128 last = offset.Value >= 0 && offset.Value < long.MaxValue
            ? (long)offset.Value
            : throw machine.Damaged("a tensor with an impossible offset");
        var empty = false;
        for (var axis = 0; axis < extents.Length; axis++)
        {
            empty |= extents[axis] == 0;
            last += (Int128)Math.Max(0, extents[axis] - 1) * steps[axis];
        }

        if (!StoredTensor.TryCount(extents, out var count) || (!empty && last >= storage.Length / size))
        {
            throw machine.Damaged(
                $"a tensor {StoredTensor.Describe(extents)} with strides {StoredTensor.Describe(steps)} at element {offset.Value} reaches "
                + $"beyond its storage '{Printable.Of(storage.Storage.Key)}' of {storage.Length} bytes");
        }

        if (count > Array.MaxLength / size)
        {
            throw machine.Refused($"a tensor {StoredTensor.Describe(extents)} larger than 2 GB");
        }

        return new PickleTensor(storage.Storage, type, storage.Offset + ((long)offset.Value * size), extents, steps);
    }

    private static long[] Numbers(PickleMachine machine, PickleTuple tuple)
    {
        var numbers = new long[tuple.Values.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = tuple.Values[i] is PickleInteger { Value: var value } && value >= 0 && value < long.MaxValue
                ? (long)value
                : throw machine.Damaged("a tensor with an extent or stride that is not a whole number from 0 up");
        }

        return numbers;
    }
}
