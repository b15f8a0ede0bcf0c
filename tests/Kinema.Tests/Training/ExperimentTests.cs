using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Skeletons.Datasets;
using Kinema.Storage;
using Kinema.Tests.Encoders;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Tests.Training;

public sealed class ExperimentTests : TensorTest
{
    [Fact]
    public void Without_CSRE_there_is_no_bank_and_no_decomposition_and_the_network_is_the_same()
    {
        using var plain = Experiment.Create(Tiny.Recipe(), Tiny.Data);
        using var with = Experiment.Create(Tiny.Recipe(csre: true), Tiny.Data);
        Assert.Null(plain.Csre);
        Assert.Null(plain.CsreCounts);
        Assert.NotNull(with.Csre);
        Assert.Equal(with.Network.Numbers(), plain.Network.Numbers()); // names, shapes and first weights
        Assert.Equal(with.Network.ParameterCount(), plain.Network.ParameterCount());

        using var folder = new TemporaryFolder();
        Tiny.Run(folder.File("plain"), plain, stopAfter: 1);
        Assert.DoesNotContain(
            Tiny.Content(folder.File("plain/checkpoints/last.kpt")).Keys, name => name.Contains("csre.", StringComparison.Ordinal)
                || name.Contains("std.", StringComparison.Ordinal));
    }

    [Fact]
    public void At_test_time_scores_are_the_same_bits_with_and_without_the_plug_in()
    {
        using var folder = new TemporaryFolder();
        using var with = Experiment.Create(Tiny.Recipe(csre: true), Tiny.Data);
        using var plain = Experiment.Create(Tiny.Recipe(), Tiny.Data);
        Assert.Equal(Scores(plain.Model), Scores(with.Model)); // untrained

        Tiny.Run(folder.File("run"), with);
        var attached = Scores(with.Model);
        with.Model.Save(folder.File("weights.safetensors"));
        using var detached = TrainedModel.Load(folder.File("weights.safetensors"));
        Assert.Equal(attached, Scores(detached));
        using var checkpoint = TrainedModel.Load(folder.File("run/checkpoints/last.kpt"));
        Assert.Equal(attached, Scores(checkpoint));

        // The plug-in does have a say while training.
        Tiny.Run(folder.File("plain"), plain);
        Assert.NotEqual(attached, Scores(plain.Model));
    }

    [Fact]
    public void Scores_do_not_depend_on_the_batch_and_leave_the_network_as_it_was()
    {
        using var experiment = Experiment.Create(Tiny.Recipe(), Tiny.Data);
        experiment.Network.Train();
        var before = experiment.Network.Numbers();
        var scores = Evaluator.Score(experiment.Model, experiment.TestClips, "test", 5);
        Assert.True(experiment.Network.Training);
        Assert.Equal(before, experiment.Network.Numbers());
        Assert.Equal(experiment.TestClips.Select(clip => clip.Name), scores.Clips);
        var one = Evaluator.Score(experiment.Model, experiment.TestClips, "test", 1);
        for (var i = 0; i < scores.Count; i++)
            for (var k = 0; k < 3; k++) Assert.Equal(1, scores.Row(i)[k] / one.Row(i)[k], 1e-4f);
    }

    [Fact]
    public void A_reduction_beyond_the_channels_of_the_map_is_refused()
    {
        var recipe = Tiny.Recipe(csre: true);
        var error = Assert.Throws<KinemaException>(() => Experiment.Create(recipe with { Csre = recipe.Csre with { Reduction = 128 } }, Tiny.Data));
        Assert.Equal(ExitCode.Configuration, error.ExitCode);
        Assert.Equal("csre.reduction must not exceed the 64 channels of the feature map of ctr-gcn; got 128", error.Message);
    }

    [Fact]
    public void Keys_of_one_encoder_reach_it()
    {
        using var near = Model(new ModelSettings { Name = "infogcn", Channels = 16, Hops = 1 });
        using var far = Model(new ModelSettings { Name = "infogcn", Channels = 16 });
        Assert.Equal((-19f, 0f), (Taken(near), Taken(far)));

        using var clip = Model(new ModelSettings { Name = "hcn", Channels = 16 });
        using var person = Model(new ModelSettings { Name = "hcn", Channels = 16, MapPerPerson = true });
        Assert.Equal((false, true), (((Hcn)clip.Network.Encoder).MapPerPerson, ((Hcn)person.Network.Encoder).MapPerPerson));

        using var theirs = Model(new ModelSettings { Name = "blockgcn", Channels = 16 });
        using var own = Model(new ModelSettings { Name = "blockgcn", Channels = 16, OwnTopology = true });
        Assert.Equal((false, true), (((BlockGcn)theirs.Network.Encoder).OwnTopology, ((BlockGcn)own.Network.Encoder).OwnTopology));

        static TrainedModel Model(ModelSettings settings) => TrainedModel.Create(
            Tiny.Recipe(data: data => data with { Frames = 16 }) with { Model = settings }, Tiny.Data.Layout, Tiny.Data.Classes);

        static float Taken(TrainedModel model) => model.Network.Encoder.Graph!.Adjacency.Cast<float>().Where(value => value < 0).Sum();
    }

    // Tensors of a network are in no scope: whoever fails halfway frees them, or they wait for the finaliser.
    [Fact]
    public void A_recipe_whose_clips_cannot_be_made_leaves_no_tensor_behind()
    {
        var recipe = Tiny.Recipe(data: data => data with { Pipeline = "actclr" });
        var clips = Tiny.Clips(seed: 3, layout: "sbu-15");
        var before = TensorScope.LiveTensors;
        foreach (var attempt in (Func<object>[])[() => TrainedModel.Create(recipe, clips.Layout, clips.Classes), () => Experiment.Create(recipe, clips)])
        {
            Assert.Contains("layout sbu-15 has no joint 'hip-center'", Assert.Throws<KinemaException>(attempt).Message, StringComparison.Ordinal);
            Assert.Equal(before, TensorScope.LiveTensors);
        }
    }

    [Fact]
    public void A_model_frees_the_source_of_dropout_that_is_its_own_and_leaves_the_caller_s()
    {
        using var given = new Generator(0);
        using (var model = TrainedModel.Create(Tiny.Recipe(), Tiny.Data.Layout, Tiny.Data.Classes, given)) Assert.Null(model.OwnDropout);
        Assert.NotEmpty(given.Save());

        Generator own;
        using (var model = TrainedModel.Create(Tiny.Recipe(), Tiny.Data.Layout, Tiny.Data.Classes)) own = model.OwnDropout!;
        Assert.Throws<ObjectDisposedException>(own.Save);
    }

    [Fact]
    public void A_weight_file_holds_all_that_is_needed_and_not_where_the_clips_lay()
    {
        using var folder = new TemporaryFolder();
        var recipe = Tiny.Recipe(data: data => data with { Path = "/somewhere/secret.zip", Stream = "bone" });
        using var experiment = Experiment.Create(recipe, Tiny.Data);
        experiment.Model.Save(folder.File("w.safetensors"), new Dictionary<string, string> { ["top1"] = "0.5" });
        using var model = TrainedModel.Load(folder.File("w.safetensors"));
        Assert.Equal(Tiny.Data.Classes, model.Classes);
        Assert.Equal(Tiny.Data.Layout.Yaml, model.Layout.Yaml);
        Assert.Equal("bone", model.Recipe.Data.Stream);
        Assert.Equal((8, 16), (model.Pipeline.Frames, model.Recipe.Model.Channels));
        Assert.False(model.Network.Training);
        Assert.Equal(experiment.Network.Numbers(), model.Network.Numbers());
        Assert.DoesNotContain("secret", System.Text.Encoding.UTF8.GetString(File.ReadAllBytes(folder.File("w.safetensors"))), StringComparison.Ordinal);
        using var file = SafeTensorsFile.Open(folder.File("w.safetensors"));
        Assert.Equal("0.5", file.Metadata["top1"]);
        Assert.Contains("l1.gcn1.PA", file.Names); // the authors' names, without a prefix
    }

    [Fact]
    public void A_file_that_is_no_model_or_lacks_a_part_is_refused_in_one_line()
    {
        using var folder = new TemporaryFolder();
        SafeTensors.Write(folder.File("other.safetensors"), [StoredTensor.From("x", [1], [1f])]);
        Assert.Contains("other.safetensors: is no weight file or checkpoint", Refusal("other.safetensors"), StringComparison.Ordinal);

        using (var experiment = Experiment.Create(Tiny.Recipe(), Tiny.Data)) experiment.Model.Save(folder.File("w.safetensors"));
        foreach (var (key, value, part) in new[] { ("classes", null, "'classes'"), ("classes", "no json", "classes"), ("classes", "[\"a\", \"b\"]", "fc.weight"), ("layout", null, "'layout'") })
        {
            using (var file = SafeTensorsFile.Open(folder.File("w.safetensors")))
            {
                var metadata = file.Metadata.Where(entry => entry.Key != key).ToDictionary();
                if (value is not null) metadata[key] = value;
                SafeTensors.Write(folder.File("bad.safetensors"), file.Names.Select(file.Read), metadata);
            }

            Assert.Contains(part, Refusal("bad.safetensors"), StringComparison.Ordinal);
        }

        string Refusal(string name)
        {
            var error = Assert.Throws<KinemaException>(() => TrainedModel.Load(folder.File(name)));
            Assert.Equal(ExitCode.Checkpoint, error.ExitCode);
            Assert.DoesNotContain('\n', error.Message);
            Assert.Contains(folder.File(name), error.Message, StringComparison.Ordinal);
            return error.Message;
        }
    }

    [Fact]
    public void Recipes_that_do_not_go_with_the_clips_are_refused_by_name()
    {
        var large = Refused(Tiny.Recipe(training: training => training with { BatchSize = 32 }));
        Assert.Contains("training.batch-size is 32, but an epoch has only 24 instances (12 clips × data.repeat 2)", large.Message, StringComparison.Ordinal);
        var width = Refused(Tiny.Recipe() with { Model = new ModelSettings { Channels = 24 } });
        Assert.Contains("multiple of 16; got 24", width.Message, StringComparison.Ordinal);
        var unknown = Refused(Tiny.Recipe() with { Model = new ModelSettings { Name = "ctr-gnc" } });
        Assert.Contains("did you mean 'ctr-gcn'?", unknown.Message, StringComparison.Ordinal);

        // 9,000 samples of 3·4096·20 numbers are more than an int counts.
        var memory = Refused(Tiny.Recipe(training: training => training with { BatchSize = 9000 }, data: data => data with { Frames = 4096, Repeat = 1000 }));
        Assert.Contains("9000 clips of 245760 numbers", memory.Message, StringComparison.Ordinal);
        Assert.Contains("lower training.batch-size or data.frames", memory.Message, StringComparison.Ordinal);

        static KinemaException Refused(Recipe recipe)
        {
            var error = Assert.Throws<KinemaException>(() => Experiment.Create(recipe, Tiny.Data));
            Assert.Equal(ExitCode.Configuration, error.ExitCode);
            return error;
        }
    }

    [Fact]
    public void A_set_without_a_test_split_is_refused()
    {
        var data = new ClipDataset
        {
            Name = "half", Layout = Tiny.Data.Layout, Classes = Tiny.Data.Classes, Clips = Tiny.Data.Clips,
            Splits = new Dictionary<string, IReadOnlyList<int>> { ["train"] = Tiny.Data.Split("train") },
        };
        var error = Assert.Throws<KinemaException>(() => Experiment.Create(Tiny.Recipe(), data));
        Assert.Contains("half: no split 'test'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_are_scaled_to_the_smallest_class_unless_the_recipe_forbids()
    {
        var recipe = Tiny.Recipe(csre: true);
        using var scaled = Experiment.Create(recipe, Tiny.Data);
        Assert.Equal(new CsreCounts(4, 8, 8), scaled.CsreCounts); // 8 rows of each of 3 classes
        using var asked = Experiment.Create(recipe with { Csre = recipe.Csre with { ScaleCounts = false } }, Tiny.Data);
        Assert.Equal(new CsreCounts(128, 512, 512), asked.CsreCounts);
        Assert.Equal(Enumerable.Range(0, 24).Select(i => (long)scaled.TrainingClips[i % 12].Label), scaled.Csre!.SpatialBank.Labels.Value.ToArray<long>());
    }

    private static float[] Scores(TrainedModel model) =>
    [
        .. Enumerable.Range(0, 12).SelectMany(
            i => Evaluator.Score(model, [.. Tiny.Data.Split("test").Select(index => Tiny.Data.Clips[index])], "test").Row(i).ToArray()),
    ];
}
