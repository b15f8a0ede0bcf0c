using System.Buffers.Binary;
using System.Text;

namespace Kinema.Storage.Tests;

public sealed class SafeTensorsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_was_written_is_read_back_in_order_with_types_shapes_and_metadata()
    {
        StoredTensor[] tensors =
        [
            StoredTensor.From("z", [2, 3], [1f, 2f, 3f, 4f, 5f, 6f]),
            StoredTensor.From("flag", [3], [true, false, true]),
            StoredTensor.From("a.weight", [], [Math.PI]),
            StoredTensor.From("half \"q\" é", [2], [(Half)0.5, (Half)2]),
            StoredTensor.From("none", [0, 4], ReadOnlySpan<long>.Empty),
            new("bf", StoredType.BFloat16, [1], new byte[] { 0x80, 0x3F }),
        ];
        SafeTensors.Write(folder.File("w.safetensors"), tensors, new Dictionary<string, string> { ["base"] = "x\ny", ["kind"] = "toy" });

        using var file = SafeTensorsFile.Open(folder.File("w.safetensors"));

        Assert.Equal(tensors.Select(tensor => tensor.Name), file.Names);
        Assert.Equal("x\ny", file.Metadata["base"]);
        foreach (var tensor in tensors)
        {
            var read = file.Read(tensor.Name);
            Assert.Equal(tensor.Type, read.Type);
            Assert.Equal(tensor.Shape, read.Shape);
            Assert.Equal(tensor.Bytes.ToArray(), read.Bytes.ToArray());
        }

        Assert.Equal(0, File.ReadAllBytes(folder.File("w.safetensors"))[0] % 8);
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_files_are_read_or_refused()
    {
        var path = folder.File("w.safetensors");
        StoredTensor[] tensors =
        [
            StoredTensor.From("a.weight", [2, 2], [1f, 2f, 3f, 4f]), StoredTensor.From("n", [], [7L]),
            StoredTensor.From("none", [0, 4], ReadOnlySpan<long>.Empty),
        ];
        SafeTensors.Write(path, tensors, new Dictionary<string, string> { ["kind"] = "toy \"é\"" });
        var sound = File.ReadAllBytes(path);

        Assert.False(Mutations.IsRefused(sound, Read));
        for (var length = 0; length < sound.Length; length++) Assert.True(Mutations.IsRefused(sound[..length], Read));
        var trials = Mutations.Trials(1000);
        Assert.InRange(Mutations.Refused(sound, seed: 13, trials, Read), trials / 3, trials);

        void Read(byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            using var file = SafeTensorsFile.Open(path, ExitCode.Data);
            foreach (var name in file.Names) Assert.Equal(file.Entry(name).Length, file.Read(name).Bytes.Length);
        }
    }

    [Fact]
    public void Equal_content_gives_equal_bytes_whatever_the_order_of_the_metadata()
    {
        StoredTensor[] tensors = [StoredTensor.From("a", [1], [1f])];
        SafeTensors.Write(folder.File("1"), tensors, new Dictionary<string, string> { ["b"] = "1", ["a"] = "2" });
        SafeTensors.Write(folder.File("2"), tensors, new Dictionary<string, string> { ["a"] = "2", ["b"] = "1" });

        Assert.Equal(File.ReadAllBytes(folder.File("1")), File.ReadAllBytes(folder.File("2")));
    }

    [Fact]
    public void The_bytes_are_those_the_format_prescribes()
    {
        SafeTensors.Write(folder.File("w"), [StoredTensor.From("a", [1, 2], [1f, -2f])]);

        var header = """{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""";
        var padded = header.PadRight((header.Length + 7) / 8 * 8);
        Assert.Equal(Container(padded, [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]), File.ReadAllBytes(folder.File("w")));
    }

    [Fact]
    public void Two_tensors_of_one_name_are_not_written() =>
        Assert.Throws<ArgumentException>(
            () => SafeTensors.Write(folder.File("w"), [StoredTensor.From("a", [], [1f]), StoredTensor.From("a", [], [1f])]));

    [Fact]
    public void A_part_of_a_tensor_is_read_alone()
    {
        SafeTensors.Write(
            folder.File("w"), [StoredTensor.From("skip", [1], new byte[] { 9 }), StoredTensor.From("x", [5], [0f, 1f, 2f, 3f, 4f])]);
        using var file = SafeTensorsFile.Open(folder.File("w"));

        var part = new float[3];
        file.ReadElements("x", 2, part.AsSpan());

        Assert.Equal([2f, 3f, 4f], part);
        Assert.Throws<ArgumentException>(() => file.ReadElements("x", 3, part.AsSpan()));
        Assert.Throws<ArgumentException>(() => file.ReadElements("x", -1, part.AsSpan()));
        Assert.Throws<ArgumentException>(() => file.ReadElements("x", 0, new double[1].AsSpan()));
    }

    [Fact]
    public void A_tensor_that_is_not_there_is_named_with_its_nearest()
    {
        SafeTensors.Write(folder.File("w"), [StoredTensor.From("fc.weight", [1], [1f])]);
        using var file = SafeTensorsFile.Open(folder.File("w"));

        Assert.Equal(
            $"{folder.File("w")}: holds no tensor 'fc.wieght'; the nearest is 'fc.weight'",
            Toy.Refusal(() => file.Read("fc.wieght")));
    }

    [Fact]
    public void A_closed_file_is_not_read()
    {
        SafeTensors.Write(folder.File("w"), [StoredTensor.From("a", [1], [1f])]);
        var file = SafeTensorsFile.Open(folder.File("w"));
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Read("a"));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x""", 8, "not valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, "not valid JSON")]
    [InlineData("""[]""", 0, "not a JSON object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}""", 8,
        "'a' is in the header twice")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"I32","shape":[2],"data_offsets":[0,8]}}""", 8,
        "dtype of tensor 'a' is in the header twice")]
    [InlineData("""{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}""", 8, "unknown dtype 'C64'")]
    [InlineData("""{"a":{"dtype":5,"shape":[1],"data_offsets":[0,8]}}""", 8, "unknown dtype 'none'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "F32 (3) does not fill its bytes 0 to 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "does not fill its bytes 8 to 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "not a whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "not a whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4,4],"data_offsets":[0,8]}}""", 8, "impossible shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "where a list should be")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}""", 8, "two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"run":"x"}}""", 8, "unknown field 'run'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "ends 1 bytes after the file's end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "1 bytes at the end belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "bytes 0 to 4 belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12,
        "'a' and 'b' overlap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[9223372036854775807,9223372036854775807]}}""", 8,
        "impossible shape")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "metadata 'a' is not a string")]
    [InlineData("""{"a":[[[[[[]]]]]]}""", 0, "not described by an object")]
    [InlineData("""{"a":"\uD800"}""", 0, "not described by an object")]
    [InlineData("""{"\uD800":1}""", 0, "not valid UTF-8")]
    public void A_damaged_header_is_refused_by_name_and_reason(string header, int dataLength, string reason)
    {
        var path = folder.Write("bad.safetensors", Container(header, new byte[dataLength]));

        var message = Toy.Refusal(() => SafeTensorsFile.Open(path).Dispose());

        Assert.StartsWith($"{path}: ", message);
        Assert.Contains(reason, message);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 }, "3 bytes are too few")]
    [InlineData(new byte[] { }, "0 bytes are too few")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 1 }, "not a safetensors file, or one that is cut off: its first bytes are FF FF FF FF FF FF FF FF")]
    [InlineData(new byte[] { 40, 83, 39, 112, 111, 115, 105, 120, 10 }, "not a safetensors file, or one that is cut off: its first bytes are 28 53 27 70 6F 73 69 78")]
    [InlineData(new byte[] { 9, 0, 0, 0, 0, 0, 0, 0, 123 }, "cut off: its header is to have 9 bytes, the file has 9")]
    [InlineData(new byte[] { 80, 75, 3, 4, 0, 0, 8, 8, 1 }, "not a safetensors file")]
    public void A_file_of_another_kind_is_refused(byte[] content, string reason) =>
        Assert.Contains(reason, Toy.Refusal(() => SafeTensorsFile.Open(folder.Write("bad", content)).Dispose()));

    [Fact]
    public void A_missing_file_ends_with_the_code_the_caller_asked_for()
    {
        Assert.Equal(
            $"{folder.File("no")}: no such file",
            Toy.Refusal(() => SafeTensorsFile.Open(folder.File("no"), ExitCode.Data).Dispose(), ExitCode.Data));
        Assert.Equal($"{folder.Path}: is a folder; name a file", Toy.Refusal(() => SafeTensorsFile.Open(folder.Path).Dispose()));
    }

    [Fact]
    public void Random_damage_is_refused_or_read_but_never_a_crash()
    {
        SafeTensors.Write(
            folder.File("w"), [StoredTensor.From("a", [2, 2], [1f, 2f, 3f, 4f]), StoredTensor.From("b", [3], [1L, 2L, 3L])],
            new Dictionary<string, string> { ["k"] = "v" });
        var whole = File.ReadAllBytes(folder.File("w"));
        var random = new Random(7);
        var refused = 0;
        for (var trial = 0; trial < 1500; trial++)
        {
            var bytes = whole.AsSpan(0, random.Next(4) == 0 ? random.Next(whole.Length) : whole.Length).ToArray();
            for (var edit = random.Next(4); edit > 0 && bytes.Length > 0; edit--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                using var file = SafeTensorsFile.Open(folder.Write("m", bytes));
                Assert.All(file.Names, name => Assert.NotNull(file.Read(name)));
            }
            catch (KinemaException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 300, 1499);
    }

    private static byte[] Container(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + json.Length);
        return bytes;
    }
}
