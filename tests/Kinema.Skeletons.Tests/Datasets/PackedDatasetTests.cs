using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets;

public sealed class PackedDatasetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string File => folder.File(PackedDataset.FileName);

    public void Dispose() => folder.Dispose();

    internal static ClipDataset Small(SkeletonLayout? layout = null) => Toy.Dataset(
        [
            Toy.Clip("first", 4, layout, label: 0), Toy.Clip("second", 1, layout, label: 1, persons: 2),
            Toy.Clip("third", 7, layout, label: 1), Toy.Clip("fourth", 2, layout, label: 0),
        ],
        train: 2, layout, "sit", "stand");

    [Fact]
    public void A_packed_set_of_doubles_comes_back_bit_for_bit()
    {
        var written = Small();
        PackedDataset.Write(written, File, StoredType.Float64);

        var read = DatasetReader.Open(folder.Path);

        Assert.Equal(written.Checksum, read.Checksum);
        Assert.Equal((written.Name, "nw-ucla"), (read.Name, read.Layout.Name));
        Assert.Equal(written.Classes, read.Classes);
        Assert.Equal(written.Split("test"), read.Split("test"));
        foreach (var (before, after) in written.Clips.Zip(read.Clips))
        {
            Assert.Equal((before.Name, before.Label), (after.Name, after.Label));
            Assert.Equal((before.Frames, before.Persons), (after.Frames, after.Persons));
            Assert.Equal((before.Subject, before.Camera, before.Setup), (after.Subject, after.Camera, after.Setup));
            Assert.Equal(before.Coordinates, after.Coordinates);
            Assert.Equal(before.Person(before.Persons - 1), after.Person(after.Persons - 1));
        }
    }

    [Fact]
    public void A_packed_set_of_singles_is_the_rounded_set_and_keeps_its_own_checksum()
    {
        var written = Small();
        PackedDataset.Write(written, File);

        var (read, faults) = DatasetReader.Examine(File);

        Assert.Empty(faults);
        Assert.NotEqual(written.Checksum, read.Checksum);
        Assert.Equal(written.Clips[2].Coordinates.ToArray().Select(value => (double)(float)value), read.Clips[2].Coordinates.ToArray());
    }

    [Fact]
    public void A_flat_layout_of_ones_own_travels_inside_the_file()
    {
        var layout = Toy.Arm;
        var written = Small(layout);
        PackedDataset.Write(written, File, StoredType.Float32);

        var read = DatasetReader.Open(File);

        Assert.Equal(layout.Joints, read.Layout.Joints);
        using var file = SafeTensorsFile.Open(File);
        Assert.Equal([4 + 2 + 7 + 2, 3, 2], file.Entry("joints").Shape);
        Assert.Equal(written.Clips[1].Coordinates.ToArray().Select(value => (double)(float)value), read.Clips[1].Coordinates.ToArray());
    }

    [Fact]
    public void Another_layout_is_refused()
    {
        PackedDataset.Write(Small(), File);

        var error = Assert.Throws<KinemaException>(() => DatasetReader.Open(File, Layouts.Ntu));

        Assert.Equal($"{File}: its layout is nw-ucla with V = 20 joints; ntu has 25", error.Message);
    }

    [Fact]
    public void A_layout_is_held_against_a_set_that_is_open_without_opening_it_again()
    {
        PackedDataset.Write(Small(Toy.Arm), File);
        var set = DatasetReader.OpenPart(File);
        System.IO.File.Delete(File);
        var deep = Layouts.Parse(Toy.Arm.Yaml.Replace("dims: 2", "dims: 3", StringComparison.Ordinal), "deep");

        DatasetReader.CheckLayout(set, File, Toy.Arm);

        Assert.Equal($"{File}: its layout is arm with V = 3 joints; ntu has 25", Hostile.Refusal(() => DatasetReader.CheckLayout(set, File, Layouts.Ntu)));
        Assert.Equal($"{File}: its layout is arm of 2 coordinates; arm has 3", Hostile.Refusal(() => DatasetReader.CheckLayout(set, File, deep)));
    }

    [Fact]
    public void A_damaged_clip_of_a_large_set_is_found_when_it_is_read_and_listed_when_the_set_is_examined()
    {
        Rewrite(tensor =>
        {
            if (tensor.Name != "joints")
                return tensor;
            var values = tensor.ToDoubles();
            (values[1], values[^1]) = (double.NaN, 1e9);
            return StoredTensor.From("joints", tensor.Shape, values);
        });

        var (used, faults) = PackedReader.Read(File, null, compareChecksum: false, large: 1);
        Assert.Empty(faults);
        Assert.StartsWith($"{File}: clip first: ", Hostile.Refusal(() => used.Clips[0].CopyTo(new double[used.Clips[0].Length])), StringComparison.Ordinal);
        Assert.StartsWith($"{File}: clip ", Hostile.Refusal(() => DatasetStatistics.Of(used)), StringComparison.Ordinal);       // and not an AggregateException

        var examined = PackedReader.Read(File, null, compareChecksum: true, large: 1);
        Assert.Equal(["damaged-clip", "damaged-clip", "checksum"], examined.Faults.Select(fault => fault.Kind));
        Assert.Equal(1, DatasetStatistics.Of(examined).WildFrames);
        Assert.Equal(PackedReader.Read(File, null, compareChecksum: true).Faults, examined.Faults);
    }

    [Theory]
    [InlineData("labels", 2L, "clip first: label 2 is out of range 0 to 1 (-1: unknown)")]
    [InlineData("labels", -2L, "clip first: label -2 is out of range")]
    [InlineData("offsets", 1L, "clip first has no frames (rows 1 to 4)")]
    [InlineData("persons", 3L, "clip first: 4 rows cannot be 3 persons over equally many frames")]
    [InlineData("persons", 0L, "clip first: 4 rows cannot be 0 persons")]
    [InlineData("split.test", 4L, "split test names clip 4; there are 0 to 3")]
    [InlineData("split.test", 3L, "split test names a clip twice")]
    public void A_wrong_number_in_a_column_is_refused(string column, long value, string reason)
    {
        Rewrite(tensor =>
        {
            if (tensor.Name != column)
                return tensor;
            var values = tensor.ToInt64s();
            values[0] = value;
            return StoredTensor.From(column, tensor.Shape, values);
        });

        AssertRefused(reason);
    }

    [Fact]
    public void A_clip_of_more_frames_than_any_is_refused_with_the_limit()
    {
        PackedDataset.Write(Toy.Dataset([Toy.Clip("long", 20_001, Toy.Arm), Toy.Clip("second", 2, Toy.Arm)], train: 1, Toy.Arm), File);

        AssertRefused("clip long has 20001 frames; a clip has at most 20000: cut it");
    }

    [Fact]
    public void Rows_whose_product_overflows_are_refused_by_name()
    {
        // 2^62 rows of 20 joints times 3 wrap around to 0 in 64 bits, and 2^62 persons over 1 frame to 0 in 32.
        RewriteColumn("offsets", (1, 1L << 62));
        RewriteAlso("persons", (0, 1L << 62));
        AssertRefused("clip first: 4611686018427387904 rows of 20 joints are more than fit in memory at once");

        RewriteColumn("offsets", (1, long.MaxValue), (2, long.MinValue));
        AssertRefused("clip first has 9223372036854775807 frames; a clip has at most 20000");
        RewriteAlso("persons", (0, long.MaxValue));
        AssertRefused("clip first: 9223372036854775807 rows of 20 joints are more than fit in memory at once");
    }

    [Theory]
    [InlineData(double.NaN, "clip third: frame 0, joint 0 (hip-center): x is NaN; a coordinate is")]
    [InlineData(double.NegativeInfinity, "clip third: frame 0, joint 0 (hip-center): x is infinite; a coordinate is")]
    [InlineData(-3000.5, "clip third: frame 0, joint 0 (hip-center): x is -3000.5; a coordinate is")]
    public void A_coordinate_that_cannot_be_is_refused_with_its_place(double value, string reason)
    {
        Rewrite(tensor =>
        {
            if (tensor.Name != "joints")
                return tensor;
            var values = tensor.ToDoubles();
            values[6 * 60] = value;
            return StoredTensor.From("joints", tensor.Shape, values);
        });

        AssertRefused(reason);
    }

    [Fact]
    public void Joints_of_another_shape_and_a_missing_column_are_refused()
    {
        Rewrite(tensor => tensor.Name == "joints" ? StoredTensor.From("joints", [15 * 20, 3], tensor.ToDoubles()) : tensor);
        AssertRefused("joints is Float64 (300, 3); offsets and layout nw-ucla want Float32 or Float64 (15, 20, 3)");

        Rewrite(tensor => tensor.Name == "labels" ? tensor.Named("label") : tensor);
        AssertRefused("holds no tensor 'labels'; the nearest is 'label'");
    }

    [Fact]
    public void A_safetensors_file_of_something_else_and_a_file_cut_off_are_refused()
    {
        SafeTensors.Write(File, [StoredTensor.From("weight", [1], [1f])], null);
        AssertRefused("not a packed data set: its metadata has no format 'kinema-clips'");

        PackedDataset.Write(Small(), File);
        System.IO.File.WriteAllBytes(File, System.IO.File.ReadAllBytes(File)[..^9]);
        Assert.Equal(ExitCode.Data, Assert.Throws<KinemaException>(() => DatasetReader.Open(File)).ExitCode);
    }

    [Theory, InlineData("joints"), InlineData("labels")]
    public void Changed_content_is_refused_when_the_set_is_opened(string tensor)
    {
        ChangeContent(tensor);

        AssertRefused("its content has changed since it was written: its checksum is no longer the stored one; take a sound copy, or make the set again");
        Assert.Throws<KinemaException>(() => DatasetReader.OpenPart(File));
        Assert.Contains(PackedReader.ChangedContent, DatasetReader.Examine(File, compareChecksum: false).Faults.Select(fault => fault.Kind));
    }

    [Theory, InlineData("joints"), InlineData("labels")]
    public void Changed_content_of_a_large_set_is_found_by_whoever_asks_for_it(string tensor)
    {
        ChangeContent(tensor);

        Assert.Empty(PackedReader.Read(File, null, compareChecksum: false, large: 1).Faults);
        Assert.Equal(PackedReader.ChangedContent, Assert.Single(PackedReader.Read(File, null, compareChecksum: true, large: 1).Faults).Kind);
    }

    [Fact]
    public void A_set_without_classes_comes_back_without_any()
    {
        var written = new ClipDataset
        {
            Name = "bare", Layout = Toy.Arm, Classes = [], Clips = [Toy.Clip("a", 2, Toy.Arm, label: -1), Toy.Clip("b", 2, Toy.Arm, label: -1)],
            Splits = new Dictionary<string, IReadOnlyList<int>> { ["train"] = [0, 1] },
        };
        PackedDataset.Write(written, File, StoredType.Float64);

        var (read, faults) = DatasetReader.Examine(File);

        Assert.Empty(read.Classes);
        Assert.Equal(written.Checksum, read.Checksum);
        Assert.DoesNotContain(faults, fault => fault.Severity == FaultSeverity.Error);
    }

    private void ChangeContent(string name) => Rewrite(tensor =>
    {
        if (tensor.Name != name)
            return tensor;
        if (name == "labels")
            return StoredTensor.From(name, tensor.Shape, [.. tensor.ToInt64s().Select(label => 1 - label)]);
        var values = tensor.ToDoubles();
        values[17] += 0.001;
        return StoredTensor.From(name, tensor.Shape, values);
    });

    private void AssertRefused(string reason)
    {
        var error = Assert.Throws<KinemaException>(() => DatasetReader.Open(File));
        Assert.StartsWith($"{File}: {reason}", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Data, error.ExitCode);
    }

    private void RewriteColumn(string column, params (int Row, long Value)[] changes)
    {
        PackedDataset.Write(Small(), File, StoredType.Float64);
        RewriteAlso(column, changes);
    }

    private void RewriteAlso(string column, params (int Row, long Value)[] changes) => Change(tensor =>
    {
        if (tensor.Name != column)
            return tensor;
        var values = tensor.ToInt64s();
        foreach (var (row, value) in changes) values[row] = value;
        return StoredTensor.From(column, tensor.Shape, values);
    });

    // Writes the small set and then replaces single tensors, as a faulty writer would have.
    private void Rewrite(Func<StoredTensor, StoredTensor> change)
    {
        PackedDataset.Write(Small(), File, StoredType.Float64);
        Change(change);
    }

    private void Change(Func<StoredTensor, StoredTensor> change)
    {
        List<StoredTensor> tensors;
        Dictionary<string, string> metadata;
        using (var file = SafeTensorsFile.Open(File))
        {
            tensors = [.. file.Names.Select(name => change(file.Read(name)))];
            metadata = new Dictionary<string, string>(file.Metadata);
        }
        SafeTensors.Write(File, tensors, metadata);
    }
}
