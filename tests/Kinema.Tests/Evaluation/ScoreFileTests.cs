using Kinema.Evaluation;
using Kinema.Storage;

namespace Kinema.Tests.Evaluation;

public sealed class ScoreFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kinema-scores-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_saved_table_comes_back_bit_for_bit_with_its_names()
    {
        var scores = new ScoreTable(["a01 \"é\"", "b,\n"], [1, -1], [0.1f, -3e-20f, float.MaxValue, 4], ["walk", "<sit>"], "xsub",
            "bone-motion");
        var path = Path.Combine(folder, "scores.safetensors");

        ScoreFile.Save(scores, path);
        var back = ScoreFile.Load(path);

        Assert.Equal(scores.Logits.ToArray(), back.Logits.ToArray());
        Assert.Equal(scores.Clips, back.Clips);
        Assert.Equal(scores.Labels, back.Labels);
        Assert.Equal(scores.Classes, back.Classes);
        Assert.Equal(("xsub", "bone-motion"), (back.Split, back.Stream));
    }

    [Theory, InlineData("xview"), InlineData(null)]
    public void The_protocol_is_kept_where_it_is_known_and_fused_tables_have_it_too(string? protocol)
    {
        var scores = new ScoreTable(["a"], [1], [1, 2], ["walk", "sit"], "test", "joint", protocol);
        var path = Path.Combine(folder, "scores.safetensors");

        ScoreFile.Save(scores, path);

        using (var file = SafeTensorsFile.Open(path)) { Assert.Equal(protocol is not null, file.Metadata.ContainsKey("protocol")); }
        Assert.Equal(protocol, ScoreFile.Load(path).Protocol);
        Assert.Equal(protocol, Ensemble.Fuse([scores, ScoreFile.Load(path)], [1, 1]).Protocol);
    }

    [Fact]
    public void Another_safetensors_file_is_refused_by_its_path()
    {
        var path = Path.Combine(folder, "weights.safetensors");
        SafeTensors.Write(path, [StoredTensor.From("fc.weight", [2], [1f, 2f])], null);

        var error = Assert.Throws<KinemaException>(() => ScoreFile.Load(path));

        Assert.Equal(ExitCode.Data, error.ExitCode);
        Assert.Contains(path, error.Message);
        Assert.Contains("not a score table", error.Message);
    }

    [Fact]
    public void A_table_whose_names_do_not_fit_its_logits_is_refused()
    {
        var path = Path.Combine(folder, "short.safetensors");
        SafeTensors.Write(path,
            [StoredTensor.From("logits", [2, 2], [1f, 2f, 3f, 4f]), StoredTensor.From("labels", [2], [0L, 1L])],
            new Dictionary<string, string>
            {
                ["schema"] = "kinema.scores", ["version"] = "1", ["classes"] = "[\"a\",\"b\"]", ["clips"] = "[\"only one\"]",
            });

        Assert.Contains("names 1 clips and 2 classes but its logits are (2, 2)", Assert.Throws<KinemaException>(() => ScoreFile.Load(path))
            .Message);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var path = Path.Combine(folder, "nowhere.safetensors");

        Assert.Contains(path, Assert.Throws<KinemaException>(() => ScoreFile.Load(path)).Message);
    }
}
