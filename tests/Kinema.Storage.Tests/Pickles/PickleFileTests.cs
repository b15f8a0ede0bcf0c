using System.Numerics;
using Kinema.Storage.Pickles;

namespace Kinema.Storage.Tests.Pickles;

public sealed class PickleFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Plain_values_of_all_protocols_are_read()
    {
        var root = (PickleList)Read(new PickleWriter(5).Raw(0x95, 40, 0, 0, 0, 0, 0, 0, 0).Op("](")
            .Op('N').Raw(0x88).Raw(0x89)
            .Op('K').Raw(200).Op('M').Raw(1, 2).Op('J').Raw(255, 255, 255, 255)
            .Raw(0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19)
            .Real(-2.5).Text("é").Raw(0x8C, 1, (byte)'a').Op('U').Raw(1, 0xFF)
            .Bytes([1, 2]).Op('C').Raw(1, 9).Raw(0x96, 1, 0, 0, 0, 0, 0, 0, 0, 7)
            .Op("(NNt").Raw(0x8F).Op("(N").Raw(0x90).Op("(N").Raw(0x91).Op("(NNd").Op("(NNl")
            .Op('e').Stop());

        object?[] values = [.. root.Items.Select(Plain)];
        Assert.Equal(
            [
                null, true, false, new BigInteger(200), new BigInteger(513), new BigInteger(-1),
                BigInteger.Parse("119547037146038801333356"), -2.5, "é", "a",
            ],
            values[..10]);
        Assert.Equal([new byte[] { 255 }, new byte[] { 1, 2 }, new byte[] { 9 }, new byte[] { 7 }], values[10..14].Cast<byte[]>());
        Assert.Equal(["a tuple", "a set", "a set", "a dictionary", "a list"], root.Items.Skip(14).Select(item => item.Kind));
        Assert.Equal([2, 1, 1, 2], root.Items.Skip(14).OfType<PickleSequence>().Select(item => item.Items.Count));
    }

    [Fact]
    public void A_key_set_twice_has_its_first_place_and_its_last_value()
    {
        var dictionary = (PickleDictionary)Read(
            new PickleWriter().Op("}(").Text("a").Number(1).Text("b").Number(2).Text("a").Number(3).Op('u').Stop());

        Assert.Equal(["a", "b"], dictionary.Entries.Select(entry => Plain(entry.Key)));
        Assert.True(dictionary.TryGet("a", out var a));
        Assert.Equal(new BigInteger(3), Plain(a));
        Assert.False(dictionary.TryGet("c", out _));
    }

    [Fact]
    public void Containers_that_python_builds_by_calls_are_plain_ones_here()
    {
        var root = (PickleList)Read(new PickleWriter().Op("](")
            .Global("collections", "OrderedDict").Op("](").Text("k").Number(1).Raw(0x86).Op('e').Raw(0x85).Op('R')
            .Global("collections", "defaultdict").Global("__builtin__", "list").Raw(0x85).Op('R').Text("k").Op("]s")
            .Global("collections", "Counter").Op("}").Text("k").Number(2).Op('s').Raw(0x85).Op('R')
            .Global("__builtin__", "set").Op("](NNe").Raw(0x85).Op('R')
            .Global("_codecs", "encode").Text("ÿ\0").Text("latin1").Raw(0x86).Op('R')
            .Op('e').Stop());

        Assert.All(root.Items.Take(3), item => Assert.True(Assert.IsType<PickleDictionary>(item).TryGet("k", out _)));
        Assert.Equal(2, ((PickleSet)root.Items[3]).Items.Count);
        Assert.Equal([255, 0], (byte[])Plain(root.Items[4])!);
    }

    [Fact]
    public void Numpy_arrays_and_scalars_are_read_in_either_order_of_axes()
    {
        static PickleWriter Type(PickleWriter writer, string code, string order) => writer
            .Global("numpy", "dtype").Op('(').Text(code).Raw(0x89, 0x88).Op("tR")
            .Op('(').Number(3).Text(order).Op("NNN").Number(-1).Number(-1).Number(0).Op("tb");
        static PickleWriter Array(PickleWriter writer, string core, bool fortran) => Type(
            writer.Global($"{core}.multiarray", "_reconstruct").Op('(').Global("numpy", "ndarray").Numbers(0).Bytes([(byte)'b']).Op("tR")
                .Op('(').Number(1).Numbers(2, 3),
            "f4", "<")
            .Raw((byte)(fortran ? 0x88 : 0x89)).Bytes(Containers.Count(6)).Op("tb");

        var writer = new PickleWriter(3).Op("](");
        Array(Array(writer, "numpy.core", fortran: false), "numpy._core", fortran: true);
        Type(writer.Global("numpy.core.multiarray", "scalar").Op('('), "i8", "<").Bytes([255, 255, 255, 255, 255, 255, 255, 255]).Op("tR");
        Type(writer.Global("numpy.core.multiarray", "scalar").Op('('), "u2", "<").Bytes([255, 255]).Op("tR");
        Type(writer.Global("numpy.core.multiarray", "scalar").Op('('), "f2", "<").Bytes([0, 0x3C]).Op("tR");
        Type(writer.Global("numpy.core.multiarray", "scalar").Op('('), "b1", "|").Bytes([1]).Op("tR");
        var items = ((PickleList)Read(writer.Op('e').Stop())).Items;

        Assert.Equal([0, 1, 2, 3, 4, 5], ((PickleTensor)items[0]).Tensor.ToSingles());
        Assert.Equal([0, 2, 4, 1, 3, 5], ((PickleTensor)items[1]).Tensor.ToSingles());
        Assert.Equal([2, 3], ((PickleTensor)items[1]).Tensor.Shape);
        Assert.Equal([new BigInteger(-1), new BigInteger(65535), 1.0, true], items.Skip(2).Select(Plain));

        Assert.Contains("byte order '>'", Refusal(Type(new PickleWriter(), "f4", ">").Stop()));
        Assert.Contains("NumPy type 'O8'", Refusal(Type(new PickleWriter(), "O8", "|").Stop()));
        Assert.Contains("a NumPy type f4", Refusal(Type(new PickleWriter(), "f4", "<").Stop()));
        Assert.Contains(
            "holds an array without elements",
            Refusal(new PickleWriter().Global("numpy.core.multiarray", "_reconstruct").Op('(').Global("numpy", "ndarray").Numbers(0)
                .Bytes([98]).Op("tR").Stop()));
    }

    [Fact]
    public void A_pickle_that_is_cut_off_anywhere_is_refused()
    {
        var whole = new PickleWriter().Op("}(").Text("label").Number(5).Text("name").Bytes([1, 2, 3]).Op('u').Stop();
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Contains("ends in the middle of a value", Refusal(whole[..length]));
        }
    }

    [Fact]
    public void A_tensor_is_not_read_outside_of_a_weight_file() =>
        Assert.Contains("refuses torch._utils._rebuild_tensor_v2 (GLOBAL at byte 2): only numbers, text", Refusal(
            new PickleWriter().Tensor("FloatStorage", "0", 1, 0, [], []).Stop()));

    private PickleValue Read(byte[] pickle) => PickleFile.Read(folder.Write("p.pkl", pickle));

    private string Refusal(byte[] pickle) => Toy.Refusal(() => Read(pickle), ExitCode.Data);

    private static object? Plain(PickleValue value) => value switch
    {
        PickleBool x => x.Value,
        PickleInteger x => x.Value,
        PickleReal x => x.Value,
        PickleText x => x.Value,
        PickleBytes x => x.Value.ToArray(),
        _ => null,
    };
}
