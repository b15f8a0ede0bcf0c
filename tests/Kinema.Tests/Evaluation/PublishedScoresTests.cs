using System.IO.Compression;
using Kinema.Evaluation;
using Kinema.Storage.Pickles;

namespace Kinema.Tests.Evaluation;

/// <summary>
/// Real scores of FR-Head on NW-UCLA, four streams (464 test clips). Expected: the accuracies its repository states, and for the fused ones
/// those counted from the same files.
/// </summary>
public sealed class PublishedScoresTests : IDisposable
{
    private const string Archive = "data/test-scores.zip";
    private static readonly string[] Streams = ["joint", "bone", "joint-motion", "bone-motion"];
    private readonly string folder = Directory.CreateTempSubdirectory("kinema-published-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [SharedFact(Archive)]
    public void Four_streams_of_FR_Head_score_and_fuse_to_the_published_accuracies()
    {
        var tables = Tables();

        var rows = Ensemble.Subsets(tables, FusionRule.CtrGcn, Copies(tables[0]));

        Assert.Equal([9440, 9310, 9289, 8944], rows.Take(4).Select(row => (int)Math.Round(row.Result.All.Top1 * 10000)));
        Assert.Equal((449, 464), (rows[^1].Result.All.Correct, rows[^1].Result.All.Count));
        var sum = Ensemble.Subsets(tables, FusionRule.Sum)[^1].Result.All;
        Assert.Equal(446, sum.Correct);
    }

    [SharedFact(Archive)]
    public void The_95_copied_clips_are_all_right_in_the_joint_stream_and_the_others_score_lower()
    {
        var joint = Tables()[0];

        var evaluation = SplitEvaluation.Of(joint, Copies(joint));

        Assert.Equal(95, evaluation.Copies);
        Assert.Equal((438, 464), (evaluation.All.Correct, evaluation.All.Count));
        Assert.Equal((438 - 95, 369), (evaluation.WithoutCopies!.Correct, evaluation.WithoutCopies.Count));
    }

    [SharedFact(Archive)]
    public void Streams_stored_in_another_order_fuse_to_the_same_accuracy()
    {
        var tables = Tables();
        var bone = tables[1];
        int[] order = [.. Enumerable.Range(0, bone.Count).Reverse()];
        var reversed = new ScoreTable([.. order.Select(n => bone.Clips[n])], [.. order.Select(n => bone.Labels[n])],
            [.. order.SelectMany(n => bone.Row(n).ToArray())], bone.Classes, bone.Split, bone.Stream);

        var (fused, same) = (Ensemble.Fuse([tables[0], bone], [1, 1]), Ensemble.Fuse([tables[0], reversed], [1, 1]));
        Assert.Equal(fused.Logits.ToArray(), same.Logits.ToArray());
    }

    private ScoreTable[] Tables()
    {
        using var zip = ZipFile.OpenRead(Repository.Shared(Archive));
        using var list = new StreamReader(zip.GetEntry("fr-head-nw-ucla/val_list.txt")!.Open());
        var lines = list.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToArray();
        return [.. Streams.Select(stream =>
        {
            var path = Path.Combine(folder, stream + ".pkl");
            zip.GetEntry($"fr-head-nw-ucla/{stream}.pkl")!.ExtractToFile(path, overwrite: true);
            var scores = (PickleDictionary)PickleFile.Read(path);
            var logits = scores.Entries.SelectMany(entry => ((PickleTensor)entry.Value).Tensor.ToSingles()).ToArray();
            return new ScoreTable([.. lines.Select(line => line[0])], [.. lines.Select(line => int.Parse(line[2]) - 1)], logits,
                [.. Enumerable.Range(1, 10).Select(k => $"action {k}")], "test", stream);
        })];
    }

    /// <summary>In the official split every test clip of labels 2 and 3 equals a training clip, number for number, and no other
    /// does.</summary>
    private static HashSet<string> Copies(ScoreTable scores) =>
        [.. Enumerable.Range(0, scores.Count).Where(n => scores.Labels[n] is 1 or 2).Select(n => scores.Clips[n])];
}
