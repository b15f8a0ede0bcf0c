using Kinema.Recipes;
using Kinema.Runs;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Storage;
using Kinema.Tests.Encoders;
using Kinema.Training;

namespace Kinema.Tests.Training;

/// <summary>Clips of one and of two persons, as NTU RGB+D has them, through the pipeline of NTU.</summary>
public sealed class TwoPersonTests : TensorTest
{
    private static readonly ClipDataset Set = Paired(Tiny.Clips(seed: 5, layout: "ntu"));

    /// <summary>Every encoder as it is, and those with a map of each person with that one too.</summary>
    public static TheoryData<string, bool> Encoders()
    {
        var cases = new TheoryData<string, bool>();
        foreach (var model in TestedEncoders.All)
        {
            cases.Add(model.Name, false);
            if (model.Keys.Contains("model.map-per-person")) cases.Add(model.Name, true);
        }

        return cases;
    }

    // Six steps of four: of the 24 bank rows an anchor wants four of its class and eight of others, which it finds from the third step on.
    [Theory, MemberData(nameof(Encoders))]
    public void Every_encoder_trains_on_them_and_the_plug_in_has_a_say_in_its_weights(string model, bool mapPerPerson)
    {
        using var folder = new TemporaryFolder();
        var recipe = Recipe(model);
        recipe = recipe with { Model = recipe.Model with { MapPerPerson = mapPerPerson }, Training = recipe.Training with { Epochs = 1 } };
        var with = Trained("with", recipe);
        var without = Trained("without", recipe with { Csre = recipe.Csre with { Enabled = false } });

        Assert.InRange(EpochLog.Read(folder.File("with/metrics.jsonl"))[0][MetricNames.TrainAnchors]!.Value, 0.2, 1);
        Assert.NotEqual(without, with);

        // The encoder's parameters; those of the classifier are moved by the plug-in only through them.
        float[] Trained(string name, Recipe changed)
        {
            using var experiment = Experiment.Create(changed, Set, TestedEncoders.Get(model));
            Assert.True(Tiny.Run(folder.File(name), experiment).Finished);
            return [.. experiment.Network.Encoder.NamedParameters().SelectMany(entry => entry.Parameter.Value.ToArray<float>())];
        }
    }

    [Theory, InlineData("2s-agcn", "shift-gcn"), InlineData("actclr", "st-gcn"), InlineData("actclr", "blockgcn")]
    public void They_train_through_the_pipelines_that_draw_nothing(string pipeline, string model)
    {
        using var folder = new TemporaryFolder();
        var recipe = Recipe(model);
        recipe = recipe with { Data = recipe.Data with { Pipeline = pipeline } };
        Assert.False(Tiny.Run(folder.File("run"), recipe, stopAfter: 2, data: Set).Finished);
        Assert.True(File.Exists(folder.File("run/checkpoints/last.kpt")));
    }

    [Fact]
    public void A_run_on_them_that_was_stopped_goes_on_to_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        var recipe = Recipe("ctr-gcn");

        Tiny.Run(folder.File("whole"), recipe, data: Set);
        Tiny.Run(folder.File("parts"), recipe, stopAfter: 4, data: Set);
        Assert.True(Tiny.Run(folder.File("parts"), recipe, resume: true, data: Set).Finished);

        Assert.Equal(Tiny.Content(folder.File("whole/checkpoints/last.kpt")), Tiny.Content(folder.File("parts/checkpoints/last.kpt")));
    }

    [Fact]
    public void The_scores_of_a_clip_of_one_change_when_the_person_stands_in_for_the_second()
    {
        using var zero = Experiment.Create(Recipe("ctr-gcn"), Set);
        using var copy = Experiment.Create(Recipe("ctr-gcn", "copy"), Set);
        var (zeros, copies) = (Evaluator.Score(zero.Model, zero.TestClips, "test", 4), Evaluator.Score(copy.Model, copy.TestClips, "test", 4));

        for (var i = 0; i < zero.TestClips.Count; i++)
        {
            if (zero.TestClips[i].Persons == 2)
                Assert.Equal(zeros.Row(i).ToArray(), copies.Row(i).ToArray());
            else
                Assert.NotEqual(zeros.Row(i).ToArray(), copies.Row(i).ToArray());
        }
    }

    [Fact]
    public void The_pipeline_of_one_person_refuses_a_clip_of_two_and_says_what_to_set()
    {
        var recipe = Tiny.Recipe(data: data => data with { Frames = 16 });
        var error = Assert.Throws<KinemaException>(() => Experiment.Create(recipe, Set));
        Assert.Equal(ExitCode.Data, error.ExitCode);
        Assert.Contains("shows 2 persons; data.pipeline nw-ucla takes clips of one: set it to ntu, and data.persons to 2", error.Message, StringComparison.Ordinal);
    }

    private static Recipe Recipe(string model, string absent = "zero")
    {
        var recipe = Tiny.Recipe(
            csre: true,
            training => training with { Optimizer = OptimizerKind.AdamW, LearningRate = 0.002 },
            data => data with { Pipeline = "ntu", Persons = 2, AbsentPerson = absent, Frames = 16 });
        return recipe with { Model = recipe.Model with { Name = model, Channels = TestedEncoders.LeastWidth(model) } };
    }

    // Every second clip gets a companion: itself, a step aside and mirrored.
    private static ClipDataset Paired(ClipDataset set) => new()
    {
        Name = set.Name, Layout = set.Layout, Classes = set.Classes, Splits = set.Splits,
        Clips = [.. set.Clips.Select((clip, i) => i % 2 == 0 ? clip : new SkeletonClip(
            clip.Name, clip.Frames, clip.Joints, 2, [.. clip.Coordinates, .. clip.Coordinates.ToArray().Select((value, at) => at % 3 == 0 ? 1 - value : value)])
        {
            Label = clip.Label, Subject = clip.Subject, Camera = clip.Camera,
        })],
    };
}
