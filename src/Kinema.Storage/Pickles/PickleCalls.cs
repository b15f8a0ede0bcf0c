using System.Text;

namespace Kinema.Storage.Pickles;

/// <summary>The calls (REDUCE) and states (BUILD) a pickle may ask for. Each is written out here; none is looked up at run time.</summary>
internal static class PickleCalls
{
    internal static PickleValue Call(PickleMachine machine, string name, List<PickleValue> arguments) => (Short(name), arguments) switch
    {
        ("collections.OrderedDict" or "dict", []) => new PickleDictionary(),
        ("collections.OrderedDict" or "dict", [PickleSequence pairs]) => Pairs(machine, pairs),
        ("collections.OrderedDict" or "collections.Counter" or "dict", [PickleDictionary dictionary]) => dictionary,
        ("collections.defaultdict", [PickleName or PickleNone]) => new PickleDictionary(),       // the factory is only a name, never called
        ("collections.Counter" or "collections.defaultdict", []) => new PickleDictionary(),
        ("set" or "frozenset", []) => new PickleSet([]),
        ("set" or "frozenset", [PickleSequence items]) => new PickleSet(Copy(machine, items)),
        ("list", [PickleSequence items]) => new PickleList(Copy(machine, items)),
        ("tuple" or "torch.Size", [PickleSequence items]) => new PickleTuple(Copy(machine, items)),
        ("bytes" or "bytearray", []) => new PickleBytes(default),
        ("bytes" or "bytearray", [PickleBytes bytes]) => bytes,
        ("_codecs.encode" or "bytearray", [PickleText text, PickleText { Value: "latin1" or "latin-1" }]) => Latin1(machine, text.Value),
        ("torch.device", [PickleText { Value.Length: < 32 } device]) => device,
        ("torch.device", [PickleText { Value.Length: < 32 } device, PickleInteger index]) =>
            new PickleText($"{device.Value}:{index.Value}"),
        (var numpy, _) when numpy.StartsWith("numpy.", StringComparison.Ordinal) => NumpyCalls.Call(machine, numpy, arguments),
        (var torch, _) when torch.StartsWith("torch._", StringComparison.Ordinal) => TorchCalls.Call(machine, torch, arguments),
        _ => throw machine.Refused($"a call of {name} with {Kinds(arguments)}"),
    };

    internal static void Build(PickleMachine machine, PickleValue value, PickleValue state)
    {
        switch (value)
        {
            // A state dict carries version numbers of its modules as an attribute; nothing here depends on them.
            case PickleDictionary when state is PickleDictionary or PickleNone:
                break;
            case NumpyType type when state is PickleTuple tuple:
                NumpyCalls.SetOrder(machine, type, tuple.Values);
                break;
            case PickleTensor { View: null } array when state is PickleTuple tuple:
                NumpyCalls.SetElements(machine, array, tuple.Values);
                break;
            default:
                throw machine.Refused($"a state for {value.Kind}");
        }
    }

    /// <summary>Argument kinds for a message; a wrong list of arguments is as foreign as a wrong name.</summary>
    internal static string Kinds(List<PickleValue> arguments) =>
        arguments.Count == 0 ? "no arguments" : Printable.Of(string.Join(", ", arguments.Take(6).Select(argument => argument.Kind)));

    /// <summary>Python 2 and 3 name the same builtins differently, as NumPy 1 and 2 do their core.</summary>
    private static string Short(string name) => name
        .Replace("__builtin__.", "", StringComparison.Ordinal)
        .Replace("builtins.", "", StringComparison.Ordinal)
        .Replace("numpy._core.", "numpy.core.", StringComparison.Ordinal);

    private static List<PickleValue> Copy(PickleMachine machine, PickleSequence items)
    {
        machine.Count(items.Values.Count);                // else one long list, copied again and again, would outgrow the file
        return [.. items.Values];
    }

    private static PickleDictionary Pairs(PickleMachine machine, PickleSequence pairs)
    {
        machine.Count(2L * pairs.Values.Count);
        var dictionary = new PickleDictionary();
        foreach (var pair in pairs.Values)
        {
            if (pair is not PickleSequence { Values: [var key, var value] } || !PickleDictionary.IsKey(key))
            {
                throw machine.Refused("a dictionary from items that are not pairs");
            }

            dictionary.Set(key, value);
        }

        return dictionary;
    }

    /// <summary>How protocol 2 writes byte strings of Python 3: as text whose characters are the bytes.</summary>
    private static PickleBytes Latin1(PickleMachine machine, string text)
    {
        machine.CountCopy(text.Length);
        foreach (var c in text)
        {
            if (c > 0xFF)
            {
                throw machine.Damaged("bytes written as text with a character beyond 255");
            }
        }

        return new PickleBytes(Encoding.Latin1.GetBytes(text));
    }
}
