using System.Globalization;
using System.Text.Json;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Cli.Tests;

[Collection("Trained")]
public class PredictTests(TrainedRun run)
{
    [Fact]
    public void Several_clips_are_named_one_a_line_and_standard_input_answers_alike()
    {
        var files = Predict("", run.File("first.json"), run.File("second.json"), "--top", "2");
        Assert.True(files.ExitCode == 0, files.Error);
        var answers = files.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["first", "second"], answers.Select(answer => answer.GetProperty("clip").GetString()));
        Assert.All(answers, answer => Assert.Equal(2, answer.GetProperty("top").GetArrayLength()));

        var piped = Predict(File.ReadAllText(run.File("first.json")), "-", "--top", "2");
        Assert.Equal(answers[0].GetProperty("top").ToString(), piped.Document.GetProperty("top").ToString());
    }

    [Fact]
    public void Below_the_least_score_the_answer_is_none_of_these()
    {
        // A classifier of zeros finds each of the four classes equally likely.
        using (var file = SafeTensorsFile.Open(Path.Combine(run.Run, "checkpoints/best.kpt")))
        {
            SafeTensors.Write(run.File("even.kpt"), file.Names.Select(file.Read).Select(tensor => tensor.Name is not ("model.fc.weight" or "model.fc.bias")
                ? tensor : StoredTensor.From(tensor.Name, [.. tensor.Shape], new float[tensor.ElementCount])), file.Metadata);
        }

        string[] line = ["predict", run.File("first.json"), "--weights", run.File("even.kpt"), "--threads", "1", "--min-score"];
        var below = CliProcess.Run([.. line, "0.26"]);
        Assert.True(below.ExitCode == 0, below.Error);
        Assert.StartsWith("first: none of these (", below.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("none of these", CliProcess.Run([.. line, "0.24"]).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"skeletons": [[[1, 2, 3]]]}""", "standard input: frame 0 has 1 joints; the layout nw-ucla has 20")]
    [InlineData("\n", "standard input: is empty")]
    [InlineData("x,y\n1,2\n", "standard input: not valid JSON at line 1, byte 1: it is damaged or cut off; one clip in JSON is read here, other forms are given as files")]
    public void A_clip_that_does_not_fit_is_refused_with_4(string input, string why)
    {
        var refused = Predict(input, "-");

        Assert.Equal(4, refused.ExitCode);
        Assert.StartsWith(why, Assert.Single(refused.ErrorLines).Replace("kinema: ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_and_a_packed_set_are_named_clip_by_clip_and_a_damaged_one_does_not_hide_the_others()
    {
        var clip = ClipJson.Read(run.File("first.json"), Layouts.NwUcla);
        Directory.CreateDirectory(run.File("tables"));
        var joints = clip.Coordinates.ToArray();
        var rows = Enumerable.Range(0, clip.Frames).Select(t => string.Join(',', joints.Skip(t * 60).Take(60).Select(x => x.ToString("R", CultureInfo.InvariantCulture))));
        File.WriteAllLines(run.File("tables/a.csv"), rows.Prepend(string.Join(',', Layouts.NwUcla.Joints.SelectMany(joint => "xyz".Select(axis => $"{joint}.{axis}")))));
        File.WriteAllText(run.File("tables/b.csv"), File.ReadAllText(run.File("tables/a.csv")) + "1,2,3\n");

        var answer = Predict("", run.File("tables"), run.File("first.json"));

        Assert.Equal(4, answer.ExitCode);
        Assert.Equal(2, answer.ErrorLines.Length);
        Assert.StartsWith("tables: its clips are prepared as 'convert 3, missing interpolate', those of the training were as 'made-up 1': ", answer.ErrorLines[0], StringComparison.Ordinal);
        Assert.StartsWith($"kinema: {run.File("tables/b.csv")}: line {clip.Frames + 2}: ", answer.ErrorLines[1], StringComparison.Ordinal);
        var named = answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["a", "first"], named.Select(one => one.GetProperty("clip").GetString()));
        Assert.Equal(named[1].GetProperty("top").ToString(), named[0].GetProperty("top").ToString());

        var set = DatasetReader.OpenPart(run.Data);
        var whole = Predict("", run.Data);
        Assert.Equal((0, ""), (whole.ExitCode, whole.Error));
        var clips = whole.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("clip").GetString());
        Assert.Equal(set.Clips.Select(one => one.Name), clips);
    }

    [Fact]
    public void A_packed_set_that_was_changed_is_answered_and_that_is_said_once()
    {
        var bytes = File.ReadAllBytes(run.Data);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(run.File("changed.safetensors"), bytes);

        var answer = Predict("", run.File("changed.safetensors"));

        Assert.Equal(0, answer.ExitCode);
        Assert.StartsWith(
            $"{run.File("changed.safetensors")}: its content has changed since it was written", Assert.Single(answer.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(48, answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        foreach (var line in (string[][])[
            ["train", run.Recipe, "--data", run.File("changed.safetensors"), "--dry-run"], ["eval", run.Run, "--data", run.File("changed.safetensors")],
            ["data", "split", run.File("changed.safetensors"), "--by", "subject", "--out", run.File("lists"), "--into", run.File("anew.safetensors")]])
        {
            var refused = CliProcess.Run(line);
            Assert.Equal(4, refused.ExitCode);
            Assert.Contains("its content has changed since it was written", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        }
        Assert.False(File.Exists(run.File("anew.safetensors")));
    }

    [Fact]
    public void Clips_without_labels_are_named_and_not_evaluated()
    {
        var set = DatasetReader.OpenPart(run.Data);
        PackedDataset.Write(
            new ClipDataset
            {
                Name = "new", Layout = set.Layout, Classes = [], Clips = [new SkeletonClip("a", 3, 20, 1, set.Clips[0].Coordinates.ToArray()[..180])],
                Splits = new Dictionary<string, IReadOnlyList<int>> { ["train"] = [], ["test"] = [0] },
            },
            run.File("new/clips.safetensors"));

        Assert.Equal("a", Predict("", run.File("new")).Document.GetProperty("clip").GetString());
        var refused = CliProcess.Run("eval", run.Run, "--data", run.File("new"));
        Assert.Equal(4, refused.ExitCode);
        Assert.Equal($"kinema: {run.File("new")}: its clips have no labels to compare answers with; 'kinema predict' names clips", refused.ErrorLines[^1]);
    }

    [Fact]
    public void A_frame_by_itself_is_named_and_said_to_be_one_frame()
    {
        var joints = ClipJson.Read(run.File("first.json"), Layouts.NwUcla).Coordinates[..60].ToArray();
        Directory.CreateDirectory(run.File("frames"));
        var path = run.File("frames/wave_0001_keypoints.json");
        File.WriteAllText(path, $$"""{"people": [{"keypoints": [{{string.Join(',', joints.Select(x => x.ToString("R", CultureInfo.InvariantCulture)))}}]}]}""");

        var answer = Predict("", path);

        Assert.True(answer.ExitCode == 0, answer.Error);
        Assert.Equal((1, "wave"), (answer.Document.GetProperty("frames").GetInt32(), answer.Document.GetProperty("clip").GetString()));
        Assert.Equal($"{path}: is one frame of clip wave, and taken for the whole clip; give the folder of its frames to have all of them", answer.ErrorLines[^1]);
    }

    private CliResult Predict(string input, params string[] options) =>
        CliProcess.Run(["predict", "--weights", run.Run, "--threads", "1", "--json", .. options], environment: null, folder: null, input);
}
