using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Kinema.Storage.Pickles;

/// <summary>A NumPy dtype on the machine's stack: kind and size; its byte order comes later, by BUILD.</summary>
internal sealed class NumpyType(char kind, int size) : PickleValue
{
    public override string Kind => $"a NumPy type {kind}{size}";

    internal char Letter => kind;

    internal int Size => size;

    /// <summary>The array element type; null for those that only scalars may have (unsigned integers of more than 8 bits).</summary>
    internal StoredType? Element => (kind, size) switch
    {
        ('b', 1) => StoredType.Bool, ('u', 1) => StoredType.UInt8, ('i', 1) => StoredType.Int8, ('i', 2) => StoredType.Int16,
        ('i', 4) => StoredType.Int32, ('i', 8) => StoredType.Int64, ('f', 2) => StoredType.Float16, ('f', 4) => StoredType.Float32,
        ('f', 8) => StoredType.Float64, _ => null,
    };
}

/// <summary>
/// NumPy arrays and scalars as NumPy pickles them. Arrays of objects are refused: their elements are not numbers but more pickled values.
/// </summary>
internal static class NumpyCalls
{
    internal static PickleValue Call(PickleMachine machine, string name, List<PickleValue> arguments) => (name, arguments) switch
    {
        ("numpy.dtype", [PickleText code, ..]) => Type(machine, code.Value),
        ("numpy.core.multiarray.scalar", [NumpyType type, (PickleBytes or PickleText) and var bytes]) =>
            Scalar(machine, type, Bytes(machine, bytes).Span),
        ("numpy.core.multiarray._reconstruct", [PickleName { Name: "numpy.ndarray" }, PickleTuple, PickleBytes or PickleText]) =>
            new PickleTensor(),
        ("numpy.core.numeric._frombuffer", [(PickleBytes or PickleBytesInFile) and var bytes, NumpyType type, PickleTuple shape, PickleText order]) =>
            Filled(machine, new PickleTensor(), type, shape, order.Value == "F", bytes),
        _ => throw machine.Refused($"a call of {name} with {PickleCalls.Kinds(arguments)}"),
    };

    /// <summary>dtype state: (version, byte order, …). Only little endian is read, as everywhere in Kinema.</summary>
    internal static void SetOrder(PickleMachine machine, NumpyType type, List<PickleValue> state)
    {
        var order = state is [_, PickleText { Value: var text }, ..] ? text : "?";
        if (order is not ("<" or "|" or "="))
        {
            throw machine.Refused($"{type.Kind} of byte order '{Printable.Of(order)}'");
        }
    }

    /// <summary>ndarray state: (version, shape, dtype, whether in Fortran order, bytes).</summary>
    internal static void SetElements(PickleMachine machine, PickleTensor array, List<PickleValue> state)
    {
        if (state is not [_, PickleTuple shape, NumpyType type, PickleBool fortran, (PickleBytes or PickleBytesInFile or PickleText) and var bytes])
        {
            throw machine.Refused($"an array of {PickleCalls.Kinds(state)}");
        }

        Filled(machine, array, type, shape, fortran.Value, bytes);
    }

    private static NumpyType Type(PickleMachine machine, string code)
    {
        var text = code.AsSpan().TrimStart("<|=");
        return text.Length is 2 or 3 && "biuf".Contains(text[0], StringComparison.Ordinal)
            && int.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is 1 or 2 or 4 or 8
            ? new NumpyType(text[0], size)
            : throw machine.Refused($"NumPy type '{Printable.Of(code)}'");
    }

    /// <summary>In pickles of Python 2 bytes may come as a string, which is text here when it happens to be valid UTF-8.</summary>
    private static ReadOnlyMemory<byte> Bytes(PickleMachine machine, PickleValue value)
    {
        if (value is not PickleText { Value: var text })
        {
            return ((PickleBytes)value).Value;
        }

        machine.CountCopy(text.Length);
        return Encoding.UTF8.GetBytes(text);
    }

    private static PickleValue Scalar(PickleMachine machine, NumpyType type, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != type.Size)
        {
            throw machine.Damaged($"{type.Kind} in {bytes.Length} bytes");
        }

        return (type.Letter, type.Size) switch
        {
            ('b', 1) => bytes[0] == 0 ? PickleBool.False : PickleBool.True,
            ('i', _) => new PickleInteger(new System.Numerics.BigInteger(bytes)),
            ('u', _) => new PickleInteger(new System.Numerics.BigInteger(bytes, isUnsigned: true)),
            ('f', 2) => new PickleReal((double)BinaryPrimitives.ReadHalfLittleEndian(bytes)),
            ('f', 4) => new PickleReal(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
            ('f', 8) => new PickleReal(BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
            _ => throw machine.Refused(type.Kind),
        };
    }

    private static PickleTensor Filled(
        PickleMachine machine, PickleTensor array, NumpyType type, PickleTuple shape, bool fortran, PickleValue content)
    {
        var bytes = content is PickleBytesInFile ? default : Bytes(machine, content);
        var length = content is PickleBytesInFile { Length: var left } ? left : bytes.Length;
        var element = type.Element ?? throw machine.Refused($"an array of {type.Kind}");
        var extents = new long[shape.Values.Count];
        for (var i = 0; i < extents.Length; i++)
        {
            extents[i] = shape.Values[i] is PickleInteger { Value: var value } && value >= 0 && value < long.MaxValue ? (long)value : -1;
        }

        if (extents.Length > 64 || !StoredTensor.TryCount(extents, out var count) || (Int128)count * type.Size != length)
        {
            throw machine.Damaged($"an array {StoredTensor.Describe(extents)} of {type.Kind} in {length} bytes");
        }

        machine.Count(extents.Length);
        if (content is PickleBytesInFile { Offset: var offset })
        {
            array.Leave(length <= Array.MaxLength
                ? new ArrayInFile(offset, (int)length, element, extents, fortran)
                : throw machine.Refused($"an array {StoredTensor.Describe(extents)} larger than 2 GB"));
            return array;
        }

        machine.CountCopy(fortran ? bytes.Length : 0);
        array.Fill(TensorView.ReadArray(element, extents, fortran, bytes));
        return array;
    }
}
