using System.Diagnostics;
using Kinema.Storage.Matlab;

namespace Kinema.Storage.Tests.Matlab;

public sealed class MatFileTests
{
    private static readonly MatWriter Little = new();

    [Theory, InlineData(false, false), InlineData(false, true), InlineData(true, false), InlineData(true, true)]
    public void An_array_is_read_in_either_byte_order_packed_or_not(bool bigEndian, bool packed)
    {
        var writer = new MatWriter(bigEndian);
        var variable = writer.Doubles("joints", [2, 3, 2], Enumerable.Range(0, 12).Select(i => i - 0.25));
        var second = writer.Doubles("x", [1, 1], [7]);

        var file = MatFile.Read(writer.File(packed ? writer.Packed(variable) : variable, packed ? writer.Packed(second) : second), "f.mat");

        Assert.Equal(["joints", "x"], file.Arrays.Select(array => array.Name));
        Assert.Equal([2, 3, 2], file.Get("joints").Dimensions);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => i - 0.25), file.Get("joints").Values);
        Assert.Equal([7], file.Get("x").Values);
    }

    public static TheoryData<uint, byte[], double[]> Stored => new()
    {
        { MatWriter.Int8, [0xFF, 2], [-1, 2] },
        { MatWriter.UInt8, [0xFF, 2], [255, 2] },
        { MatWriter.Int16, [0xFE, 0xFF, 1, 1], [-2, 257] },
        { MatWriter.UInt16, [0xFE, 0xFF, 1, 1], [65534, 257] },
        { MatWriter.Int32, [0xFD, 0xFF, 0xFF, 0xFF, 0, 0, 1, 0], [-3, 65536] },
        { MatWriter.UInt32, [0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0], [uint.MaxValue, 1] },
        { MatWriter.Float32, [.. BitConverter.GetBytes(0.1f), .. BitConverter.GetBytes(-2f)], [0.1f, -2] },
        { MatWriter.Float64, [.. BitConverter.GetBytes(0.1), .. BitConverter.GetBytes(double.NaN)], [0.1, double.NaN] },
        { MatWriter.Int64, [.. BitConverter.GetBytes(-5L), .. BitConverter.GetBytes(1L << 40)], [-5, 1L << 40] },
        { MatWriter.UInt64, [.. BitConverter.GetBytes(ulong.MaxValue), .. BitConverter.GetBytes(3UL)], [ulong.MaxValue, 3] },
    };

    [Theory, MemberData(nameof(Stored))]
    public void Numbers_of_every_storage_type_become_doubles(uint type, byte[] bytes, double[] values)
    {
        var numbers = bytes.Length <= 4 ? Little.Small(type, bytes) : Little.Element(type, bytes);

        // Any numeric class may store its numbers in any type: MATLAB chooses the smallest.
        foreach (var kind in new uint[] { 6, 7, 9, 15 })
            Assert.Equal(values, MatFile.Read(Little.File(Little.Variable("x", [1, 2], numbers, kind)), "f.mat").Get("x").Values);

        var big = new MatWriter(bigEndian: true);
        var width = bytes.Length / 2;
        byte[] swapped = [.. big.Ordered(bytes.AsSpan(0, width)), .. big.Ordered(bytes.AsSpan(width))];
        Assert.Equal(values, MatFile.Read(big.File(big.Variable("x", [1, 2], big.Element(type, swapped))), "f.mat").Get("x").Values);
    }

    [Theory, InlineData(1, "a cell array"), InlineData(2, "a structure"), InlineData(4, "a text"), InlineData(5, "a sparse array"), InlineData(99, "of the unknown class 99")]
    public void What_is_no_array_of_numbers_is_passed_over_and_named(uint kind, string what)
    {
        var file = MatFile.Read(Little.File(Little.Variable("other", [1, 1], [], kind), Little.Doubles("x", [1, 1], [3])), "f.mat");

        Assert.Equal([new SkippedVariable("other", what)], file.Skipped);
        Assert.Equal([3], file.Get("x").Values);
        Assert.Equal($"f.mat: the variable 'other' is {what}, which is not read: numbers are", Toy.Refusal(() => file.Get("other"), ExitCode.Data));
        Assert.Equal("f.mat: has no variable 'y'; it holds x, other", Toy.Refusal(() => file.Get("y"), ExitCode.Data));
    }

    [Fact]
    public void A_complex_array_is_passed_over_and_an_empty_one_is_read()
    {
        var complex = Little.Variable("z", [1, 1], [.. Little.Element(MatWriter.UInt8, [1]), .. Little.Element(MatWriter.UInt8, [2])], complex: true);
        var file = MatFile.Read(Little.File(complex, Little.Doubles("none", [0, 3], []), Little.Element(MatWriter.Matrix, [])), "f.mat");

        Assert.Equal([new SkippedVariable("z", "a complex array")], file.Skipped);
        Assert.Empty(file.Get("none").Values);
    }

    [Fact]
    public void Files_of_other_versions_are_refused_with_the_way_out()
    {
        byte[] hdf5 = [.. "MATLAB 7.3 MAT-file"u8, .. new byte[600]];
        var old = new byte[200];
        var newer = Little.File();
        newer[125] = 2;

        Assert.Contains("save it in MATLAB with '-v7'", Refusal(hdf5), StringComparison.Ordinal);
        Assert.Contains("files of MATLAB 4 are not read", Refusal(old), StringComparison.Ordinal);
        Assert.Contains("is of version 2.0", Refusal(newer), StringComparison.Ordinal);
        Assert.Contains("no MATLAB file: 3 bytes", Refusal([1, 2, 3]), StringComparison.Ordinal);
        Assert.Contains("no MATLAB file: 0 bytes", Refusal([]), StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Assert.Contains("(2, 3) of 8 each", Refusal(Little.File(Little.Doubles("x", [2, 3], [1, 2]))), StringComparison.Ordinal);
        Assert.Contains("a dimension of -1", Refusal(Little.File(Little.Doubles("x", [-1, 3], [1]))), StringComparison.Ordinal);
        Assert.Contains("bytes of numbers", Refusal(Little.File(Little.Doubles("x", [int.MaxValue, int.MaxValue, int.MaxValue], [1]))), StringComparison.Ordinal);
        Assert.Contains("4 bytes of dimensions", Refusal(Little.File(Little.Doubles("x", [1], [1]))), StringComparison.Ordinal);
        Assert.Contains("the unknown type 18", Refusal(Little.File(Little.Variable("x", [1, 1], Little.Element(18, new byte[8])))), StringComparison.Ordinal);
        Assert.Contains("has no numbers", Refusal(Little.File(Little.Variable("x", [1, 1], []))), StringComparison.Ordinal);
        Assert.Contains("a small element of 7 bytes", Refusal(Little.File([.. Little.Word((7 << 16) | 1), 0, 0, 0, 0])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_packed_variable_that_swells_without_end_is_refused_early()
    {
        var bomb = Little.File(Little.Packed(Little.Element(MatWriter.UInt8, new byte[40 << 20])));
        Assert.True(bomb.Length < 1 << 20);

        Assert.Contains("unpacks to more than 1048576 bytes", Toy.Refusal(() => MatFile.Read(bomb, "f.mat", 1 << 20), ExitCode.Data), StringComparison.Ordinal);

        // Bytes as numbers take eight times their room.
        var wide = Little.File(Little.Variable("x", [1, 200_000], Little.Element(MatWriter.UInt8, new byte[200_000]), kind: 9));
        Assert.Contains("more than 1048576 bytes of numbers", Toy.Refusal(() => MatFile.Read(wide, "f.mat", 1 << 20), ExitCode.Data), StringComparison.Ordinal);
        Assert.Equal(200_000, MatFile.Read(wide, "f.mat").Get("x").Values.Length);
    }

    [Fact]
    public void A_packed_variable_inside_a_packed_one_and_one_with_a_flipped_byte_are_refused()
    {
        var packed = Little.Packed(Little.Doubles("x", [4, 4], Enumerable.Range(0, 16).Select(i => i * 0.37)));
        var damaged = Little.File(packed);
        damaged[160] ^= 4;

        Assert.Contains("inside another", Refusal(Little.File(Little.Packed(packed))), StringComparison.Ordinal);
        Refusal(damaged);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_file_cut_off_at_any_byte_is_refused_or_lacks_the_array(bool packed)
    {
        var variable = Little.Doubles("numbers", [3, 2], [1, 2, 3, 4, 5, 6]);
        var whole = Little.File(packed ? Little.Packed(variable) : variable);

        for (var length = 0; length < whole.Length; length++)
            Toy.Refusal(() => MatFile.Read(whole.AsSpan(0, length), "f.mat").Get("numbers"), ExitCode.Data);
        Assert.Equal(6, MatFile.Read(whole, "f.mat").Get("numbers").Values.Length);
    }

    [Trait("Category", "Fuzz")]
    [Theory, InlineData(1, false), InlineData(2, true), InlineData(3, false), InlineData(4, true)]
    public void Damaged_files_are_read_or_refused_quickly(int seed, bool packed)
    {
        var first = Little.Doubles("numbers", [3, 2], [1, 2, 3, 4, 5, 6]);
        var second = Little.Variable("s", [2, 2], Little.Element(MatWriter.UInt8, new byte[40]), kind: 2);
        var whole = Little.File(packed ? Little.Packed(first) : first, second, Little.Packed(Little.Doubles("last", [1, 1], [9])));
        var (trials, clock) = (Mutations.Trials(1500), Stopwatch.StartNew());

        var refused = Mutations.Refused(whole, seed, trials, bytes => MatFile.Read(bytes, "f.mat", 1 << 20));

        Assert.InRange(refused, trials / 5, trials);
        Assert.True(clock.Elapsed.TotalSeconds < trials / 150.0, $"{trials} files took {clock.Elapsed}");
    }

    private static string Refusal(byte[] bytes) => Toy.Refusal(() => MatFile.Read(bytes, "f.mat"), ExitCode.Data);
}
