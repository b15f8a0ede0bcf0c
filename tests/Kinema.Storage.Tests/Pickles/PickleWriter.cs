using System.Buffers.Binary;
using System.Text;

namespace Kinema.Storage.Tests.Pickles;

/// <summary>Writes pickles opcode by opcode, good ones and evil ones.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> bytes = [];

    internal PickleWriter(byte protocol = 2) => Raw(0x80, protocol);

    internal byte[] Stop() => [.. Op('.').bytes];

    internal PickleWriter Raw(params byte[] raw)
    {
        bytes.AddRange(raw);
        return this;
    }

    internal PickleWriter Op(string opcodes)
    {
        bytes.AddRange(Encoding.Latin1.GetBytes(opcodes));
        return this;
    }

    internal PickleWriter Op(char opcode) => Raw((byte)opcode);

    internal PickleWriter Global(string module, string name) => Op($"c{module}\n{name}\n");

    internal PickleWriter Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return Op('X').Int32(utf8.Length).Raw(utf8);
    }

    internal PickleWriter Bytes(byte[] data) => Op('B').Int32(data.Length).Raw(data);

    internal PickleWriter Number(long value)
    {
        var data = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(data, value);
        return Raw(0x8A, 8).Raw(data);
    }

    internal PickleWriter Real(double value)
    {
        var data = new byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(data, value);
        return Op('G').Raw(data);
    }

    internal PickleWriter Numbers(params long[] values)
    {
        Op('(');
        Array.ForEach(values, value => Number(value));
        return Op('t');
    }

    internal PickleWriter Put(byte place) => Op('q').Raw(place);

    internal PickleWriter Get(byte place) => Op('h').Raw(place);

    /// <summary>('storage', torch.CLASS, key, 'cpu', count) BINPERSID, with an optional sixth part.</summary>
    internal PickleWriter Storage(string storageClass, string key, long count, Action<PickleWriter>? view = null)
    {
        Op('(').Text("storage").Global("torch", storageClass).Text(key).Text("cpu").Number(count);
        view?.Invoke(this);
        return Op("tQ");
    }

    /// <summary>A tensor by torch._utils._rebuild_tensor_v2.</summary>
    internal PickleWriter Tensor(
        string storageClass, string key, long count, long offset, long[] shape, long[] stride, Action<PickleWriter>? view = null) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Storage(storageClass, key, count, view)
            .Number(offset).Numbers(shape).Numbers(stride).Raw(0x89).Global("collections", "OrderedDict").Op(")Rt").Op('R');

    private PickleWriter Int32(int value)
    {
        var data = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(data, value);
        return Raw(data);
    }
}
