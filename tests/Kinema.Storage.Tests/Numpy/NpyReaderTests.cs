using Kinema.Storage.Numpy;
using Kinema.Storage.Tests.Pickles;

namespace Kinema.Storage.Tests.Numpy;

public sealed class NpyReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("|b1", new byte[] { 0, 1, 1 }, new double[] { 0, 1, 1 }, StoredType.Bool)]
    [InlineData("|u1", new byte[] { 0, 200, 255 }, new double[] { 0, 200, 255 }, StoredType.UInt8)]
    [InlineData("|i1", new byte[] { 0, 200, 255 }, new double[] { 0, -56, -1 }, StoredType.Int8)]
    [InlineData("<i2", new byte[] { 0, 1, 255, 255, 5, 0 }, new double[] { 256, -1, 5 }, StoredType.Int16)]
    [InlineData("<u2", new byte[] { 0, 1, 255, 255, 5, 0 }, new double[] { 256, 65535, 5 }, StoredType.Int32)]
    [InlineData("<i4", new byte[] { 1, 0, 0, 0, 255, 255, 255, 255, 2, 0, 0, 0 }, new double[] { 1, -1, 2 }, StoredType.Int32)]
    [InlineData("<u4", new byte[] { 1, 0, 0, 0, 255, 255, 255, 255, 2, 0, 0, 0 }, new double[] { 1, 4294967295, 2 }, StoredType.Int64)]
    [InlineData("<f2", new byte[] { 0, 0x3C, 0, 0xC0, 0, 0 }, new double[] { 1, -2, 0 }, StoredType.Float16)]
    public void Elements_of_every_type_are_read(string descr, byte[] bytes, double[] values, StoredType stored)
    {
        using var array = Open(NpyBytes.Of(descr, "(3,)", bytes));
        var slices = new double[3];
        for (var i = 0; i < 3; i++)
        {
            array.ReadSlice(i, slices.AsSpan(i, 1));
        }

        Assert.Equal(values, slices);
        var whole = Whole(NpyBytes.Of(descr, "(3,)", bytes));
        Assert.Equal(values, whole.ToDoubles());
        Assert.Equal(stored, whole.Type);
    }

    [Fact]
    public void Eight_byte_types_are_read_and_an_unsigned_number_beyond_63_bits_is_refused_whole()
    {
        byte[] one = [1, 0, 0, 0, 0, 0, 0, 0], most = [255, 255, 255, 255, 255, 255, 255, 255];

        Assert.Equal([1, -1], Whole(NpyBytes.Of("<i8", "(2,)", [.. one, .. most])).ToInt64s());
        Assert.Equal([1], Whole(NpyBytes.Of("<u8", "(1,)", one)).ToInt64s());
        Assert.Contains("larger than 63 bits", Refusal(NpyBytes.Of("<u8", "(2,)", [.. one, .. most])));
        Assert.Equal([0.5], Whole(NpyBytes.Of("<f8", "(1,)", BitConverter.GetBytes(0.5))).ToDoubles());
    }

    [Fact]
    public void A_scalar_an_empty_array_and_many_axes_are_read()
    {
        Assert.Equal([7], Whole(NpyBytes.Of("<f4", "()", Containers.Floats(7))).ToSingles());
        var empty = Whole(NpyBytes.Of("<f4", "(0, 3)", []));
        Assert.Equal([0, 3], empty.Shape);
        Assert.Empty(empty.ToSingles());
        var deep = Whole(NpyBytes.Of("<f4", "(2, 1, 3)", Containers.Count(6)));
        Assert.Equal([2, 1, 3], deep.Shape);
        Assert.Equal([0, 1, 2, 3, 4, 5], deep.ToSingles());
    }

    [Fact]
    public void Fortran_order_is_turned_into_C_order_and_not_read_in_slices()
    {
        var bytes = NpyBytes.Of("<f4", "(2, 3)", Containers.Count(6), fortran: true);

        Assert.Equal([0, 2, 4, 1, 3, 5], Whole(bytes).ToSingles());
        using var array = Open(bytes);
        Assert.True(array.IsFortranOrder);
        Assert.Contains(
            "Fortran order, whose slices lie scattered; save it with numpy.ascontiguousarray(array)",
            Toy.Refusal(() => array.ReadSlice(0, new float[3]), ExitCode.Data));

        // One axis has no order.
        using var flat = Open(NpyBytes.Of("<f4", "(2,)", Containers.Count(2), fortran: true));
        Assert.False(flat.IsFortranOrder);
    }

    [Fact]
    public void Slices_of_a_file_are_read_in_any_order()
    {
        using var array = Open(NpyBytes.Of("<i2", "(4, 2)", [0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0]));
        var slice = new float[2];

        foreach (var n in new[] { 3, 0, 2, 2 })
        {
            array.ReadSlice(n, slice);
            Assert.Equal([2 * n, (2 * n) + 1], slice);
        }

        Assert.Equal((4L, 2L), (array.Slices, array.SliceLength));
        Assert.Throws<ArgumentOutOfRangeException>(() => array.ReadSlice(4, slice));
        Assert.Throws<ArgumentOutOfRangeException>(() => array.ReadSlice(-1, slice));
    }

    [Theory]
    [InlineData("{'descr':'<f4','fortran_order':False,'shape':(2,)}")]
    [InlineData("{\"shape\": (2L,), \"descr\": \"<f4\", \"fortran_order\": True}  \n")]
    [InlineData("\n { 'fortran_order' : False , 'shape' : ( 1 , 2 , ) , 'descr' : '<f4' , } ")]
    public void A_header_is_read_in_any_order_and_spacing(string header)
    {
        Assert.Equal([0, 1], Whole(NpyBytes.Of(header, Containers.Count(2))).ToSingles());
        Assert.Equal([0, 1], Whole(NpyBytes.Of(header, Containers.Count(2), version: 2)).ToSingles());
        Assert.Equal([0, 1], Whole(NpyBytes.Of(header, Containers.Count(2), version: 3)).ToSingles());
    }

    [Theory]
    [InlineData("|O", "refuses an array of Python objects: its elements are pickled code, not numbers")]
    [InlineData("|O8", "refuses an array of Python objects")]
    [InlineData(">f4", "refuses the big-endian type '>f4': save it with array.astype")]
    [InlineData("<c8", "refuses the type '<c8'")]
    [InlineData("<U10", "refuses the type '<U10'")]
    [InlineData("|S5", "refuses the type '|S5'")]
    [InlineData("<M8[ns]", "refuses the type '<M8[ns]'")]
    [InlineData("<f16", "refuses the type '<f16'")]
    [InlineData("|f4", "refuses the type '|f4'")]
    [InlineData("f4", "refuses the type 'f4'")]
    [InlineData("<b2", "refuses the type '<b2'")]
    [InlineData("", "refuses the type ''")]
    public void An_array_of_another_type_is_refused_by_its_name(string descr, string reason) =>
        Assert.Contains(reason, Refusal(NpyBytes.Of(descr, "(1,)", [0, 0, 0, 0])));

    [Theory]
    [InlineData("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}", "refuses an array of records (named fields)")]
    [InlineData("__import__('os').system('true')", "'{' is missing (at character 0")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}", "unknown or doubled key 'x'")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "unknown or doubled key 'descr'")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", "is missing")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", "neither True nor False")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1)}", "is written (n,)")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "no whole number")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1e3,)}", "is written (n,)")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "no whole number that 63 bits hold")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807)}", "is impossible")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + 1", "more after the closing brace")]
    [InlineData("{'descr': '<f4", "not closed")]
    [InlineData("", "'{' is missing")]
    public void A_header_that_NumPy_would_not_write_is_refused(string header, string reason)
    {
        Assert.Contains(reason, Refusal(NpyBytes.Of(header, [0, 0, 0, 0])));
    }

    [Fact]
    public void A_hundred_axes_and_a_huge_header_are_refused()
    {
        Assert.Contains("more than 64 axes", Refusal(NpyBytes.Of("<f4", $"({string.Concat(Enumerable.Repeat("1, ", 100))})", [0, 0, 0, 0])));
        Assert.Contains("a header of 4294967295 bytes", Refusal([0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255]));
        Assert.Contains("NumPy format 4.0", Refusal([0x93, .. "NUMPY"u8, 4, 0, 0, 0, 0, 0]));
    }

    [Fact]
    public void An_array_that_is_cut_off_anywhere_or_too_long_is_refused()
    {
        var whole = NpyBytes.Of("<f4", "(2, 3)", Containers.Count(6));
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.NotEmpty(Refusal(whole[..length]));
        }

        Assert.Contains($"needs {whole.Length} bytes; there are {whole.Length - 1}: was the copy cut off?", Refusal(whole[..^1]));
        Assert.Contains("there are", Refusal([.. whole, 0]));
        Assert.Contains("is empty", Refusal([]));
    }

    [Fact]
    public void A_claim_of_terabytes_costs_no_memory()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("there are", Refusal(NpyBytes.Of("<f4", "(1000000, 1000000)", new byte[100])));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_missing_file_is_named() => Assert.Equal(
        $"{folder.File("no.npy")}: no such file", Toy.Refusal(() => NpyReader.Open(folder.File("no.npy")), ExitCode.Data));

    [Fact]
    public void What_is_written_is_read_again_and_begins_at_a_multiple_of_64_bytes()
    {
        StoredTensor[] tensors =
        [
            StoredTensor.From("", [2, 3], [1f, 2, 3, 4, 5, 6]), StoredTensor.From("", [2], [(Half)1, (Half)2]),
            StoredTensor.From("", [], [7L]), StoredTensor.From("", [0, 5], ReadOnlySpan<double>.Empty), StoredTensor.From("", [2], [true, false]),
        ];
        foreach (var tensor in tensors)
        {
            var path = folder.File("a.npy");
            NpyWriter.Save(path, tensor);
            using var array = NpyReader.Open(path);
            var read = array.ReadAll("");

            Assert.True(NpyReader.IsNpy(path));
            Assert.Equal(tensor.ToString(), read.ToString());
            Assert.True(tensor.Bytes.Span.SequenceEqual(read.Bytes.Span));
            Assert.Equal(0, (new FileInfo(path).Length - tensor.Bytes.Length) % 64);
        }

        Assert.Throws<ArgumentException>(() => NpyWriter.WriteHeader(Stream.Null, StoredType.BFloat16, [1]));
    }

    [Fact]
    public void The_header_written_is_the_one_NumPy_writes()
    {
        using var memory = new MemoryStream();
        NpyWriter.WriteHeader(memory, StoredType.Float32, [3, 300, 25, 2]);

        // As numpy.save of version 1.24 writes it.
        Assert.Equal(
            [0x93, .. "NUMPY"u8, 1, 0, 0x76, 0,
                .. "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 300, 25, 2), }                                                 \n"u8],
            memory.ToArray());
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_arrays_are_read_or_refused()
    {
        var random = new Random(Mutations.Seed(11));
        var sound = NpyBytes.Of("<f4", "(2, 3)", Containers.Count(6), fortran: true);
        var (trials, refused) = (Mutations.Trials(3000), 0);
        for (var trial = 0; trial < trials; trial++)
        {
            var bytes = (byte[])sound.Clone();
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                bytes[random.Next(bytes.Length - 20)] = (byte)random.Next(random.Next(2) == 0 ? 256 : 128);
            }

            using var stream = new MemoryStream(bytes);
            try
            {
                using var array = new NpyReader(stream, "f", ExitCode.Data, bytes.Length);
                Assert.Equal(6, array.ReadAll().ElementCount * array.Type.Size / 4);
            }
            catch (KinemaException error)
            {
                Assert.DoesNotContain('\n', error.Message);
                refused++;
            }
        }

        Assert.InRange(refused, trials * 0.6, trials);
    }

    private NpyReader Open(byte[] bytes) => NpyReader.Open(folder.Write("a.npy", bytes));

    private StoredTensor Whole(byte[] bytes)
    {
        using var array = Open(bytes);
        return array.ReadAll();
    }

    private string Refusal(byte[] bytes) => Toy.Refusal(() => Whole(bytes), ExitCode.Data);
}
