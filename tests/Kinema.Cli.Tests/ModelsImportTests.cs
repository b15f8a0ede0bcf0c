using System.Text.RegularExpressions;
using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Cli.Tests;

public sealed class ModelsImportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ModelsImportTests() => Sets.WithACopy(Data); // two classes of NW-UCLA's joints

    private string Data => folder.File("clips.safetensors");

    private string Weights => folder.File("w.safetensors");

    [Theory, InlineData(""), InlineData("module."), InlineData("module.model.")]
    public void Weights_are_taken_under_whatever_prefix_all_names_share(string prefix)
    {
        var saved = Save("theirs.safetensors", classes: 2, prefix);

        var import = Import("theirs.safetensors");

        Assert.True(import.ExitCode == 0, import.Error);
        using var file = SafeTensorsFile.Open(Weights);
        Assert.Equal(saved.Select(tensor => tensor.Name).Order(), file.Names.Order());
        Assert.Equal(saved.Single(tensor => tensor.Name == "fcn.bias").ToSingles(), file.Read("fcn.bias").ToSingles());
        Assert.Equal("theirs.safetensors", file.Metadata["imported_from"]);
    }

    // What a momentum contrast saves: the encoder, its slow twin and a queue; and a classifier by another name.
    [Fact]
    public void The_encoder_of_a_momentum_contrast_is_taken_and_what_stands_beside_it_is_left_out_on_demand()
    {
        var saved = Save("theirs.safetensors", classes: 2, extra: "queue",
            rename: name => $"encoder_q.{name.Replace("fcn.", "fc.", StringComparison.Ordinal)}", twin: name => $"encoder_k.{name}");

        var refused = Import("theirs.safetensors");
        Assert.Equal((int)ExitCode.Checkpoint, refused.ExitCode);
        Assert.Matches(@"encoder_k\.data_bn\.weight +\(60\) +none", refused.Error);
        Assert.Contains($"{saved.Count + 1} entries do not fit st-gcn", refused.ErrorLines[^1], StringComparison.Ordinal);

        var import = Import("theirs.safetensors", "--drop-extra");
        Assert.True(import.ExitCode == 0, import.Error);
        Assert.Contains("encoder_q.fc.weight is taken for the classifier's fcn.weight", import.Error, StringComparison.Ordinal);
        Assert.Contains($"left out {saved.Count + 1} entries", import.Error, StringComparison.Ordinal);
        using var file = SafeTensorsFile.Open(Weights);
        Assert.All(saved, tensor => Assert.Equal(tensor.ToSingles(), file.Read(tensor.Name).ToSingles()));
    }

    [Fact]
    public void What_does_not_fit_is_shown_in_a_table()
    {
        Save("theirs.safetensors", classes: 3, extra: "std.conv1.weight");

        var import = Import("theirs.safetensors");

        Assert.Equal((int)ExitCode.Checkpoint, import.ExitCode);
        Assert.Matches(@"fcn\.bias +\(3\) +\(2\)", import.Error);
        Assert.Matches(@"std\.conv1\.weight +\(2, 2\) +none", import.Error);
        Assert.Contains("3 entries do not fit st-gcn", import.ErrorLines[^1], StringComparison.Ordinal);
        Assert.Contains("(C, T, V, M) = (3, 64, 20, 1) of layout nw-ucla and K = 2 classes", import.ErrorLines[^1], StringComparison.Ordinal);
        Assert.False(File.Exists(Weights));
    }

    [Fact]
    public void A_new_head_is_for_classes_of_ones_own_and_extra_entries_may_be_dropped()
    {
        var saved = Save("theirs.safetensors", classes: 3, extra: "std.conv1.weight");

        var import = Import("theirs.safetensors", "--head", "new", "--drop-extra");

        Assert.True(import.ExitCode == 0, import.Error);
        Assert.Contains("left out 1 entries that the network does not have: std.conv1.weight", import.Error, StringComparison.Ordinal);
        using var file = SafeTensorsFile.Open(Weights);
        Assert.Equal([2L], file.Read("fcn.bias").Shape);
        Assert.Contains(file.Read("fcn.weight").ToSingles(), value => value != 0);
        var block = saved.Single(tensor => tensor.Name == "st_gcn_networks.4.gcn.conv.weight");
        Assert.Equal(block.ToSingles(), file.Read(block.Name).ToSingles());
    }

    // ST-GCN of 16 channels ends with 64; a classifier of two classes has 64·2 + 2 numbers.
    [Fact]
    public void Only_what_came_from_the_file_is_counted_as_its_own()
    {
        Save("theirs.safetensors", classes: 2);
        var whole = Import("theirs.safetensors", "--json").Document;
        var all = whole.GetProperty("parameters").GetInt64();
        Assert.Equal((all, 0), (whole.GetProperty("parameters_from_file").GetInt64(), whole.GetProperty("new_parameters").GetInt64()));

        var renewed = Import("theirs.safetensors", "--head", "new", "--overwrite", "--json").Document;
        Assert.Equal(
            (all, all - 130, 130),
            (renewed.GetProperty("parameters").GetInt64(), renewed.GetProperty("parameters_from_file").GetInt64(), renewed.GetProperty("new_parameters").GetInt64()));

        var (old, text) = (Import("theirs.safetensors", "--overwrite").Output, Import("theirs.safetensors", "--head", "new", "--overwrite").Output);
        Assert.EndsWith(FormattableString.Invariant($", {all:N0} parameters from {folder.File("theirs.safetensors")}\n"), old, StringComparison.Ordinal);
        Assert.EndsWith(
            FormattableString.Invariant($", {all - 130:N0} parameters from {folder.File("theirs.safetensors")} and 130 of a new classifier\n"), text,
            StringComparison.Ordinal);
    }

    // Their authors each call the classifier by another name, and InfoGCN has a layer fc that is none.
    [Theory]
    [InlineData("infogcn", "decoder", "module.", "model.hops is null")]
    [InlineData("hcn", "fc8", "module.", "model.map-per-person is false")]
    [InlineData("st-gcn-pp", "cls_head.fc_cls", "", null)]
    [InlineData("blockgcn", "fc", "module.", "model.own-topology is false")]
    public void The_classifier_of_every_author_is_renewed_and_nothing_else(string model, string head, string prefix, string? unsaid)
    {
        var saved = Save("theirs.safetensors", classes: 3, prefix, model: model);

        var refused = ImportAs(model, "theirs.safetensors");
        Assert.Equal((int)ExitCode.Checkpoint, refused.ExitCode);
        Assert.Matches($@"{Regex.Escape(head)}\.bias +\(3\) +\(2\)", refused.Error);
        Assert.Contains($"2 entries do not fit {model}", refused.ErrorLines[^1], StringComparison.Ordinal);

        var import = ImportAs(model, "theirs.safetensors", "--head", "new");
        Assert.True(import.ExitCode == 0, import.Error);
        Assert.Equal(unsaid is not null, import.Error.Contains($"{unsaid ?? "model."}", StringComparison.Ordinal));
        using var file = SafeTensorsFile.Open(Weights);
        Assert.Equal(saved.Select(tensor => tensor.Name).Order(), file.Names.Order());
        foreach (var tensor in saved.Where(tensor => !tensor.Name.StartsWith($"{head}.", StringComparison.Ordinal)))
            Assert.Equal(tensor.ToSingles(), file.Read(tensor.Name).ToSingles());
        Assert.Equal([2L], file.Read($"{head}.bias").Shape);
        Assert.Contains(file.Read($"{head}.weight").ToSingles(), value => value != 0);
    }

    // Who trains on another's network calls its classifier fc; of pyskl's, whose names are in two parts, a backbone may come alone.
    [Theory]
    [InlineData("hcn", "fc8")]
    [InlineData("st-gcn-pp", "cls_head.fc_cls")]
    public void A_classifier_by_another_name_or_none_is_renewed_all_the_same(string model, string head)
    {
        var saved = Save(
            "theirs.safetensors", classes: 3, model: model, rename: name => name.Replace($"{head}.", "fc.", StringComparison.Ordinal));
        var renamed = ImportAs(model, "theirs.safetensors", "--head", "new");
        Assert.True(renamed.ExitCode == 0, renamed.Error);
        Assert.Contains($"fc.weight is taken for the classifier's {head}.weight", renamed.Error, StringComparison.Ordinal);

        SafeTensors.Write(folder.File("alone.safetensors"), saved.Where(tensor => !tensor.Name.StartsWith($"{head}.", StringComparison.Ordinal)));
        File.Delete(Weights);
        var alone = ImportAs(model, "alone.safetensors", "--head", "new");
        Assert.True(alone.ExitCode == 0, alone.Error);
        using var file = SafeTensorsFile.Open(Weights);
        Assert.Equal([2L], file.Read($"{head}.bias").Shape);
    }

    [Fact]
    public void Without_a_model_or_a_recipe_it_asks_for_one()
    {
        Save("theirs.safetensors", classes: 2);

        var import = CliProcess.Run("models", "import", folder.File("theirs.safetensors"), "--data", Data, "--out", Weights);

        Assert.Equal((int)ExitCode.Usage, import.ExitCode);
        Assert.Contains("name an encoder with --model", Assert.Single(import.ErrorLines), StringComparison.Ordinal);
    }

    // A set that no recipe is published for; the file knows its frames.
    [Fact]
    public void A_weight_file_of_ours_brings_its_own_recipe()
    {
        Save("theirs.safetensors", classes: 2);
        var first = CliProcess.Run(
            "models", "import", folder.File("theirs.safetensors"), "--model", "st-gcn", "--set", "model.channels=16", "--set", "data.frames=40", "--data", Data,
            "--out", folder.File("ours.safetensors"));
        Assert.True(first.ExitCode == 0, first.Error);

        var again = CliProcess.Run("models", "import", folder.File("ours.safetensors"), "--data", Data, "--out", Weights);
        Assert.True(again.ExitCode == 0, again.Error);
        using (var file = SafeTensorsFile.Open(Weights)) Assert.Contains("frames: 40", file.Metadata["recipe"], StringComparison.Ordinal);

        var other = CliProcess.Run("models", "import", folder.File("ours.safetensors"), "--model", "hcn", "--data", Data, "--out", folder.File("no.safetensors"));
        Assert.Equal((int)ExitCode.Checkpoint, other.ExitCode);
        Assert.EndsWith("ours.safetensors: holds weights of st-gcn; --model asks for hcn", Assert.Single(other.ErrorLines), StringComparison.Ordinal);
    }

    // So that predict and eval can remark on clips that are prepared otherwise.
    [Theory, InlineData("file"), InlineData("new")]
    public void A_weight_file_of_ours_keeps_how_its_clips_were_prepared(string head)
    {
        var recipe = RecipeLoader.Parse("model: {name: st-gcn, channels: 16}", "recipe.yaml");
        using (var model = TrainedModel.Create(recipe, Layouts.NwUcla, ["sit", "wave"], preparation: "convert 2, scale 0.01"))
        {
            using var random = new Generator(1);
            model.Network.Initialise(random);
            model.Save(folder.File("ours.safetensors"));
        }

        var import = CliProcess.Run("models", "import", folder.File("ours.safetensors"), "--head", head, "--data", Data, "--out", Weights);

        Assert.True(import.ExitCode == 0, import.Error);
        using var imported = TrainedModel.Load(Weights);
        Assert.Equal("convert 2, scale 0.01", imported.Preparation);
    }

    [Fact]
    public void Missing_and_superfluous_entries_are_shown_side_by_side_and_only_hints_that_can_help()
    {
        Save("theirs.safetensors", classes: 2, rename: name => $"other.{name}.x");

        var import = Import("theirs.safetensors", "--head", "new");

        Assert.Matches(@"data_bn\.weight +missing", import.Error);
        Assert.Matches(@"\S+\.x +\([\d, ]*\) +none", import.Error);
        Assert.Contains("more than it has); another recipe may help", import.ErrorLines[^1], StringComparison.Ordinal);   // what is left out adds nothing
        Assert.Matches(@"^… and [0-9]+ more$", import.ErrorLines[^2]);
    }

    [Fact]
    public void Another_encoders_weights_are_told_by_their_names()
    {
        Save("theirs.safetensors", classes: 2, "module.", model: "agcn");

        var import = ImportAs("ctr-gcn", "theirs.safetensors");

        Assert.Equal((int)ExitCode.Checkpoint, import.ExitCode);
        Assert.EndsWith("do not fit ctr-gcn; their names are those of agcn: import them with --model agcn", import.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_recording_is_pointed_to_its_command()
    {
        Save("theirs.safetensors", classes: 2, extra: "input", rename: name => $"param.{name}");

        Assert.EndsWith("looks like a recording; 'kinema models verify' replays one", Import("theirs.safetensors").ErrorLines[^1], StringComparison.Ordinal);
    }

    // Groups of joints are in no checkpoint: taken from the wrong layout, they would never be noticed.
    [Fact]
    public void The_layout_and_the_stream_are_those_that_are_said()
    {
        Save("theirs.safetensors", classes: 2, model: "hyperformer", width: 32);
        var groups = Layouts.NwUcla.Yaml.Replace("hyperedges:", "hyperedges: # of my own", StringComparison.Ordinal);
        var mine = folder.File("mine.yaml");
        File.WriteAllText(mine, groups.Replace("name: nw-ucla", "name: mine", StringComparison.Ordinal));

        var said = ImportAs("hyperformer", "theirs.safetensors", "--set", "model.channels=32", "--set", $"data.layout={mine}", "--stream", "bone");
        Assert.True(said.ExitCode == 0, said.Error);
        Assert.Contains(", stream bone, layout mine, ", said.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("data.stream", said.Error, StringComparison.Ordinal);
        using (var file = SafeTensorsFile.Open(Weights))
        {
            Assert.Contains("name: mine", file.Metadata["layout"], StringComparison.Ordinal);
            Assert.Contains("stream: bone", file.Metadata["recipe"], StringComparison.Ordinal);
        }

        // Our own file knows its joints, wherever the layout's file went.
        File.Delete(mine);
        var again = CliProcess.Run("models", "import", Weights, "--head", "new", "--data", Data, "--out", folder.File("again.safetensors"));
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Contains(", stream bone, layout mine, ", again.Output, StringComparison.Ordinal);
        Assert.Empty(again.Error);

        File.Delete(Weights);
        var unsaid = ImportAs("hyperformer", "theirs.safetensors", "--set", "model.channels=32");
        Assert.Contains("data.stream is joint: no checkpoint says what it was trained with; another value is --set data.stream=VALUE", unsaid.ErrorLines);

        File.Delete(Weights);
        var wrong = ImportAs("hyperformer", "theirs.safetensors", "--set", "model.channels=32", "--set", "data.layout=nosuch");
        Assert.NotEqual(0, wrong.ExitCode);
        Assert.Contains("unknown joint layout 'nosuch'", wrong.ErrorLines[^1], StringComparison.Ordinal);
        var others = ImportAs("hyperformer", "theirs.safetensors", "--set", "model.channels=32", "--set", "data.layout=ntu");
        Assert.Equal((int)ExitCode.Data, others.ExitCode);
        Assert.Contains($"{Data}: its layout is nw-ucla with V = 20 joints; ntu has 25", others.ErrorLines[^1], StringComparison.Ordinal);
        Assert.False(File.Exists(Weights));
    }

    public void Dispose() => folder.Dispose();

    private CliResult Import(string file, params string[] options) => ImportAs("st-gcn", file, options);

    private CliResult ImportAs(string model, string file, params string[] options) => CliProcess.Run(
        ["models", "import", folder.File(file), "--model", model, "--set", "model.channels=16", "--data", Data, "--out", Weights, .. options]);

    private List<StoredTensor> Save(
        string file, int classes, string prefix = "", string? extra = null, Func<string, string>? rename = null, Func<string, string>? twin = null,
        string model = "st-gcn", int width = 16)
    {
        using var scope = TensorScope.Begin();
        using var random = new Generator(1);
        using var network = new Recogniser(
            EncoderRegistry.Get(model).Create(new EncoderInput(Layouts.NwUcla, 3, 64, 1), new EncoderSettings(Width: width, Dropout: 0)), classes);
        network.Initialise(random);
        List<StoredTensor> plain = [.. StateFiles.Save(network)], named = [.. StateFiles.Save(network, prefix)];
        if (rename is not null) named = [.. plain.Select(tensor => tensor.Named(rename(tensor.Name)))];
        if (twin is not null) named.AddRange(plain.Select(tensor => tensor.Named(twin(tensor.Name))));
        if (extra is not null) named.Add(StoredTensor.From(extra, [2, 2], [1, 2, 3, 4]));
        SafeTensors.Write(folder.File(file), named);
        return plain;
    }
}
