using System.Buffers.Binary;
using System.IO.Compression;
using Kinema.Storage.Numpy;
using Kinema.Storage.Tests.Pickles;

namespace Kinema.Storage.Tests.Numpy;

public sealed class NpzFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory, InlineData(CompressionLevel.NoCompression), InlineData(CompressionLevel.Optimal)]
    public void Arrays_are_read_by_name_whole_and_in_slices(CompressionLevel compression)
    {
        var path = folder.Write("a.npz", NpyBytes.Zip(
            compression, ("x.npy", NpyBytes.Of("<f4", "(3, 2)", Containers.Count(6))), ("y.npy", NpyBytes.Of("<i2", "(2,)", [1, 0, 2, 0])), ("readme", [1])));
        using var file = NpzFile.Open(path);

        Assert.Equal(["x", "y"], file.Names);
        Assert.True(file.Contains("x"));
        Assert.Equal([1, 2], file.Read("y").ToInt64s());
        using var x = file.OpenArray("x");
        var slice = new float[2];
        x.ReadSlice(0, slice);
        Assert.Equal([0, 1], slice);
        x.ReadSlice(2, slice);                                       // one is passed over
        Assert.Equal([4, 5], slice);
        Assert.Throws<InvalidOperationException>(() => x.ReadSlice(1, slice));
        Assert.Contains("has no array 'xx'; it has x, y", Refusal(() => file.Read("xx")));
    }

    [Fact]
    public void A_deflated_array_larger_than_a_limit_is_read_with_the_memory_of_a_slice()
    {
        // 96 MB of slowly changing numbers, written as they are made.
        const int slices = 1500, length = 16_000;
        var path = folder.File("large.npz");
        var row = new byte[length * sizeof(float)];
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using var entry = archive.CreateEntry("x.npy", CompressionLevel.Fastest).Open();
            NpyWriter.WriteHeader(entry, StoredType.Float32, [slices, length]);
            for (var i = 0; i < slices; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(row, i);
                entry.Write(row);
            }
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        using var file = NpzFile.Open(path);
        using var array = file.OpenArray("x");
        var slice = new float[length];
        for (var i = 0; i < slices; i++)
        {
            array.ReadSlice(i, slice);
            Assert.Equal(i, slice[0]);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 << 20);
    }

    [Theory, InlineData(CompressionLevel.NoCompression), InlineData(CompressionLevel.Optimal)]
    public void A_flipped_bit_in_the_elements_is_noticed_at_the_latest_at_the_end(CompressionLevel compression)
    {
        var sound = NpyBytes.Zip(compression, ("x.npy", NpyBytes.Of("<f4", "(500,)", Containers.Count(500))));
        var noticed = 0;
        for (var at = 200; at < sound.Length - 150; at += 37)
        {
            var bytes = (byte[])sound.Clone();
            bytes[at] ^= 4;
            using var file = NpzFile.Open(folder.Write("a.npz", bytes));
            Assert.NotEmpty(Refusal(() => file.Read("x")));
            noticed++;
        }

        Assert.True(noticed > 5);
        var stored = NpyBytes.Zip(CompressionLevel.NoCompression, ("x.npy", NpyBytes.Of("<f4", "(500,)", Containers.Count(500))));
        stored[^200] ^= 1;
        using var damaged = NpzFile.Open(folder.Write("b.npz", stored));
        Assert.Contains("x.npy: damaged inside the zip: it fails its checksum: what was read from it cannot be trusted; fetch the file again", Refusal(() => damaged.Read("x")));
    }

    [Fact]
    public void An_archive_cut_off_anywhere_is_refused()
    {
        var whole = NpyBytes.Zip(CompressionLevel.Optimal, ("x.npy", NpyBytes.Of("<f4", "(3, 2)", Containers.Count(6))));
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.NotEmpty(Refusal(() =>
            {
                using var file = NpzFile.Open(folder.Write("a.npz", whole[..length]));
                file.Read("x");
            }));
        }
    }

    [Fact]
    public void An_entry_that_claims_more_than_deflate_can_unpack_is_refused()
    {
        var bytes = NpyBytes.Zip(CompressionLevel.Optimal, ("x.npy", NpyBytes.Of("<f4", "(3, 2)", Containers.Count(6))));
        var directory = bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(directory + 24), 2_000_000_000);
        using var file = NpzFile.Open(folder.Write("a.npz", bytes));

        Assert.Contains("cannot unpack to the 2000000000 it claims", Refusal(() => file.Read("x")));
    }

    [Fact]
    public void Two_arrays_of_one_name_are_refused() => Assert.Contains(
        "holds two arrays named 'x'",
        Refusal(() => NpzFile.Open(folder.Write("a.npz", NpyBytes.Zip(CompressionLevel.NoCompression, ("x.npy", []), ("x.npy", []))))));

    [Fact]
    public void What_is_no_zip_or_not_there_is_named()
    {
        Assert.Contains("not a zip that can be read", Refusal(() => NpzFile.Open(folder.Write("a.npz", "nothing"))));
        Assert.Contains("no such file", Refusal(() => NpzFile.Open(folder.File("b.npz"))));
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_archives_are_read_or_refused()
    {
        var sound = NpyBytes.Zip(
            CompressionLevel.Optimal, ("x.npy", NpyBytes.Of("<f4", "(3, 2)", Containers.Count(6))), ("y.npy", NpyBytes.Of("|u1", "(2,)", [1, 2])));
        var random = new Random(Mutations.Seed(12));
        var (trials, refused) = (Mutations.Trials(1500), 0);
        var path = folder.File("a.npz");
        for (var trial = 0; trial < trials; trial++)
        {
            var bytes = (byte[])sound.Clone();
            for (var edits = random.Next(1, 5); edits > 0; edits--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(path, trial % 5 == 0 ? bytes[..random.Next(bytes.Length)] : bytes);
            try
            {
                using var file = NpzFile.Open(path);
                foreach (var name in file.Names)
                {
                    file.Read(name);
                }
            }
            catch (KinemaException error)
            {
                Assert.DoesNotContain('\n', error.Message);
                refused++;
            }
        }

        Assert.InRange(refused, trials * 0.45, trials);
    }

    private static string Refusal(Action action) => Toy.Refusal(action, ExitCode.Data);
}
