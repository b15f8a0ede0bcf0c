using System.IO.Compression;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets;

public sealed class NwUclaReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_and_its_zip_give_the_same_set_in_the_order_of_the_list()
    {
        NwUclaFiles.WriteFolder(folder.File("download/deep/all_sqe"), NwUclaFiles.All());
        File.WriteAllText(folder.File("download/readme.json"), "not a clip");
        NwUclaFiles.WriteZip(folder.File("set.zip"), NwUclaFiles.All());

        var (unpacked, faults) = NwUclaFiles.Read(folder.File("download"));
        var (zipped, others) = NwUclaFiles.Read(folder.File("set.zip"));

        Assert.Empty(faults);
        Assert.Empty(others);
        Assert.Equal(unpacked.Checksum, zipped.Checksum);
        Assert.Equal(NwUclaFiles.List.Select(listed => listed.Name), unpacked.Clips.Select(clip => clip.Name));
        Assert.Equal(20, unpacked.Split("train").Count);
        Assert.All(unpacked.Split("test"), index => Assert.Equal(3, unpacked.Clips[index].Camera));
        var clip = unpacked.Clips[3];
        Assert.Equal(("a02_s04_e00_v02", 1, 4, 2, 5), (clip.Name, clip.Label, clip.Subject, clip.Camera, clip.Frames));
        Assert.Equal(Toy.Clip("same", 5).Coordinates, clip.Coordinates);
    }

    [Theory]
    [InlineData("\"label\": 1", "\"label\": 11", "label 11 is out of range 1 to 10")]
    [InlineData("\"label\": 1", "\"label\": 0", "label 0 is out of range 1 to 10")]
    [InlineData("\"label\": 1", "\"label\": 2", "label 2 contradicts the file name, whose action 01 has label 1")]
    [InlineData("\"label\": 1", "\"labels\": 1", "the key 'label' is missing")]
    [InlineData("\"label\": 1", "\"label\": 1.5", "label is not a whole number")]
    [InlineData("\"file_name\": \"a01", "\"file_name\": \"a02", "the file says it is 'a02_s04_e00_v01'")]
    [InlineData("[[[", "[[[NaN, 1, 2], [", "frame 0, joint 0 (hip-center): x is NaN; a coordinate is finite and at most ±100 (the limit of layout nw-ucla)")]
    [InlineData("[[[", "[[[1, 2, -Infinity], [", "frame 0, joint 0 (hip-center): z is infinite")]
    [InlineData("[[[", "[[[1, 2, 3], [1, 1e9, 3], [", "frame 0, joint 1 (spine): y is 1000000000;")]
    [InlineData("[[[", "[[[1, 2, 3], [1, null, 3], [", "frame 0, joint 1 (spine): y is not a number;")]
    [InlineData("[[[", "[[[1, 2], [", "frame 0, joint 0 (hip-center) has 2 coordinates; the layout nw-ucla has 3")]
    [InlineData("[[[", "[[[1, 2, 3], [", "frame 0 has more than 20 joints, the number of the layout nw-ucla")]
    [InlineData("[[[", "[[[1, 2, 3]], [[", "frame 0 has 1 joints; the layout nw-ucla has 20")]
    [InlineData("[[[", "[[], [[", "frame 0 has 0 joints; the layout nw-ucla has 20")]
    [InlineData("\"skeletons\"", "\"skeleton\"", "the key 'skeletons' is missing")]
    [InlineData("}", "", "not valid JSON at line 1,")]
    public void A_damaged_clip_is_named_with_the_reason(string replaced, string by, string reason)
    {
        var files = NwUclaFiles.All();
        const string name = "a01_s04_e00_v01";
        files[name] = files[name].Replace(replaced, by, StringComparison.Ordinal);
        NwUclaFiles.WriteZip(folder.File("set.zip"), files);

        var (dataset, faults) = NwUclaFiles.Read(folder.File("set.zip"));

        Assert.Equal(29, dataset.Clips.Count);
        var fault = Assert.Single(faults);
        Assert.StartsWith($"{folder.File("set.zip")}: all_sqe/{name}.json: {reason}", fault.Message, StringComparison.Ordinal);
        Assert.Equal((FaultSeverity.Error, "damaged-clip"), (fault.Severity, fault.Kind));
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Fact]
    public void Far_more_clips_than_the_list_has_are_refused_before_any_is_read()
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i <= 2 * NwUclaFiles.List.Count; i++) files[$"a01_s{i:00}_e00_v01"] = "not even JSON";
        NwUclaFiles.WriteZip(folder.File("set.zip"), files);

        var error = Assert.Throws<KinemaException>(() => NwUclaFiles.Read(folder.File("set.zip")));

        Assert.StartsWith($"{folder.File("set.zip")}: holds more than 60 clips; NW-UCLA has 30", error.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_file_larger_than_any_clip_is_refused_unread(bool zipped)
    {
        var files = NwUclaFiles.All();
        files["a05_s04_e00_v03"] = new string(' ', (16 << 20) + 1);
        if (zipped) NwUclaFiles.WriteZip(folder.File("set"), files);
        else NwUclaFiles.WriteFolder(folder.File("set"), files);

        var fault = Assert.Single(NwUclaFiles.Read(folder.File("set")).Faults);

        Assert.Contains("a05_s04_e00_v03.json: has ", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith("bytes; a clip file has at most 16 MiB", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clip_with_no_frames_is_refused_by_name()
    {
        var files = NwUclaFiles.All();
        files["a05_s04_e00_v03"] = """{"file_name": "a05_s04_e00_v03", "skeletons": [], "label": 5}""";
        NwUclaFiles.WriteFolder(folder.File("set"), files);

        var fault = Assert.Single(NwUclaFiles.Read(folder.File("set")).Faults);

        Assert.Equal($"{Path.Combine(folder.File("set"), "a05_s04_e00_v03.json")}: the clip has no frames", fault.Message);
    }

    [Fact]
    public void Missing_extra_double_and_shortened_clips_are_named()
    {
        var files = NwUclaFiles.All();
        files.Remove("a03_s04_e00_v01");
        files["a03_s05_e00_v01"] = NwUclaFiles.Json("a03_s05_e00_v01");
        files["a02_s04_e00_v02"] = NwUclaFiles.Json("a02_s04_e00_v02", 2, Toy.Clip("short", 4));
        NwUclaFiles.WriteFolder(folder.File("set/a"), files);
        NwUclaFiles.WriteFolder(folder.File("set/b"), files.Take(1).ToDictionary());

        var faults = NwUclaFiles.Read(folder.File("set")).Faults;

        Assert.Equal(["duplicate-clip", "missing-clip", "extra-clip", "frame-count"], faults.Select(fault => fault.Kind));
        Assert.Contains("clip a01_s04_e00_v02 is there twice", faults[0].Message, StringComparison.Ordinal);
        Assert.Contains("1 of the 30 listed clips are missing: a03_s04_e00_v01", faults[1].Message, StringComparison.Ordinal);
        Assert.Contains("1 clips are not in the official list: a03_s05_e00_v01", faults[2].Message, StringComparison.Ordinal);
        Assert.Contains("a02_s04_e00_v02.json: has 4 frames; the list says 5", faults[3].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a07_s04_e00_v01", "no class has action number 07")]
    [InlineData("a01_s04_e00_v04", "view 04 does not exist")]
    public void A_name_that_the_set_does_not_know_is_refused(string name, string reason)
    {
        var files = NwUclaFiles.All();
        files[name] = NwUclaFiles.Json("a01_s04_e00_v01").Replace("a01_s04_e00_v01", name, StringComparison.Ordinal);
        NwUclaFiles.WriteFolder(folder.File("set"), files);

        Assert.Contains(NwUclaFiles.Read(folder.File("set")).Faults, fault => fault.Message.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_no_zip_and_a_zip_cut_off_are_refused()
    {
        File.WriteAllText(folder.File("text.zip"), "this is no zip");
        NwUclaFiles.WriteZip(folder.File("whole.zip"), NwUclaFiles.All());
        File.WriteAllBytes(folder.File("cut.zip"), File.ReadAllBytes(folder.File("whole.zip"))[..5000]);

        foreach (var name in new[] { "text.zip", "cut.zip" })
        {
            var error = Assert.Throws<KinemaException>(() => DatasetReader.Open(folder.File(name)));
            Assert.Equal($"{folder.File(name)}: not a zip that can be read: it is damaged or cut off; download it again", error.Message);
            Assert.Equal(ExitCode.Data, error.ExitCode);
        }
    }

    [Fact]
    public void A_flipped_byte_inside_a_zip_is_found_and_the_clip_named()
    {
        NwUclaFiles.WriteZip(folder.File("set.zip"), NwUclaFiles.All());
        var bytes = File.ReadAllBytes(folder.File("set.zip"));
        bytes[600] ^= 0x10;                        // inside the packed text of the first entry
        File.WriteAllBytes(folder.File("set.zip"), bytes);

        var fault = Assert.Single(NwUclaFiles.Read(folder.File("set.zip")).Faults);

        Assert.StartsWith($"{folder.File("set.zip")}: all_sqe/a01_s04_e00_v02.json: damaged inside the zip: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_zip_entry_that_was_stored_unpacked_is_compared_with_its_checksum_too()
    {
        using (var archive = ZipFile.Open(folder.File("set.zip"), ZipArchiveMode.Create))
        {
            using var stream = archive.CreateEntry("a01_s04_e00_v01.json", CompressionLevel.NoCompression).Open();
            stream.Write(System.Text.Encoding.UTF8.GetBytes(NwUclaFiles.Json("a01_s04_e00_v01")));
        }
        var bytes = File.ReadAllBytes(folder.File("set.zip"));
        var digit = bytes.AsSpan().IndexOf("[[["u8) + 5;
        bytes[digit] = (byte)(bytes[digit] == '1' ? '2' : '1');
        File.WriteAllBytes(folder.File("set.zip"), bytes);

        var error = Assert.Throws<KinemaException>(() => NwUclaFiles.Read(folder.File("set.zip")));

        Assert.Contains("a01_s04_e00_v01.json: damaged inside the zip", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_zip_and_a_folder_without_clips_are_refused()
    {
        NwUclaFiles.WriteZip(folder.File("empty.zip"), new Dictionary<string, string> { ["readme"] = "{}" });
        Directory.CreateDirectory(folder.File("empty"));

        foreach (var name in new[] { "empty.zip", "empty" })
        {
            var error = Assert.Throws<KinemaException>(() => DatasetReader.Open(folder.File(name)));
            Assert.Equal($"{folder.File(name)}: holds no NW-UCLA clip: files are named like a01_s01_e00_v01.json; "
                + "another set as downloaded is packed first by 'kinema data prepare' (kinema data sets), clips of one's own by 'kinema data convert'", error.Message);
            Assert.Equal(ExitCode.Data, error.ExitCode);
        }
        File.Move(folder.File("empty.zip"), folder.File("empty/nw-ucla.zip"));
        Assert.Equal(
            $"{folder.File("empty")}: holds no NW-UCLA clip: files are named like a01_s01_e00_v01.json; "
            + $"{folder.File("empty/nw-ucla.zip")} lies in it: if that is the download, give it",
            Hostile.Refusal(() => DatasetReader.Open(folder.File("empty"))));
    }

    [Fact]
    public void Opening_for_training_refuses_a_set_that_is_not_whole_and_says_how_many_faults_there_are()
    {
        var files = NwUclaFiles.All();
        files["a01_s04_e00_v01"] = "{";
        NwUclaFiles.WriteZip(folder.File("set.zip"), files);

        var error = Assert.Throws<KinemaException>(() => DatasetReader.Open(folder.File("set.zip")));

        Assert.Contains("a01_s04_e00_v01.json: not valid JSON", error.Message, StringComparison.Ordinal);
        Assert.Contains("more faults; 'kinema data inspect", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Data, error.ExitCode);
    }

    [Fact]
    public void A_layout_with_other_joints_is_refused()
    {
        NwUclaFiles.WriteZip(folder.File("set.zip"), NwUclaFiles.All());

        var error = Assert.Throws<KinemaException>(() => DatasetReader.Open(folder.File("set.zip"), Layouts.Ntu));

        Assert.Contains("NW-UCLA has 20 joints of 3 coordinates; layout ntu has 25 of 3", error.Message, StringComparison.Ordinal);
        var set = DatasetReader.Examine(folder.File("set.zip")).Dataset;                      // a few of the clips
        File.Delete(folder.File("set.zip"));
        Assert.Equal(error.Message, Hostile.Refusal(() => DatasetReader.CheckLayout(set, folder.File("set.zip"), Layouts.Ntu)));
    }

    [Theory, InlineData("nothing/here.zip", "no such data set"), InlineData("notes.txt", "no known kind of data set")]
    public void A_path_that_is_no_data_set_is_refused(string name, string reason)
    {
        File.WriteAllText(folder.File("notes.txt"), "");

        var error = Assert.Throws<KinemaException>(() => DatasetReader.Open(folder.File(name)));

        Assert.StartsWith($"{folder.File(name)}: {reason}", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Data, error.ExitCode);
    }
}
