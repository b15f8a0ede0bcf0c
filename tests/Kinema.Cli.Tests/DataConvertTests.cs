using System.Text;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Ntu;
using Kinema.Skeletons.Graphs;

namespace Kinema.Cli.Tests;

/// <summary><c>kinema data convert</c> as whole processes: files made by others, packed sets, and what is said of one's own.</summary>
public sealed class DataConvertTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_prepared_set_is_mapped_to_the_joints_of_another_layout()
    {
        new NtuFakeFiles(new NtuFakeOptions { Clips = 12 }).Write(folder.File("raw.zip"));
        Assert.Equal(0, CliProcess.Run("data", "prepare", "ntu60", "--in", folder.File("raw.zip"), "--out", folder.File("ntu")).ExitCode);

        var done = CliProcess.Run("data", "convert", folder.File("ntu"), "--to", "nw-ucla", "--out", folder.File("mapped"), "--json");

        Assert.True(done.ExitCode == 0, done.Error);
        var (before, after) = (DatasetReader.OpenWhole(folder.File("ntu")), DatasetReader.OpenWhole(folder.File("mapped")));
        Assert.Equal(("ntu60", "nw-ucla", before.Clips.Count), (after.Name, after.Layout.Name, after.Clips.Count));
        Assert.Equal(before.Clips.Select(clip => clip.Name), after.Clips.Select(clip => clip.Name));
        Assert.Equal(before.Protocols.Select(protocol => protocol.Name), after.Protocols.Select(protocol => protocol.Name));
        foreach (var (option, value, why) in ((string, string, string)[])
            [("--split-by", "random", "leave --split-by away: 'kinema data split --into' divides it"), ("--layout", "ntu", "leave --layout away")])
        {
            var refused = CliProcess.Run("data", "convert", folder.File("ntu"), "--to", "nw-ucla", option, value, "--out", folder.File("two"));
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains(why, Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        }
        var itself = CliProcess.Run("data", "convert", folder.File("ntu"), "--to", "nw-ucla", "--out", folder.File("ntu"), "--overwrite");
        Assert.Equal(2, itself.ExitCode);
        Assert.Contains("is the set that is read", Assert.Single(itself.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_its_clips_does_not_hide_a_set_and_clips_at_any_depth_do()
    {
        Sets.WithACopy(folder.File("set/clips.safetensors"));
        Assert.Equal(0, CliProcess.Run("data", "inspect", folder.File("set"), "--list", folder.File("set/clips.csv")).ExitCode);
        var mapped = CliProcess.Run("data", "convert", folder.File("set"), "--to", "h36m-17", "--out", folder.File("mapped"));
        Assert.True(mapped.ExitCode == 0, mapped.Error);
        Assert.Equal(4, DatasetReader.OpenWhole(folder.File("mapped")).Clips.Count);

        Directory.CreateDirectory(folder.File("set/deep"));
        File.WriteAllText(folder.File("set/deep/a.csv"), "frame,joint,x,y,z\n0,upper,1,2,3\n0,lower,1,2,3\n");
        File.WriteAllText(folder.File("bones.yaml"), "{name: rod, center: upper, joints: [upper, lower], bones: [[lower, upper]]}");
        string[] line = ["data", "convert", folder.File("set"), "--layout", folder.File("bones.yaml")];

        var refused = CliProcess.Run([.. line, "--out", folder.File("rods")]);
        Assert.Equal(4, refused.ExitCode);
        Assert.EndsWith(
            $"(the packed set beside these files is given as {folder.File("set/clips.safetensors")})", Assert.Single(refused.ErrorLines),
            StringComparison.Ordinal);

        var elsewhere = CliProcess.Run([.. line, "--unlabelled", "--out", folder.File("rods")]);
        Assert.True(elsewhere.ExitCode == 0, elsewhere.Error);
        Assert.Contains($"not the set; that one is given as {folder.File("set/clips.safetensors")}", elsewhere.Error, StringComparison.Ordinal);

        var again = CliProcess.Run([.. line, "--unlabelled", "--out", folder.File("set"), "--overwrite"]);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.DoesNotContain("packed set", again.Error, StringComparison.Ordinal);
        Assert.Equal("deep/a", Assert.Single(DatasetReader.OpenWhole(folder.File("set")).Clips).Name);
    }

    [Fact]
    public void Clips_that_were_moved_are_not_taken_for_samples_of_the_set_they_were_made_into_and_samples_are_named()
    {
        Sets.WithACopy(folder.File("set/clips.safetensors"));
        var clip = DatasetReader.OpenWhole(folder.File("set")).Clips[0];
        ClipJsonWriter.Write(clip, Layouts.NwUcla, folder.File("set/clips/train-0.json"));
        string[] line = ["data", "convert", folder.File("set"), "--out", folder.File("other")];
        var aside = $"the clips in {folder.File("set/clips")} are left aside as samples of it; to convert those, give {folder.File("set/clips")}";

        var refused = CliProcess.Run([.. line, "--unlabelled"]);
        Assert.Equal(2, refused.ExitCode);
        Assert.EndsWith($"leave --unlabelled away ({aside})", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        var mapped = CliProcess.Run([.. line, "--to", "h36m-17"]);
        Assert.True(mapped.ExitCode == 0, mapped.Error);
        Assert.Contains($"{folder.File("set")}: the packed set is converted; {aside}", mapped.Error, StringComparison.Ordinal);
        Assert.Equal(4, DatasetReader.OpenWhole(folder.File("other")).Clips.Count);

        Directory.Move(folder.File("set/clips"), folder.File("set/train"));
        var moved = CliProcess.Run([.. line, "--layout", "nw-ucla", "--to", "h36m-17", "--unlabelled", "--overwrite"]);
        Assert.True(moved.ExitCode == 0, moved.Error);
        Assert.Contains("the clips beside the packed set are converted, not the set", moved.Error, StringComparison.Ordinal);
        Assert.Equal("train/train-0", Assert.Single(DatasetReader.OpenPart(folder.File("other")).Clips).Name);
    }

    [Fact]
    public void One_array_may_be_said_to_have_no_label()
    {
        File.WriteAllBytes(folder.File("one.npy"), Npy(3, 4, 25, 1));

        Assert.Equal(0, CliProcess.Run("data", "convert", folder.File("one.npy"), "--unlabelled", "--out", folder.File("one")).ExitCode);
        Assert.Equal(-1, DatasetReader.OpenPart(folder.File("one")).Clips[0].Label);
    }

    [Fact]
    public void A_conversion_says_what_it_told_from_the_files_what_it_left_aside_and_that_nothing_tests()
    {
        File.WriteAllText(folder.File("a.csv"), "frame,joint,x,y,z\n0,upper,1,2,3\n0,lower,1,2,3\n");
        File.WriteAllText(folder.File("bones.yaml"), "{name: rod, center: upper, joints: [upper, lower], bones: [[lower, upper]]}");
        string[] line = ["data", "convert", folder.Path, "--layout", folder.File("bones.yaml"), "--name", "rods", "--out", folder.File("set")];
        File.WriteAllBytes(folder.File("b.npy"), Npy(3, 4, 25, 1));

        var unlabelled = CliProcess.Run([.. line, "--label-from", "(?<subject>a)"]);
        Assert.Equal(4, unlabelled.ExitCode);
        Assert.Contains("--unlabelled; the pattern of --label-from has no group 'label'", Assert.Single(unlabelled.ErrorLines), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("set")));

        var done = CliProcess.Run([.. line, "--unlabelled"]);
        Assert.True(done.ExitCode == 0, done.Error);
        Assert.Contains("rods: layout rod, 2 joints; no classes", done.Error, StringComparison.Ordinal);
        Assert.Contains("rods: left aside, since arrays and pickles are converted one by one: b.npy", done.Error, StringComparison.Ordinal);
        Assert.Contains("every clip trains and none tests: divide them with --split-by", done.Error, StringComparison.Ordinal);

        var seen = CliProcess.Run("data", "inspect", folder.File("set")).Output;
        Assert.Contains("no classes: the clips have no labels\n", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("without a clip", seen, StringComparison.Ordinal);
    }

    [Fact]
    public void The_reason_of_a_skipped_clip_is_said_once()
    {
        File.WriteAllText(folder.File("a.csv"), "frame,joint,x,y,z,subjct\n0,upper,1,2,3,4\n0,lower,1,2,3,4\n");
        File.WriteAllText(folder.File("b.csv"), "frame,joint,x,y,z,subjct\n0,upper,one,2,3,4\n");
        File.WriteAllText(folder.File("bones.yaml"), "{name: rod, center: upper, joints: [upper, lower], bones: [[lower, upper]]}");

        var done = CliProcess.Run("data", "convert", folder.Path, "--layout", folder.File("bones.yaml"), "--unlabelled", "--out", folder.File("set"));

        Assert.True(done.ExitCode == 0, done.Error);
        Assert.Single((done.Output + done.Error).Split('\n'), line => line.Contains("'one' is not a number", StringComparison.Ordinal));
        Assert.Contains("1 clip of ", done.Output, StringComparison.Ordinal);
        Assert.Single(
            done.ErrorLines, $"unknown-column: {folder.File("a.csv")}: a column is not understood and left aside: 'subjct' (did you mean 'subject'?)");
    }

    [Fact]
    public void An_option_that_a_foreign_file_would_not_heed_is_refused()
    {
        File.WriteAllBytes(folder.File("one.npy"), Npy(3, 4, 25, 1));
        Assert.Equal(0, CliProcess.Run("data", "convert", folder.File("one.npy"), "--out", folder.File("one")).ExitCode);

        foreach (var (option, value, why) in ((string, string, string)[])
            [("--split-by", "random", "is one clip, which gets no label and is not divided; leave --split-by away"), ("--min-score", "0.5", "--min-score is not applied to files made by others")])
        {
            var refused = CliProcess.Run("data", "convert", folder.File("one.npy"), option, value, "--out", folder.File("two"));
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains(why, Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_foreign_file_is_scaled_and_mapped_to_other_joints()
    {
        File.WriteAllBytes(folder.File("one.npy"), Npy(3, 4, 25, 1));

        var done = CliProcess.Run("data", "convert", folder.File("one.npy"), "--scale", "2", "--to", "nw-ucla", "--out", folder.File("two"));

        Assert.True(done.ExitCode == 0, done.Error);
        var set = DatasetReader.OpenPart(folder.File("two"));
        Assert.Equal(("nw-ucla", 20), (set.Layout.Name, set.Clips[0].Joints));
        Assert.All(set.Clips[0].Coordinates.ToArray(), value => Assert.Equal(2, Math.Abs(value)));
        Assert.StartsWith("none 1, scale 2, from ntu ", set.Preparation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one.npy", "--max-persons", "0", "the number of persons is 1 to 64")]
    [InlineData("one.npy", "--max-persons", "65", "the number of persons is 1 to 64")]
    [InlineData("one.npy", "--scale", "0", "the scale is a positive number")]
    [InlineData("a.csv", "--max-persons", "0", "the number of persons is 1 to 64")]
    [InlineData("a.csv", "--seed", "3", "--seed says how to divide; say by what with --split-by")]
    public void A_value_that_cannot_be_is_a_usage_error_of_one_line(string file, string option, string value, string why)
    {
        File.WriteAllBytes(folder.File("one.npy"), Npy(3, 4, 25, 1));
        File.WriteAllText(folder.File("a.csv"), "frame,joint,x,y,z\n0,elbow,1,2,3\n");

        var refused = CliProcess.Run("data", "convert", folder.File(file), option, value, "--out", folder.File("two"));

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(why, Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
    }

    // A .npy of version 1, float32, all ones.
    private static byte[] Npy(params int[] shape)
    {
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Join(", ", shape)}), }}".PadRight(117) + "\n";
        return
        [
            0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header),
            .. Enumerable.Repeat(1f, shape.Aggregate(1, (product, extent) => product * extent)).SelectMany(BitConverter.GetBytes),
        ];
    }
}
