using System.Text.Json;
using Kinema.Recipes;
using Kinema.Runs;
using Kinema.Storage;
using Kinema.Tests.Runs;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Tests.Training;

public sealed class TrainerTests : TensorTest
{
    private readonly TemporaryFolder temporary = new();

    public override void Dispose()
    {
        temporary.Dispose();
        base.Dispose();
    }

    [Theory]
    [InlineData("ctr-gcn", false, OptimizerKind.Sgd)]
    [InlineData("ctr-gcn", true, OptimizerKind.Sgd)]
    [InlineData("ctr-gcn", true, OptimizerKind.AdamW)]
    [InlineData("infogcn", false, OptimizerKind.Adam)]
    [InlineData("blockgcn", true, OptimizerKind.AdamW)]
    [InlineData("st-gcn", false, OptimizerKind.Adam)]
    [InlineData("hcn", true, OptimizerKind.Adam)] // drops whole channels
    public void A_run_repeats_byte_for_byte_and_so_does_one_that_was_stopped_and_resumed(string model, bool csre, OptimizerKind optimizer)
    {
        var recipe = Tiny.Recipe(csre, training => training with { Optimizer = optimizer, LearningRate = optimizer == OptimizerKind.Sgd ? 0.05 : 0.002 });
        recipe = recipe with { Model = recipe.Model with { Name = model, Dropout = 0.2 }, Data = recipe.Data with { Frames = model == "hcn" ? 16 : 8 } };
        var whole = Tiny.Run(temporary.File("whole"), recipe);
        Tiny.Run(temporary.File("again"), recipe);
        AssertEqualRuns("whole", "again");
        Assert.True(whole.Finished);
        Assert.Equal(2, whole.Epochs);

        // In the middle of the first epoch, at its last step (the epoch is finished then), and in the middle of the second.
        foreach (var stopAfter in (int[])[2, 6, 9])
        {
            var name = $"stopped after {stopAfter}";
            Assert.False(Tiny.Run(temporary.File(name), recipe, stopAfter).Finished);
            var resumed = Tiny.Run(temporary.File(name), recipe, resume: true);
            AssertEqualRuns("whole", name);
            Assert.Equal((whole.BestEpoch, whole.Last!.All.Top1), (resumed.BestEpoch, resumed.Last!.All.Top1));
        }

        Assert.Equal(csre, Tiny.Content(temporary.File("whole/checkpoints/last.kpt")).ContainsKey("csre.bank.spatial.features"));
    }

    [Fact]
    public void A_checkpoint_in_mid_epoch_may_be_resumed_and_stopped_again_at_every_step()
    {
        var recipe = Tiny.Recipe(csre: true);
        Tiny.Run(temporary.File("whole"), recipe);
        Assert.False(Tiny.Run(temporary.File("steps"), recipe, stopAfter: 1).Finished);
        var resumes = 1;
        while (!Tiny.Run(temporary.File("steps"), recipe, stopAfter: 1, resume: true).Finished) resumes++;
        Assert.InRange(resumes, 10, 12);
        AssertEqualRuns("whole", "steps");
    }

    [Fact]
    public void A_killed_run_goes_on_as_if_nothing_had_happened()
    {
        var recipe = Tiny.Recipe(csre: true, training => training with { KeepEvery = 1, Epochs = 3 });
        Tiny.Run(temporary.File("whole"), recipe);

        // What a kill in epoch 3 leaves, at worst: a row written but its checkpoint not, a torn row, a temporary file, a better best.kpt.
        var (whole, killed) = (Tiny.Folder(temporary.File("whole")), Tiny.Folder(temporary.File("killed")));
        File.Copy(whole.EpochCheckpoint(1), killed.LastCheckpoint);
        File.Copy(whole.BestCheckpoint, killed.BestCheckpoint);
        File.Copy(whole.Scores, killed.Scores);
        var rows = File.ReadAllLines(whole.Metrics);
        File.WriteAllText(killed.Metrics, $"{rows[0]}\n{rows[1]}\n{rows[2][..20]}");
        File.WriteAllText(killed.Timing, File.ReadAllText(whole.Timing)[..30]);
        File.WriteAllText(killed.LastCheckpoint + ".123.tmp", "half a checkpoint");

        var outcome = Tiny.Run(killed.Path, recipe, resume: true);
        AssertEqualRuns("whole", "killed");
        Assert.True(outcome.Finished);
        Assert.Equal(Tiny.Content(whole.EpochCheckpoint(2)), Tiny.Content(killed.EpochCheckpoint(2)));
    }

    [Fact]
    public void Another_seed_is_another_run()
    {
        Tiny.Run(temporary.File("one"), Tiny.Recipe());
        Tiny.Run(temporary.File("two"), Tiny.Recipe(training: training => training with { Seed = 2 }));
        Assert.NotEqual(File.ReadAllText(temporary.File("one/metrics.jsonl")), File.ReadAllText(temporary.File("two/metrics.jsonl")));
    }

    [Fact]
    public void The_metrics_name_what_the_epoch_was()
    {
        Tiny.Run(temporary.File("run"), Tiny.Recipe(csre: true));
        var rows = EpochLog.Read(temporary.File("run/metrics.jsonl"));
        Assert.Equal([1, 2], rows.Select(row => row.Epoch));
        foreach (var row in rows)
        {
            Assert.Equal(
                row[MetricNames.TrainLoss]!.Value,
                row[MetricNames.TrainCrossEntropy]!.Value + ((row[MetricNames.TrainSpatial]!.Value + row[MetricNames.TrainTemporal]!.Value) / 2), 1e-5);
            Assert.InRange(row[MetricNames.TestTop1]!.Value, 0, 1);
        }

        Assert.Equal(0.05, rows[0][MetricNames.LearningRate]!.Value, 1e-12);
        Assert.Equal(0.005, rows[1][MetricNames.LearningRate]!.Value, 1e-12);
        Assert.True(rows[1][MetricNames.TrainAnchors] > 0.9); // the bank is full after one epoch
        Assert.True(rows[0][MetricNames.TrainAnchors] < rows[1][MetricNames.TrainAnchors]);

        Tiny.Run(temporary.File("plain"), Tiny.Recipe());
        Assert.Null(EpochLog.Read(temporary.File("plain/metrics.jsonl"))[0][MetricNames.TrainSpatial]);
    }

    [Fact]
    public void A_rate_beyond_reason_ends_as_diverged_and_names_the_clips_and_leaves_the_last_checkpoint()
    {
        var good = Tiny.Recipe();
        Tiny.Run(temporary.File("run"), good with { Training = good.Training with { Epochs = 1 } });
        var before = File.ReadAllBytes(temporary.File("run/checkpoints/last.kpt"));

        var wild = good with { Training = good.Training with { LearningRate = 1e30 } };
        var error = Assert.Throws<KinemaException>(() => Tiny.Run(temporary.File("run"), wild, resume: true));
        Assert.Equal(ExitCode.Diverged, error.ExitCode);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Matches(@"^epoch 2, step \d: the loss is not finite on the clips a\d\d_s\d\d_e\d\d_v01, ", error.Message);
        Assert.Contains(temporary.File("run/checkpoints/last.kpt"), error.Message, StringComparison.Ordinal);
        Assert.Contains("training.learning-rate", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(temporary.File("run/checkpoints/last.kpt")));
        Assert.Single(EpochLog.Read(temporary.File("run/metrics.jsonl")));
    }

    [Fact]
    public void Weights_that_break_in_the_last_step_of_an_epoch_never_reach_a_checkpoint()
    {
        // One step per epoch: its loss is finite, its weights are not, and only the evaluation can tell.
        var recipe = Tiny.Recipe(
            training: training => training with { BatchSize = 24, LearningRate = 1e30, Schedule = new ScheduleSettings { WarmupEpochs = 0 } });
        var error = Assert.Throws<KinemaException>(() => Tiny.Run(temporary.File("run"), recipe));
        Assert.Equal(ExitCode.Diverged, error.ExitCode);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Matches(@"^epoch 1, after its last step: clip a\d\d_s\d\d_e\d\d_v02: .*not finite", error.Message);
        Assert.False(File.Exists(temporary.File("run/checkpoints/last.kpt")));
        Assert.False(File.Exists(temporary.File("run/checkpoints/best.kpt")));
        Assert.Empty(EpochLog.Read(temporary.File("run/metrics.jsonl")));
    }

    [Fact]
    public void Weights_that_break_before_a_stop_in_mid_epoch_never_reach_a_checkpoint()
    {
        var recipe = Tiny.Recipe(training: training => training with { LearningRate = 1e40, Schedule = new ScheduleSettings { WarmupEpochs = 0 } });
        var clock = new ManualTime(); // a second a step: the time is up after the first, whose loss was finite
        var error = Assert.Throws<KinemaException>(() => Tiny.Run(temporary.File("run"), recipe, time: clock, limit: TimeSpan.FromSeconds(1)));
        Assert.Equal(ExitCode.Diverged, error.ExitCode);
        Assert.StartsWith("epoch 1, step 1: a weight is not finite; there is no checkpoint yet", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(temporary.File("run/checkpoints/last.kpt")));
    }

    [Theory]
    [InlineData("ctr-gcn", false)]
    [InlineData("ctr-gcn", true)]
    [InlineData("agcn", false)]
    [InlineData("blockgcn", false)]
    [InlineData("infogcn", false)]
    [InlineData("st-gcn", true)]
    [InlineData("st-gcn-pp", false)]
    public void A_run_has_the_same_bits_on_any_number_of_threads(string model, bool csre) => AssertSameBitsOnAnyNumberOfThreads(() =>
    {
        var recipe = Tiny.Recipe(csre, training => training with { LearningRate = model == "infogcn" ? 0.005 : training.LearningRate });
        using var experiment = Experiment.Create(recipe with { Model = new ModelSettings { Name = model, Channels = 16 } }, Tiny.Data);
        Tiny.Run(temporary.File($"run-{TorchRuntime.Threads}-{model}-{csre}"), experiment);
        return [.. experiment.Network.State().SelectMany(entry => entry.Value.Value.ToArray<float>())];
    });

    [Theory, InlineData(false), InlineData(true)]
    public void A_loss_that_is_not_finite_steps_no_weight_and_keeps_the_batch(bool csre)
    {
        using var experiment = Experiment.Create(Tiny.Recipe(csre), Tiny.Data);
        Init.Constant(experiment.Network.NamedParameters().Single(entry => entry.Name == "fc.bias").Parameter, double.NaN);
        var before = experiment.Network.NamedParameters().ToDictionary(entry => entry.Name, entry => entry.Parameter.Value.ToArray<float>());
        var error = Assert.Throws<KinemaException>(() => Tiny.Run(temporary.File("run"), experiment));
        Assert.Equal(ExitCode.Diverged, error.ExitCode);
        var clips = BatchLoader.Order(24, seed: 1, epoch: 0).Take(4).Select(instance => experiment.TrainingClips[instance % 12]).ToList();
        Assert.StartsWith(
            $"epoch 1, step 1: the loss is not finite on the clips {string.Join(", ", clips.Select(clip => clip.Name))};", error.Message,
            StringComparison.Ordinal);
        Assert.Contains("there is no checkpoint yet", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.All(experiment.Network.NamedParameters(), entry => Assert.Equal(before[entry.Name], entry.Parameter.Value.ToArray<float>()));
        Assert.All(experiment.Network.NamedParameters(), entry => Assert.Null(entry.Parameter.Value.Grad));

        using var file = SafeTensorsFile.Open(temporary.File("run/diverged.safetensors"));
        Assert.Equal([4, 3, 8, 20, 1], file.Read("clips").Shape);
        Assert.Equal(clips.Select(clip => clip.Name), file.Metadata["names"].Split('\n'));
        Assert.Equal(clips.Select(clip => (long)clip.Label), file.Read("labels").ToInt64s());
        Assert.False(File.Exists(temporary.File("run/checkpoints/last.kpt")));
    }

    [Fact]
    public void A_time_limit_ends_the_run_with_a_checkpoint_to_go_on_from()
    {
        Tiny.Run(temporary.File("whole"), Tiny.Recipe());
        var clock = new ManualTime(); // a second a step
        var outcome = Tiny.Run(temporary.File("limited"), Tiny.Recipe(), time: clock, limit: TimeSpan.FromSeconds(8));
        Assert.False(outcome.Finished);
        Assert.Equal(1, outcome.Epochs);
        Assert.Equal("2", Tiny.Content(temporary.File("limited/checkpoints/last.kpt"))["step"]);
        Assert.True(Tiny.Run(temporary.File("limited"), Tiny.Recipe(), resume: true).Finished);
        AssertEqualRuns("whole", "limited");
    }

    [Fact]
    public void Other_clips_and_other_networks_are_refused_on_resume()
    {
        Tiny.Run(temporary.File("run"), Tiny.Recipe(), stopAfter: 1);
        var other = Assert.Throws<KinemaException>(() => Tiny.Run(temporary.File("run"), Tiny.Recipe(), resume: true, data: Tiny.Clips(seed: 4)));
        Assert.Equal(ExitCode.Checkpoint, other.ExitCode);
        Assert.Contains($"checksum {Tiny.Data.Checksum[..12]}, here {Tiny.Clips(seed: 4).Checksum[..12]}", other.Message, StringComparison.Ordinal);

        var wide = Tiny.Recipe() with { Model = new ModelSettings { Channels = 32 } };
        var shape = Assert.Throws<KinemaException>(() => Tiny.Run(temporary.File("run"), wide, resume: true));
        Assert.Equal(ExitCode.Checkpoint, shape.ExitCode);
        Assert.Contains("was trained with model.channels 16, now it is 32", shape.Message, StringComparison.Ordinal);

        // What the network sees; the same clips.
        foreach (var (key, change) in new (string, Func<DataSettings, DataSettings>)[]
        {
            ("data.pipeline", data => data with { Pipeline = "2s-agcn" }), ("data.persons", data => data with { Persons = 2 }),
            ("data.split", data => data with { Split = "another" }), ("data.absent-person", data => data with { AbsentPerson = "first" }),
        })
        {
            var changed = Tiny.Recipe();
            changed = changed with { Data = change(changed.Data) };
            Assert.Contains($"was trained with {key} ", Refused(changed), StringComparison.Ordinal);
        }

        string Refused(Recipe recipe)
        {
            var error = Assert.Throws<KinemaException>(() => Tiny.Run(temporary.File("run"), recipe, resume: true));
            Assert.Equal(ExitCode.Checkpoint, error.ExitCode);
            return error.Message;
        }

        var with = Assert.Throws<KinemaException>(() => Tiny.Run(temporary.File("run"), Tiny.Recipe(csre: true), resume: true));
        Assert.Equal(ExitCode.Checkpoint, with.ExitCode);

        var adam = Assert.Throws<KinemaException>(() => Tiny.Run(temporary.File("run"), Tiny.Recipe(training: training => training with { Optimizer = OptimizerKind.AdamW }), resume: true));
        Assert.Equal(ExitCode.Checkpoint, adam.ExitCode);
        Assert.Contains("was trained with training.optimizer sgd, now it is adamw", adam.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_checkpoint_with_CSRE_is_not_resumed_without()
    {
        Tiny.Run(temporary.File("run"), Tiny.Recipe(csre: true), stopAfter: 1);
        var error = Assert.Throws<KinemaException>(() => Tiny.Run(temporary.File("run"), Tiny.Recipe(), resume: true));
        Assert.Equal(ExitCode.Checkpoint, error.ExitCode);
        Assert.Contains("csre.enabled=true", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_weight_file_or_half_a_checkpoint_is_no_checkpoint()
    {
        Tiny.Run(temporary.File("run"), Tiny.Recipe(), stopAfter: 1);
        var path = temporary.File("run/checkpoints/last.kpt");
        var whole = File.ReadAllBytes(path);
        using (var model = TrainedModel.Load(path)) model.Save(path);
        Assert.Contains("is no checkpoint of a run", Refusal(), StringComparison.Ordinal);
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        Assert.Contains("last.kpt", Refusal(), StringComparison.Ordinal);
        File.Delete(path);
        Assert.Contains("last.kpt", Refusal(), StringComparison.Ordinal);

        string Refusal()
        {
            var error = Assert.Throws<KinemaException>(() => Tiny.Run(temporary.File("run"), Tiny.Recipe(), resume: true));
            Assert.Equal(ExitCode.Checkpoint, error.ExitCode);
            return error.Message;
        }
    }

    [Fact]
    public void A_run_that_is_done_says_so_again_without_training()
    {
        var first = Tiny.Run(temporary.File("run"), Tiny.Recipe());
        var metrics = File.ReadAllText(temporary.File("run/metrics.jsonl"));
        var second = Tiny.Run(temporary.File("run"), Tiny.Recipe(), resume: true);
        Assert.True(second.Finished);
        Assert.Equal(metrics, File.ReadAllText(temporary.File("run/metrics.jsonl")));
        Assert.Equal(JsonSerializer.Serialize(first.Last), JsonSerializer.Serialize(second.Last));
        Assert.Equal(JsonSerializer.Serialize(first.Best), JsonSerializer.Serialize(second.Best));
    }

    [Fact]
    public void A_run_stopped_in_mid_epoch_reports_its_last_whole_epoch_or_none()
    {
        var stopped = Tiny.Run(temporary.File("run"), Tiny.Recipe(), stopAfter: 7);
        Assert.Equal((false, 1), (stopped.Finished, stopped.Epochs));
        Assert.Equal(EpochLog.Read(temporary.File("run/metrics.jsonl"))[0][MetricNames.TestTop1], stopped.Last!.All.Top1);
        var again = Tiny.Run(temporary.File("run"), Tiny.Recipe(), stopAfter: 1, resume: true);
        Assert.Equal((false, 1, 1), (again.Finished, again.Epochs, again.BestEpoch));
        Assert.NotNull(again.Best);
        Assert.Null(again.Last); // the weights are those of no epoch
    }

    private void AssertEqualRuns(string expected, string actual)
    {
        Assert.Equal(File.ReadAllText(temporary.File($"{expected}/metrics.jsonl")), File.ReadAllText(temporary.File($"{actual}/metrics.jsonl")));
        Assert.Equal(File.ReadAllText(temporary.File($"{expected}/metrics.csv")), File.ReadAllText(temporary.File($"{actual}/metrics.csv")));
        foreach (var file in (string[])["checkpoints/last.kpt", "checkpoints/best.kpt"])
            Assert.Equal(Tiny.Content(temporary.File($"{expected}/{file}")), Tiny.Content(temporary.File($"{actual}/{file}")));
        Assert.Equal(File.ReadAllBytes(temporary.File($"{expected}/scores.safetensors")), File.ReadAllBytes(temporary.File($"{actual}/scores.safetensors")));
    }
}
