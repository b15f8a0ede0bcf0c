using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Storage;

namespace Kinema.Tests.Recipes;

public sealed class RecipeLoaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_empty_file_gives_the_defaults_under_the_name_of_the_file()
    {
        var file = folder.Write("mine.yaml", "# nothing yet\n");

        var recipe = RecipeLoader.LoadFile(file);

        Assert.Equal("mine", recipe.Name);
        Assert.Equal(["name: unnamed -> mine"], RecipeDiff.Between(new(), recipe).Select(change => change.ToString()));
    }

    [Fact]
    public void A_chain_of_extends_starts_from_each_file_and_the_nearest_file_wins()
    {
        folder.Write("base/a.yaml", "name: a\npaper: A\ntraining: {epochs: 3, batch-size: 8, schedule: {steps: [1, 2]}}\n");
        folder.Write("base/b.yaml", "extends: a.yaml\ntraining: {epochs: 4}\ncsre: {enabled: true}\n");
        var file = folder.Write("top/c.yaml", "extends: ../base/b.yaml\ntraining: {schedule: {steps: [9]}}\n");

        var recipe = RecipeLoader.LoadFile(file);

        Assert.Equal(("c", "A", 4, 8, true),
            (recipe.Name, recipe.Paper, recipe.Training.Epochs, recipe.Training.BatchSize, recipe.Csre.Enabled));
        Assert.Equal([9], recipe.Training.Schedule.Steps);      // a list replaces a list
    }

    [Fact]
    public void A_circle_of_extends_is_refused_by_name()
    {
        folder.Write("a.yaml", "extends: b.yaml\n");
        folder.Write("b.yaml", "extends: a.yaml\n");

        var error = Refused(folder.File("a.yaml"));

        Assert.Contains("a.yaml -> b.yaml -> a.yaml", error);
    }

    [Fact]
    public void Layers_win_in_the_documented_order()
    {
        var (first, second) = (folder.Write("1.yaml", "training: {epochs: 4, batch-size: 4, seed: 4, keep-every: 4}"),
            folder.Write("2.yaml", "training: {epochs: 5, batch-size: 5}"));
        var request = new RecipeRequest
        {
            Files = [first, second],
            Overrides = [RecipeOverride.Parse("training.epochs=6"), new("training.epochs", "7", "--epochs")],
            Environment = new Dictionary<string, string>
            {
                ["KINEMA_TRAINING__SEED"] = "3", ["KINEMA_TRAINING__TEST_BATCH_SIZE"] = "3", ["KINEMA_THREADS"] = "2", ["HOME"] = "/",
            },
            CheckpointConfig = "name: old\ntraining: {test-batch-size: 2, momentum: 0.2}\n",
        };

        var resolved = RecipeLoader.Load(request);
        var training = resolved.Recipe.Training;

        Assert.Equal((7, 5, 4, 4, 3, 0.2),
            (training.Epochs, training.BatchSize, training.Seed, training.KeepEvery, training.TestBatchSize, training.Momentum));
        Assert.Equal("--epochs", resolved.OriginOf("training.epochs").ToString());
        Assert.Equal($"{second}:1:35", resolved.OriginOf("training.batch-size").ToString());
        Assert.Equal("KINEMA_TRAINING__TEST_BATCH_SIZE", resolved.OriginOf("training.test-batch-size").ToString());
        Assert.Equal("the checkpoint's configuration:2:42", resolved.OriginOf("training.momentum").ToString());
        Assert.Equal("default", resolved.OriginOf("training.nesterov").ToString());
        Assert.Equal("1", resolved.Recipe.Name);
        Assert.Contains("epochs: 7  # --epochs", resolved.ToYamlWithOrigins());
    }

    [Fact]
    public void The_recipe_keeps_the_checkpoint_s_name_when_no_file_is_given() =>
        Assert.Equal("old", RecipeLoader.Load(new() { CheckpointConfig = "name: old" }).Recipe.Name);

    [Fact]
    public void Overrides_are_read_as_yaml_scalars_lists_and_sections()
    {
        var recipe = RecipeLoader.Load(new()
        {
            Overrides =
            [
                RecipeOverride.Parse("training.schedule.steps=[10, 14]"), RecipeOverride.Parse("training.learning-rate=5e-2"),
                RecipeOverride.Parse("csre={enabled: true, weighting: paper}"), RecipeOverride.Parse("csre.temporal-weight=0"),
                RecipeOverride.Parse("paper=a=b"),
            ],
        }).Recipe;

        Assert.Equal([10, 14], recipe.Training.Schedule.Steps);
        Assert.Equal((0.05, true, 1.0, 0.0, "a=b"),
            (recipe.Training.LearningRate, recipe.Csre.Enabled, recipe.Csre.SpatialFactor, recipe.Csre.TemporalFactor, recipe.Paper));
    }

    [Fact]
    public void What_the_command_line_changed_is_written_down()
    {
        var file = folder.Write("a.yaml", "training: {epochs: 4}");
        var resolved = RecipeLoader.Load(new() { Files = [file],
            Overrides = [RecipeOverride.Parse("training.epochs=6"), new("training.seed", "3", "--seed")] });

        var lines = resolved.OverridesToYaml().Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];

        Assert.Equal(["training.epochs: 6  # --set", "training.seed: 3  # --seed"], lines);
    }

    [Theory, InlineData("no-equals"), InlineData("=5"), InlineData("")]
    public void An_override_without_key_or_value_is_wrong_usage(string text) =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<KinemaException>(() => RecipeOverride.Parse(text)).ExitCode);

    [Fact]
    public void Paths_in_a_file_start_from_it_and_paths_on_the_command_line_from_the_current_folder()
    {
        var file = folder.Write("sets/a.yaml", "data: {path: ../clips, layout: mine.yaml}");

        var fromFile = RecipeLoader.LoadFile(file).Data;
        var fromLine = RecipeLoader.Load(new() { Files = [file], Folder = folder.File("here"),
            Overrides = [RecipeOverride.Parse("data.path=clips"), RecipeOverride.Parse("data.layout=ntu")] }).Recipe.Data;

        Assert.Equal((folder.File("clips"), Path.Combine(folder.Path, "sets", "mine.yaml")), (fromFile.Path, fromFile.Layout));
        Assert.Equal((Path.Combine(folder.Path, "here", "clips"), "ntu"), (fromLine.Path, fromLine.Layout));
    }

    [Fact]
    public void All_faults_are_told_together_each_with_its_place()
    {
        var file = folder.Write("a.yaml", """
            training:
              lerning-rate: 0.1
              epochs: many
              momentum: 1.5
            csre: yes
            """);

        var error = Refused(file, "data.fps=3");

        Assert.Equal(
            [
                "5 faults in the configuration:",
                $"  {file}:2:3: unknown key training.lerning-rate; did you mean training.learning-rate?",
                $"  {file}:3:11: training.epochs must be a whole number from 1 to 100000 (epochs); got many",
                $"  {file}:4:13: training.momentum must be a number from 0 to below 1; got 1.5",
                $"  {file}:5:7: csre must be a section with {string.Join(", ", RecipeKeys.NamesIn("csre")!)}; got yes",
                "  --set: unknown key data.fps; known here: path, layout, frames, repeat, split, labels, pipeline, persons, absent-person, origin, mirror, variant, stream",
            ],
            error.Split('\n'));
    }

    [Theory]
    [InlineData("epochs: 3", "unknown key epochs; did you mean training.epochs?")]
    [InlineData("trainig: {epochs: 3}", "unknown key trainig; did you mean training?")]
    [InlineData("trainig: {epochs: 3, bogus: 4}", "unknown key trainig; did you mean training?")]
    [InlineData("training: {weight_decay: 0}", "unknown key training.weight_decay; did you mean training.weight-decay?")]
    [InlineData("zzzzzz: 3", "unknown key zzzzzz; known here: name, paper, data, model, csre, training, targets")]
    [InlineData("data: {path: {a: 1}}", "data.path must be a path, or null; got a section")]
    [InlineData("model: {channels: 12}", "model.channels must be a whole number from 16 to 1024, a multiple of 16 (channels), or null; got 12")]
    [InlineData("model: {name: ctrgcn}", "model.name must be ENCODERS; got ctrgcn; did you mean ctr-gcn?")]
    [InlineData("csre: {temperature: 0}", "csre.temperature must be a number above 0 to 100; got 0")]
    [InlineData("csre: {temperature: .nan}", "got .nan")]
    [InlineData("csre: {temperature: 1e999}", "got 1e999")]
    [InlineData("csre: {enabled: maybe}", "csre.enabled must be true or false; got maybe")]
    [InlineData("training: {epochs: '3'}", "got the text \"3\"")]
    [InlineData("training: {epochs: 3.5}", "got 3.5")]
    [InlineData("training: {epochs: 99999999999999}", "got 99999999999999")]
    [InlineData("training: {epochs: ~}", "got nothing (null)")]
    [InlineData("training: {seed: -1}", "got -1")]
    [InlineData("training: {schedule: {steps: [5, 5]}}", "training.schedule.steps must be a rising list")]
    [InlineData("training: {schedule: {steps: 5}}", "training.schedule.steps must be a rising list")]
    [InlineData("training: {schedule: {steps: [[5]]}}", "got a list")]
    [InlineData("name: ../../etc", "name must be a name")]
    [InlineData("name: /x/y", "name must be a name")]
    [InlineData("extends: [a, b]", "extends must be the path of one recipe file; got [a, b]")]
    [InlineData("extends: gone.yaml", "gone.yaml: no such recipe file")]
    [InlineData("- 1\n- 2", "a recipe must be a section")]
    [InlineData("just words", "a recipe must be a section")]
    [InlineData("? [a]\n: 3", "a key must be a name; got [a]")]
    [InlineData("a: 1\n---\nb: 2", "holds 2 YAML documents; keep one")]
    [InlineData("training: {epochs: 3", "not valid YAML")]
    [InlineData("training: {epochs: 3}\ntraining: {seed: 3}", "not valid YAML")]
    [InlineData("training: {epochs: *x}", "not valid YAML")]
    [InlineData("training:\n\tepochs: 3", "not valid YAML")]
    public void A_wrong_file_is_refused_with_its_name_and_reason(string text, string expected)
    {
        var file = folder.Write("a.yaml", text);

        var error = Refused(file);

        var encoders = string.Join(" or ", EncoderRegistry.All.Select(model => model.Name));
        Assert.Contains(expected.Replace("ENCODERS", encoders, StringComparison.Ordinal), error);
        Assert.Contains(folder.Path, error);
        Assert.DoesNotContain('\n', error);
    }

    [Theory]
    [InlineData("training.batch-size=16", "training.accumulate=3", "training.accumulate must divide training.batch-size 16; got 3")]
    [InlineData("training.momentum=0", "training.nesterov=true", "training.nesterov needs training.momentum above 0")]
    [InlineData("model.hops=2", "model.name=hcn", "model.hops is read by the encoder infogcn only, and model.name is hcn; got 2")]
    [InlineData("model.map-per-person=true", "model.name=agcn", "model.map-per-person is read by the encoder hcn only, and model.name is agcn")]
    [InlineData("model.own-topology=true", "model.name=hcn", "model.own-topology is read by the encoder blockgcn only, and model.name is hcn")]
    [InlineData("csre={enabled: true, spatial-weight: 0}", "csre.temporal-weight=0", "both weights are 0")]
    public void Keys_that_contradict_each_other_are_refused(string first, string second, string expected)
    {
        var request = new RecipeRequest { Overrides = [RecipeOverride.Parse(first), RecipeOverride.Parse(second)] };

        var error = Assert.Throws<KinemaException>(() => RecipeLoader.Load(request));

        Assert.Equal(ExitCode.Configuration, error.ExitCode);
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void A_duplicate_key_is_refused_with_its_line()
    {
        var file = folder.Write("a.yaml", "training:\n  epochs: 3\n  epochs: 4\n");

        Assert.Contains($"{file}:3:3: not valid YAML", Refused(file));
    }

    [Fact]
    public void Text_nested_a_million_deep_is_refused_not_followed() =>
        Assert.Contains("nested deeper", Refused(folder.Write("a.yaml", new string('[', 1_000_000))));

    [Fact]
    public void A_mapping_that_holds_itself_ends() =>
        Assert.Contains("unknown key data.data", Refused(folder.Write("a.yaml", "data: &x {data: *x}")));

    [Fact]
    public void A_file_too_large_for_a_recipe_is_refused_unread() =>
        Assert.Contains("larger than 1 MiB", Refused(folder.Write("a.yaml", new string('#', (1 << 20) + 1))));

    [Fact]
    public void A_missing_recipe_names_the_one_beside_it()
    {
        folder.Write("ctr-gcn.yaml", "");

        Assert.EndsWith("ctr-gnc.yaml: no such recipe file; did you mean ctr-gcn.yaml?", Refused(folder.File("ctr-gnc.yaml")));
    }

    [Fact]
    public void A_folder_is_no_recipe() => Assert.Contains("is a folder", Refused(folder.Path));

    [Fact]
    public void A_wrong_environment_variable_is_refused_by_its_name()
    {
        var request = new RecipeRequest { Environment = new Dictionary<string, string> { ["KINEMA_TRAINING__EPOCH"] = "3" } };

        var error = Assert.Throws<KinemaException>(() => RecipeLoader.Load(request));

        Assert.Equal("KINEMA_TRAINING__EPOCH: unknown key training.epoch; did you mean training.epochs?", error.Message);
    }

    private string Refused(string file, params string[] overrides)
    {
        var error = Assert.Throws<KinemaException>(() => RecipeLoader.Load(new() { Files = [file],
            Overrides = [.. overrides.Select(RecipeOverride.Parse)] }));
        Assert.Equal(ExitCode.Configuration, error.ExitCode);
        return error.Message;
    }

    [Fact]
    public void Another_pipelines_clips_are_not_moved_a_second_time()
    {
        var error = Assert.Throws<KinemaException>(() => RecipeLoader.Load(new() { Overrides = [new("data.origin", "first-frame")] }));
        Assert.Equal(ExitCode.Configuration, error.ExitCode);
        Assert.Contains("data.origin is first-frame, which is for data.pipeline ntu; nw-ucla centres clips", error.Message, StringComparison.Ordinal);
        Assert.Equal("first-frame", RecipeLoader.Load(new() { Overrides = [new("data.origin", "first-frame"), new("data.pipeline", "ntu")] }).Recipe.Data.Origin);
    }

    [Theory]
    [InlineData("actclr", "2", "is copy, which data.pipeline actclr does not do")]
    [InlineData("nw-ucla", "1", "is copy, which data.pipeline nw-ucla does not do")]
    [InlineData("ntu", "1", "is copy, but data.persons is 1")]
    public void A_stand_in_for_the_second_person_wants_samples_of_ntu_and_a_second_place(string pipeline, string persons, string complaint)
    {
        var error = Assert.Throws<KinemaException>(() => RecipeLoader.Load(new()
        {
            Overrides = [new("data.pipeline", pipeline), new("data.persons", persons), new("data.absent-person", "copy")],
        }));
        Assert.Equal(ExitCode.Configuration, error.ExitCode);
        Assert.Contains($"data.absent-person {complaint}", error.Message, StringComparison.Ordinal);
    }
}
