using System.IO.Compression;
using System.Runtime.InteropServices;
using Kinema.Storage.Pickles;

namespace Kinema.Storage.Tests.Pickles;

public sealed class PyTorchFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("FloatStorage", StoredType.Float32)]
    [InlineData("DoubleStorage", StoredType.Float64)]
    [InlineData("HalfStorage", StoredType.Float16)]
    [InlineData("BFloat16Storage", StoredType.BFloat16)]
    [InlineData("LongStorage", StoredType.Int64)]
    [InlineData("IntStorage", StoredType.Int32)]
    [InlineData("ShortStorage", StoredType.Int16)]
    [InlineData("CharStorage", StoredType.Int8)]
    [InlineData("ByteStorage", StoredType.UInt8)]
    [InlineData("BoolStorage", StoredType.Bool)]
    public void Every_storage_class_gives_its_type_and_bytes(string storageClass, StoredType type)
    {
        var content = Enumerable.Range(1, 6 * type.SizeInBytes()).Select(i => (byte)i).ToArray();
        var pickle = new PickleWriter().Op("}").Text("w").Tensor(storageClass, "0", 6, 0, [2, 3], [3, 1]).Op('s').Stop();

        foreach (var path in Both("w", pickle, ["0"], (6, content)))
        {
            var tensor = PyTorchFile.ReadStateDict(path)["w"];
            Assert.Equal(("w", type), (tensor.Name, tensor.Type));
            Assert.Equal([2, 3], tensor.Shape);
            Assert.Equal(content, tensor.Bytes.ToArray());
        }
    }

    [Fact]
    public void Strided_views_of_one_storage_are_made_contiguous()
    {
        var pickle = new PickleWriter().Op("}(")
            .Text("whole").Tensor("FloatStorage", "0", 12, 0, [3, 4], [4, 1])
            .Text("transposed").Tensor("FloatStorage", "0", 12, 0, [4, 3], [1, 4])
            .Text("inner").Tensor("FloatStorage", "0", 12, 5, [2, 2], [4, 2])
            .Text("row").Tensor("FloatStorage", "0", 12, 8, [4], [1])
            .Text("expanded").Tensor("FloatStorage", "0", 12, 2, [2, 3], [1, 0])
            .Text("scalar").Tensor("FloatStorage", "0", 12, 11, [], [])
            .Text("empty").Tensor("FloatStorage", "0", 12, 12, [0, 5], [5, 1])
            .Text("oddly strided").Tensor("FloatStorage", "0", 12, 0, [1, 3], [77, 1])
            .Op('u').Stop();

        foreach (var path in Both("w", pickle, ["0"], (12, Containers.Count(12))))
        {
            var state = PyTorchFile.ReadStateDict(path);
            Assert.Equal(Enumerable.Range(0, 12).Select(i => (float)i), state["whole"].ToSingles());
            Assert.Equal([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], state["transposed"].ToSingles());
            Assert.Equal([5, 7, 9, 11], state["inner"].ToSingles());
            Assert.Equal([8, 9, 10, 11], state["row"].ToSingles());
            Assert.Equal([2, 2, 2, 3, 3, 3], state["expanded"].ToSingles());
            Assert.Equal([11], state["scalar"].ToSingles());
            Assert.Empty(state["empty"].ToSingles());
            Assert.Equal([0, 1, 2], state["oddly strided"].ToSingles());
        }
    }

    [Fact]
    public void Views_of_the_legacy_container_start_where_their_storage_view_starts()
    {
        static void View(PickleWriter writer) => writer.Op('(').Text("v").Number(2).Number(3).Op('t');
        var pickle = new PickleWriter().Op("}").Text("w").Tensor("FloatStorage", "a", 6, 1, [2], [1], View).Op('s').Stop();

        var path = folder.Write("w.pth", Containers.Legacy(pickle, ["a"], (6, Containers.Count(6))));

        Assert.Equal([3, 4], PyTorchFile.ReadStateDict(path)["w"].ToSingles());
    }

    [Fact]
    public void Parameters_and_tensors_with_attributes_are_their_data()
    {
        var pickle = new PickleWriter().Op("}(")
            .Text("p").Global("torch._utils", "_rebuild_parameter").Op('(')
            .Tensor("FloatStorage", "0", 2, 0, [2], [1]).Raw(0x88).Global("collections", "OrderedDict").Op(")RtR")
            .Text("old").Global("torch._utils", "_rebuild_tensor").Op('(')
            .Storage("FloatStorage", "0", 2).Number(0).Numbers(2).Numbers(1).Op("tR")
            .Text("typed").Global("torch._utils", "_rebuild_tensor_v3").Op('(')
            .Storage("UntypedStorage", "0", 8).Number(1).Numbers(1).Numbers(1)
            .Raw(0x89).Global("collections", "OrderedDict").Op(")R").Global("torch", "float32").Op("tR")
            .Text("tagged").Global("torch._tensor", "_rebuild_from_type_v2").Op('(').Global("torch._utils", "_rebuild_tensor")
            .Global("torch.nn.parameter", "Parameter")
            .Op('(').Storage("FloatStorage", "0", 2).Number(0).Numbers(2).Numbers(1).Op('t').Op('}').Op("tR")
            .Op('u').Stop();

        foreach (var path in Both("w", pickle, ["0"], (2, Containers.Count(2))))
        {
            var state = PyTorchFile.ReadStateDict(path);
            Assert.Equal(["p", "old", "typed", "tagged"], state.Keys);
            Assert.Equal([0, 1], state["p"].ToSingles());
            Assert.Equal([0, 1], state["old"].ToSingles());
            Assert.Equal([1], state["typed"].ToSingles());
            Assert.Equal([0, 1], state["tagged"].ToSingles());
        }
    }

    [Fact]
    public void The_state_dict_is_found_in_its_wrapper_and_other_storages_are_not_read()
    {
        // The optimiser's storage '9' is not in the archive: reading the weights alone must not need it.
        var pickle = new PickleWriter().Op("}(")
            .Text("epoch").Number(3)
            .Text("optimizer").Op("}").Text("m").Tensor("FloatStorage", "9", 2, 0, [2], [1]).Op('s')
            .Text("state_dict").Global("collections", "OrderedDict").Op(")R")
            .Text("fc.weight").Tensor("FloatStorage", "0", 2, 0, [2], [1]).Op('s')
            .Op('}').Text("_metadata").Op("}sb")                                  // as nn.Module.state_dict() leaves it
            .Op('u').Stop();
        var path = folder.Write("w.pt", Containers.Zip(pickle, new() { ["0"] = Containers.Count(2) }));

        Assert.Equal(["fc.weight"], PyTorchFile.ReadStateDict(path).Keys);
        Assert.Contains("has no entry 'model/data/9'", Toy.Refusal(() => PyTorchFile.Read(path)));
    }

    [Fact]
    public void Nested_containers_are_flattened_by_dots_and_other_values_passed_over()
    {
        var pickle = new PickleWriter().Op("}(")
            .Text("a").Op("}(").Text("b").Tensor("FloatStorage", "0", 1, 0, [1], [1]).Text("lr").Real(0.1).Op('u')
            .Number(7).Op("](").Text("note").Tensor("FloatStorage", "0", 1, 0, [], []).Op('e')
            .Op('u').Stop();

        var path = folder.Write("w.pt", Containers.Zip(pickle, new() { ["0"] = Containers.Floats(5) }));

        Assert.Equal(["a.b", "7.1"], PyTorchFile.ReadStateDict(path).Keys);
        Assert.True(((PickleDictionary)PyTorchFile.Read(path)).TryGet("a", out var a));
        Assert.True(((PickleDictionary)a).TryGet("lr", out var rate));
        Assert.Equal(0.1, ((PickleReal)rate).Value);
    }

    [Fact]
    public void Two_tensors_that_flatten_to_one_name_are_refused()
    {
        var pickle = new PickleWriter().Op("}(")
            .Text("a.b").Tensor("FloatStorage", "0", 1, 0, [1], [1])
            .Text("a").Op("}").Text("b").Tensor("FloatStorage", "0", 1, 0, [1], [1]).Op('s').Op('u').Stop();

        Assert.Contains("two tensors are named 'a.b'", RefusalOf(pickle, new() { ["0"] = Containers.Count(1) }));
    }

    [Fact]
    public void A_file_without_a_tensor_is_refused() => Assert.Contains("holds no tensor", RefusalOf(new PickleWriter().Op("}").Stop()));

    [Theory]
    [InlineData(12, 1, new long[] { 3, 4 }, new long[] { 4, 1 }, "reaches beyond its storage '0' of 48 bytes")]
    [InlineData(12, -1, new long[] { 3 }, new long[] { 1 }, "impossible offset")]
    [InlineData(12, 0, new long[] { 3 }, new long[] { 6 }, "reaches beyond")]
    [InlineData(12, 0, new long[] { -3 }, new long[] { 1 }, "not a whole number from 0 up")]
    [InlineData(12, 0, new long[] { 3 }, new long[] { -1 }, "not a whole number from 0 up")]
    [InlineData(12, 0, new long[] { 3, 1 }, new long[] { 1 }, "2 extents and 1 strides")]
    [InlineData(12, 0, new long[] { long.MaxValue - 1, long.MaxValue - 1 }, new long[] { 0, 0 }, "reaches beyond")]
    [InlineData(12, 0, new long[] { 2, 2, 2 }, new long[] { long.MaxValue - 1, long.MaxValue - 1, long.MaxValue - 1 }, "reaches beyond")]
    [InlineData(12, long.MaxValue - 1, new long[] { 2 }, new long[] { 1 }, "reaches beyond")]
    [InlineData(12, 0, new long[] { 1L << 40 }, new long[] { 0 }, "larger than 2 GB")]
    [InlineData(-1, 0, new long[] { 1 }, new long[] { 1 }, "a storage of -1 elements")]
    [InlineData(long.MaxValue, 0, new long[] { 1 }, new long[] { 1 }, "a storage of 9223372036854775807 elements")]
    [InlineData(13, 0, new long[] { 1 }, new long[] { 1 }, "storage '0' has 48 bytes where 52 are declared")]
    public void A_view_that_leaves_its_storage_is_refused(long count, long offset, long[] shape, long[] stride, string reason)
    {
        var pickle = new PickleWriter().Op("}").Text("w").Tensor("FloatStorage", "0", count, offset, shape, stride).Op('s').Stop();

        Assert.Contains(reason, RefusalOf(pickle, new() { ["0"] = Containers.Count(12) }));
    }

    [Fact]
    public void A_tiny_file_cannot_unfold_to_gigabytes()
    {
        var writer = new PickleWriter().Op("](");
        for (var i = 0; i < 20; i++)
        {
            writer.Tensor("FloatStorage", "0", 1, 0, [10_000_000], [0]);
        }

        Assert.Contains("strided views unfold to more than", RefusalOf(writer.Op('e').Stop(), new() { ["0"] = Containers.Count(1) }));
    }

    [Fact]
    public void Storages_of_one_key_must_agree_on_their_size()
    {
        var pickle = new PickleWriter().Op("](")
            .Tensor("FloatStorage", "0", 2, 0, [2], [1]).Tensor("FloatStorage", "0", 3, 0, [2], [1]).Op('e').Stop();

        Assert.Contains("storage '0' has 8 bytes at first and 12 later", RefusalOf(pickle, new() { ["0"] = Containers.Count(2) }));
    }

    [Fact]
    public void A_compressed_entry_is_refused_however_large_it_says_it_is()
    {
        var pickle = new PickleWriter().Op("}").Text("w").Tensor("ByteStorage", "0", 100_000_000, 0, [100_000_000], [1]).Op('s').Stop();
        var bomb = Containers.Zip(pickle, new() { ["0"] = new byte[100_000_000] }, compression: CompressionLevel.Fastest);

        Assert.InRange(bomb.Length, 0, 1_000_000);
        Assert.Contains("is compressed, which PyTorch never does", Toy.Refusal(() => PyTorchFile.Read(folder.Write("bomb.pt", bomb))));
    }

    [Fact]
    public void Flipped_bits_in_the_weights_are_noticed()
    {
        var pickle = new PickleWriter().Op("}").Text("w").Tensor("FloatStorage", "0", 4, 0, [4], [1]).Op('s').Stop();
        var bytes = Containers.Zip(pickle, new() { ["0"] = Containers.Floats(1, 2, 3, 123.25f) });
        bytes[bytes.AsSpan().IndexOf(MemoryMarshal.AsBytes<float>([123.25f]))] ^= 1;

        Assert.Contains("entry 'model/data/0' fails its checksum", Toy.Refusal(() => PyTorchFile.Read(folder.Write("w.pt", bytes))));
    }

    [Fact]
    public void An_entry_whose_header_is_spoilt_is_named_in_words_of_ours()
    {
        var bytes = Containers.Zip(new PickleWriter().Op("}").Stop());
        bytes[4 + bytes.AsSpan(4).IndexOf("PK\u0003\u0004"u8)] = 0;               // of the second entry; the first says what the file is

        Assert.Equal(
            $"{folder.File("w.pt")}: damaged zip archive: entry 'model/byteorder' cannot be read; fetch the file again",
            Toy.Refusal(() => PyTorchFile.Read(folder.Write("w.pt", bytes))));
    }

    [Fact]
    public void Big_endian_files_and_archives_of_another_kind_are_refused()
    {
        var pickle = new PickleWriter().Op("}").Stop();
        Assert.Contains("big-endian", Toy.Refusal(() => PyTorchFile.Read(folder.Write("b.pt", Containers.Zip(pickle, byteOrder: "big")))));

        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("clips/1.json");
        }

        Assert.Contains("0 entries '…/data.pkl'", Toy.Refusal(() => PyTorchFile.Read(folder.Write("c.zip", memory.ToArray()))));
        Assert.Contains("damaged zip archive: its directory cannot be read; fetch the file again", Toy.Refusal(() => PyTorchFile.Read(folder.Write("d.pt", memory.ToArray()[..^10]))));
        Assert.Contains("not a PyTorch file", Toy.Refusal(() => PyTorchFile.Read(folder.Write("e.pt", "GIF89a…"u8.ToArray()))));
        Assert.Contains("not a PyTorch file", Toy.Refusal(() => PyTorchFile.Read(folder.Write("f.pt", []))));
        byte[] otherNumber = [0x80, 2, 0x8A, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, (byte)'.'];
        Assert.Contains("magic number", Toy.Refusal(() => PyTorchFile.Read(folder.Write("g.pt", otherNumber))));
        Assert.Equal($"{folder.File("no.pt")}: no such file", Toy.Refusal(() => PyTorchFile.Read(folder.File("no.pt"))));
    }

    [Fact]
    public void A_legacy_file_whose_storages_do_not_fit_is_refused()
    {
        var pickle = new PickleWriter().Op("}").Text("w").Tensor("FloatStorage", "0", 4, 0, [4], [1]).Op('s').Stop();

        string Refusal(string[] keys, params (long, byte[])[] storages) =>
            Toy.Refusal(() => PyTorchFile.Read(folder.Write("w.pth", Containers.Legacy(pickle, keys, storages))));

        Assert.Contains("ends in the middle", Refusal(["0"]));
        Assert.Contains("ends in the middle", Refusal(["0"], (4, Containers.Count(3))));
        Assert.Contains("has 3 elements", Refusal(["0"], (3, Containers.Count(4))));
        Assert.Contains("is missing", Refusal([]));
        Assert.Contains("does not fit its tensors", Refusal(["0", "0"], (4, Containers.Count(4)), (4, Containers.Count(4))));
        Assert.Contains("does not fit its tensors", Refusal(["1"], (4, Containers.Count(4))));
    }

    private string RefusalOf(byte[] pickle, Dictionary<string, byte[]>? storages = null) =>
        Toy.Refusal(() => PyTorchFile.ReadStateDict(folder.Write("w.pt", Containers.Zip(pickle, storages))));

    private string[] Both(string name, byte[] pickle, string[] keys, params (long Count, byte[] Content)[] storages) =>
    [
        folder.Write($"{name}.pt", Containers.Zip(pickle, keys.Zip(storages).ToDictionary(pair => pair.First, pair => pair.Second.Content))),
        folder.Write($"{name}.pth", Containers.Legacy(pickle, keys, storages)),
    ];
}
