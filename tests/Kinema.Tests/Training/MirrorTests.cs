using Kinema.Recipes;
using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;
using Kinema.Storage;
using Kinema.Training;

namespace Kinema.Tests.Training;

/// <summary><c>data.mirror</c>: clips with left and right swapped.</summary>
public sealed class MirrorTests : TensorTest
{
    [Theory, InlineData("ctr-gcn", false), InlineData("ctr-gcn", true), InlineData("blockgcn", false)]
    public void A_run_with_mirrored_clips_that_was_stopped_goes_on_to_the_same_bytes(string model, bool csre)
    {
        using var folder = new TemporaryFolder();
        var recipe = Recipe(0.5, csre);
        recipe = recipe with { Model = recipe.Model with { Name = model } };

        Tiny.Run(folder.File("whole"), recipe);
        foreach (var stopAfter in (int[])[2, 9])
        {
            var name = $"stopped after {stopAfter}";
            Tiny.Run(folder.File(name), recipe, stopAfter);
            Assert.True(Tiny.Run(folder.File(name), recipe, resume: true).Finished);
            Assert.Equal(Tiny.Content(folder.File("whole/checkpoints/last.kpt")), Tiny.Content(folder.File($"{name}/checkpoints/last.kpt")));
        }

        Tiny.Run(folder.File("plain"), recipe with { Data = recipe.Data with { Mirror = 0 } });
        Assert.NotEqual(File.ReadAllText(folder.File("plain/metrics.jsonl")), File.ReadAllText(folder.File("whole/metrics.jsonl")));
    }

    [Fact]
    public void A_mirror_of_0_gives_the_samples_of_a_recipe_that_does_not_name_it()
    {
        var unnamed = Samples(RecipeLoader.Parse("data: {frames: 8}\nmodel: {channels: 16}", "recipe.yaml"));

        Assert.Equal(Samples(new NwUclaPipeline(Tiny.Data.Layout, SkeletonStream.Joint, frames: 8)), unnamed);
        Assert.Equal(unnamed, Samples(RecipeLoader.Parse("data: {frames: 8, mirror: 0}\nmodel: {channels: 16}", "recipe.yaml")));
        Assert.NotEqual(unnamed, Samples(RecipeLoader.Parse("data: {frames: 8, mirror: 1}\nmodel: {channels: 16}", "recipe.yaml")));
    }

    [Fact]
    public void A_begun_epoch_goes_on_with_the_mirror_it_began_with_and_the_next_may_have_another()
    {
        using var folder = new TemporaryFolder();
        Tiny.Run(folder.File("run"), Recipe(0.5), stopAfter: 2);
        var error = Assert.Throws<KinemaException>(() => Tiny.Run(folder.File("run"), Recipe(0), resume: true));
        Assert.Equal(ExitCode.Checkpoint, error.ExitCode);
        Assert.Contains("was trained with data.mirror 0.5, now it is 0; resume with --set data.mirror=0.5", error.Message, StringComparison.Ordinal);

        var first = Recipe(0.5);
        Tiny.Run(folder.File("next"), first with { Training = first.Training with { Epochs = 1 } });
        Assert.Equal(2, Tiny.Run(folder.File("next"), Recipe(0), resume: true).Epochs);
    }

    [Theory, InlineData("ntu"), InlineData("nw-ucla")]
    public void A_layout_that_does_not_know_left_from_right_is_refused_with_what_to_do(string pipeline)
    {
        var recipe = Recipe(0.5);
        recipe = recipe with { Data = recipe.Data with { Pipeline = pipeline } };
        var error = Assert.Throws<KinemaException>(() => TrainedModel.Create(recipe, Layouts.Get("hand-21"), ["open", "closed"]));

        Assert.Equal(ExitCode.Configuration, error.ExitCode);
        Assert.StartsWith("layout hand-21 does not say which joints are left and right", error.Message, StringComparison.Ordinal);
        Assert.Contains("set data.mirror to 0", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        TrainedModel.Create(recipe with { Data = recipe.Data with { Mirror = 0 } }, Layouts.Get("hand-21"), ["open", "closed"]).Dispose();
    }

    [Fact]
    public void A_weight_file_from_before_there_was_the_key_loads_and_mirrors_nothing()
    {
        using var folder = new TemporaryFolder();
        using (var model = TrainedModel.Create(Recipe(0), Tiny.Data.Layout, Tiny.Data.Classes))
        {
            using var random = new Torch.Generator(1);
            model.Network.Initialise(random);
            model.Save(folder.File("new.safetensors"));
        }

        using (var file = SafeTensorsFile.Open(folder.File("new.safetensors")))
        {
            const string line = "  mirror: 0\n";
            Assert.Contains(line, file.Metadata["recipe"], StringComparison.Ordinal);
            var metadata = file.Metadata.ToDictionary();
            metadata["recipe"] = metadata["recipe"].Replace(line, "", StringComparison.Ordinal);
            SafeTensors.Write(folder.File("old.safetensors"), file.Names.Select(file.Read), metadata);
        }

        using var old = TrainedModel.Load(folder.File("old.safetensors"));
        Assert.Equal(0, old.Recipe.Data.Mirror);
        Assert.IsType<NwUclaPipeline>(old.Pipeline);
    }

    [Theory, InlineData("-0.1"), InlineData("1.5"), InlineData("often")]
    public void What_is_no_probability_is_refused(string value)
    {
        var error = Assert.Throws<KinemaException>(() => RecipeLoader.Parse($"data: {{mirror: {value}}}", "recipe.yaml"));
        Assert.Equal(ExitCode.Configuration, error.ExitCode);
        Assert.Contains($"data.mirror must be a number from 0 to 1; got {value}", error.Message, StringComparison.Ordinal);
    }

    private static Recipe Recipe(double mirror, bool csre = false) => Tiny.Recipe(csre, data: data => data with { Mirror = mirror });

    private static float[] Samples(Recipe recipe)
    {
        using var model = TrainedModel.Create(recipe, Tiny.Data.Layout, Tiny.Data.Classes);
        return Samples(model.Pipeline);
    }

    private static float[] Samples(ClipPipeline pipeline)
    {
        using var loader = BatchLoader.Training([.. Tiny.Data.Split("train").Select(index => Tiny.Data.Clips[index])], 2, pipeline, 4, seed: 1, epoch: 0);
        return [.. loader.Batches().SelectMany(batch => batch.Clips[..(batch.Count * batch.SampleLength)])];
    }
}
