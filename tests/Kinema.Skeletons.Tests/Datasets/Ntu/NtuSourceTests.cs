using System.IO.Compression;
using Kinema.Skeletons.Datasets.Ntu;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Ntu;

public sealed class NtuSourceTests : IDisposable
{
    private static readonly byte[] Clip = NtuRaw.Of(13, ("1", 0, 12, frame => NtuRaw.Person(frame))).Bytes();
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_a_zip_and_zips_in_a_folder_give_the_same_clips_in_ascending_order()
    {
        string[] names = ["S018C001P042R001A061", "S001C001P001R001A002", "S002C003P008R002A060", "S001C001P001R001A001"];
        foreach (var name in names)
            folder.Write($"unpacked/{name[..4]}/{name}.skeleton", Clip);
        Zip("all.zip", names);
        Zip("two/deep/s001_to_s017.zip", names[1..]);
        Zip("two/s018_to_s032.zip", names[..1]);

        foreach (var path in new[] { "unpacked", "all.zip", "two" })
        {
            using var source = NtuSource.Open(folder.File(path), NtuSet.Ntu120);
            Assert.Equal(names.Order(StringComparer.Ordinal), source.Items.Select(item => item.Name));
            Assert.All(source.Items, item => Assert.InRange(item.Bytes, 100, Clip.Length));
            Assert.Empty(source.Known);
            var (clips, skipped, notes) = ClipCollection.Of(source);
            Assert.Empty(skipped);
            Assert.Empty(notes);
            Assert.Equal(names.Order(StringComparer.Ordinal), clips.Select(clip => clip.Name));
            Assert.Equal([0, 1, 59, 60], clips.Select(clip => clip.Label));
            Assert.All(clips, clip => Assert.Equal(clips[0].Coordinates, clip.Coordinates));
        }
    }

    [Fact]
    public void A_source_says_what_it_is()
    {
        folder.Write("S001C001P001R001A001.skeleton", Clip);
        using var source = NtuSource.Open(folder.Path, NtuSet.Ntu60);
        using var other = NtuSource.Open(folder.Path, NtuSet.Ntu120, "skeleton-contrast");

        Assert.Equal(("ntu60", "ctr-gcn 1", "ntu", 60), (source.Name, source.Preparation, source.Layout.Name, source.Classes.Count));
        Assert.Equal(("ntu120", "skeleton-contrast 1", 120), (other.Name, other.Preparation, other.Classes.Count));
        Assert.Equal(["xsub", "xview"], source.Protocols.Select(protocol => protocol.Name));
        Assert.Equal(["xsub", "xset"], other.Protocols.Select(protocol => protocol.Name));
        Assert.Equal((56_577, 113_944), (source.Absent.Count(), other.Absent.Count()));
        Assert.Equal((StoredType.Float32, false), (source.Precision, source.InOrder));
        Assert.Equal(["ctr-gcn", "skeleton-contrast", "st-gcn"], NtuSource.Preparations);
    }

    [Fact]
    public void Listed_doubled_and_foreign_clips_are_known_unread_and_other_files_passed_over()
    {
        folder.Write("a/S001C002P005R002A008.skeleton", "of the list, and not read");
        folder.Write("b/S001C001P001R001A001.skeleton", "a copy, and not read");
        folder.Write("a/S001C001P001R001A001.skeleton", Clip);
        folder.Write("a/S018C001P042R001A061.skeleton", "of the other set, and not read");
        folder.Write("readme.txt", "no clip");
        folder.Write("S001C001P001R001A001.avi", "no clip");

        using var source = NtuSource.Open(folder.Path, NtuSet.Ntu60);

        Assert.Equal("S001C001P001R001A001", Assert.Single(source.Items).Name);
        Assert.Equal(2, source.IgnoredFiles);
        Assert.StartsWith("2 files are no clips and are passed over: S001C001P001R001A001.avi, readme.txt", source.Remarks[0], StringComparison.Ordinal);
        var (copy, read) = (folder.File("b/S001C001P001R001A001.skeleton"), folder.File("a/S001C001P001R001A001.skeleton"));
        var listed = folder.File("a/S001C002P005R002A008.skeleton");
        Assert.Equal(
            [
                ("S001C001P001R001A001", "duplicate", $"{copy}: the clip is there twice; read is {read}"),
                ("S001C002P005R002A008", "listed-missing", $"{listed}: on the official list of clips without usable skeletons of NTU RGB+D 60"),
                ("S018C001P042R001A061", "other-set", $"{folder.File("a/S018C001P042R001A061.skeleton")}: NTU RGB+D 60 has no action 61: they are 1 to 60"),
            ],
            source.Known.Select(known => (known.Name, known.Kind, known.Reason)));
    }

    [Fact]
    public void Damaged_and_empty_files_are_skipped_and_the_rest_is_read()
    {
        folder.Write("S001C001P001R001A001.skeleton", Clip[..500]);
        folder.Write("S001C001P001R001A002.skeleton", "");
        folder.Write("S001C001P001R001A003.skeleton", "\r\n");
        folder.Write("S001C001P001R001A004.skeleton", "3\r\n0\r\n0\r\n0\r\n");
        folder.Write("S001C001P001R001A005.skeleton", Clip);

        using var source = NtuSource.Open(folder.Path, NtuSet.Ntu60);
        var (clips, skipped, _) = ClipCollection.Of(source);

        Assert.Equal("S001C001P001R001A005", Assert.Single(clips).Name);
        Assert.Equal(["damaged", "empty", "empty", "no-frame"], skipped.Select(clip => clip.Kind));
        Assert.StartsWith($"{folder.File("S001C001P001R001A001.skeleton")}: line 9: ", skipped[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_without_a_clip_is_refused_with_what_was_looked_for()
    {
        folder.Write("empty/readme.txt", "no clip");
        folder.Write("other/S018C001P042R001A061.skeleton", Clip);

        var nothing = Assert.Throws<KinemaException>(() => NtuSource.Open(folder.File("empty"), NtuSet.Ntu60));
        var other = Assert.Throws<KinemaException>(() => NtuSource.Open(folder.File("other"), NtuSet.Ntu60));
        var absent = Assert.Throws<KinemaException>(() => NtuSource.Open(folder.File("absent"), NtuSet.Ntu60));
        var unknown = Assert.Throws<KinemaException>(() => NtuSource.Open(folder.File("other"), NtuSet.Ntu120, "ctrgcn"));

        Assert.StartsWith(
            $"{folder.File("empty")}: holds no clip of NTU RGB+D: files are named like S001C001P001R001A001.skeleton",
            nothing.Message, StringComparison.Ordinal);
        Assert.Contains("of 1 clip none can be used for ntu60; the first: ", other.Message, StringComparison.Ordinal);
        Assert.EndsWith("has no action 61: they are 1 to 60", other.Message, StringComparison.Ordinal);
        Assert.All([nothing, other, absent], error => Assert.Equal(ExitCode.Data, error.ExitCode));
        Assert.Equal(
            (ExitCode.Usage, "unknown preparation 'ctrgcn' (did you mean 'ctr-gcn'?): for NTU RGB+D there are ctr-gcn, skeleton-contrast, st-gcn"),
            (unknown.ExitCode, unknown.Message));
    }

    [Fact]
    public void A_zip_in_a_folder_that_is_cut_off_is_refused_by_name()
    {
        folder.Write("S001C001P001R001A001.skeleton", Clip);
        folder.Write("s018_to_s032.zip", "half a download");

        var error = Assert.Throws<KinemaException>(() => NtuSource.Open(folder.Path, NtuSet.Ntu120));

        Assert.Equal($"{folder.File("s018_to_s032.zip")}: not a zip that can be read: it is damaged or cut off; download it again", error.Message);
    }

    [Fact]
    public void Readers_of_several_threads_do_not_disturb_each_other()
    {
        string[] names = [.. Enumerable.Range(1, 60).Select(action => $"S001C001P001R001A{action:000}")];
        Zip("all.zip", names);
        using var source = NtuSource.Open(folder.File("all.zip"), NtuSet.Ntu60);
        var labels = new int[names.Length];

        Parallel.For(0, names.Length, source.Open, (i, _, reader) =>
        {
            labels[i] = reader.Read(i).Clips[0].Label;
            return reader;
        }, reader => reader.Dispose());

        Assert.Equal(Enumerable.Range(0, 60), labels);
    }

    private void Zip(string path, string[] names)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(path))!);
        using var archive = ZipFile.Open(folder.File(path), ZipArchiveMode.Create);
        archive.CreateEntry("nturgb+d_skeletons/");
        foreach (var name in names)
        {
            using var stream = archive.CreateEntry($"nturgb+d_skeletons/{name}.skeleton").Open();
            stream.Write(Clip);
        }
    }
}
