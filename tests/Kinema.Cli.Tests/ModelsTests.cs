using Kinema.Cli.Commands;
using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Cli.Tests;

public class ModelsTests
{
    [Fact]
    public void Every_encoder_is_listed_with_its_parameters()
    {
        var models = CliProcess.Run("models", "list", "--json").Document.GetProperty("models");

        Assert.Equal(EncoderRegistry.All.Select(model => model.Name), models.EnumerateArray().Select(model => model.GetProperty("name").GetString()));
        Assert.All(models.EnumerateArray(), model => Assert.All(["parameters", "multiply_adds"], count =>
            Assert.True(model.GetProperty(count).GetInt64() > 0, $"{model.GetProperty("name")} has no {count}")));
        var ctrGcn = models.EnumerateArray().Single(model => model.GetProperty("name").GetString() == "ctr-gcn");
        Assert.Equal(1_426_892, ctrGcn.GetProperty("parameters").GetInt64());
        Assert.Equal(566_826_480, ctrGcn.GetProperty("multiply_adds").GetInt64());
        Assert.Equal(94.6, ctrGcn.GetProperty("published").GetProperty("nw-ucla").GetProperty("joint").GetDouble());
    }

    [Fact]
    public void An_encoder_is_shown_with_its_paper_its_cost_and_what_is_published_of_it()
    {
        var info = CliProcess.Run("models", "info", "hyperformer");

        Assert.True(info.ExitCode == 0, info.Error);
        Assert.Contains("Hypergraph Transformer", info.Output, StringComparison.Ordinal);
        Assert.Contains("2,695,754 parameters", info.Output, StringComparison.Ordinal);
        Assert.Contains("takes layouts with hyperedges", info.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^nw-ucla +92\.7 +95\.0 ", info.Output);
    }

    [Fact]
    public void Encoders_are_listed_in_80_columns()
    {
        var list = CliProcess.Run("models", "list");

        Assert.True(list.ExitCode == 0, list.Error);
        AssertFits(list);
        Assert.Matches(@"(?m)^ctr-gcn +1,426,892 +566,826,480 +any layout$", list.Output);
        Assert.Matches(@"(?m)^ctr-gcn +94\.6 +89\.8 +94\.8 +84\.9 +86\.7$", list.Output);
    }

    // The longest names, the longest sources, the most parts that are no blocks.
    [Theory, InlineData("hcn"), InlineData("shift-gcn"), InlineData("blockgcn"), InlineData("st-gcn-pp")]
    public void An_encoder_is_shown_in_80_columns_with_each_source_once(string name)
    {
        var info = CliProcess.Run("models", "info", name);

        Assert.True(info.ExitCode == 0, info.Error);
        AssertFits(info);
        if (name == "hcn") Assert.Contains("ntu60-xsub, ntu60-xview: CSRE paper, Table 1, row HCN", info.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_block_stands_beside_the_blocks_in_one_row_a_part_and_without_an_output()
    {
        var blockGcn = Blocks("blockgcn");
        string[] beside = ["pos_embedding", "to_joint_embedding", "data_bn", .. Enumerable.Range(0, 10).Select(i => $"t{i}")];
        Assert.Equal(beside, blockGcn.Where(block => block.Output is null).Select(block => block.Name));
        Assert.Equal("topo", blockGcn.First(block => block.Output is not null).Name);

        Assert.Equal("backbone.data_bn", Assert.Single(Blocks("st-gcn-pp"), block => block.Output is null).Name);

        static List<(string? Name, string? Output)> Blocks(string name) =>
        [
            .. CliProcess.Run("models", "info", name, "--json").Document.GetProperty("blocks").EnumerateArray()
                .Select(block => (block.GetProperty("name").GetString(), block.GetProperty("output").GetString())),
        ];
    }

    [Fact]
    public void On_ntu_an_encoder_is_shown_for_the_clips_of_the_papers()
    {
        var info = CliProcess.Run("models", "info", "ctr-gcn", "--layout", "ntu", "--json").Document;

        Assert.Equal("(1, 3, 64, 25, 2)", info.GetProperty("input").GetString());
        Assert.Equal("(1, 60)", info.GetProperty("blocks").EnumerateArray().Last().GetProperty("output").GetString());
    }

    [Theory]
    [InlineData("--width takes a number from 1 up, not '0'", "ctr-gcn", "--width", "0")]
    [InlineData("there is no encoder 'ctr-gnc'; did you mean 'ctr-gcn'?", "ctr-gnc")]
    [InlineData("unknown joint layout 'ntuu'", "ctr-gcn", "--layout", "ntuu")]
    public void What_no_encoder_is_shown_for_is_wrong_usage(string complaint, params string[] words)
    {
        var info = CliProcess.Run(["models", "info", .. words]);

        Assert.Equal(2, info.ExitCode);
        Assert.Contains(complaint, info.ErrorLines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void An_encoder_is_shown_with_the_keys_of_its_own_that_are_set()
    {
        var info = CliProcess.Run("models", "info", "st-gcn", "--set", "model.last-channels=128", "-s", "model.channels=32", "--json");

        Assert.True(info.ExitCode == 0, info.Error);
        Assert.Equal(128, info.Document.GetProperty("map").GetProperty("channels").GetInt32());
        Assert.Equal("(1, 32, 52, 20)", info.Document.GetProperty("blocks").EnumerateArray().First(block => block.GetProperty("output").GetString() is not null)
            .GetProperty("output").GetString());
    }

    [Theory]
    [InlineData(2, "--set data.frames: 'models info' takes the keys of the encoder that it names, such as model.channels", "data.frames=16")]
    [InlineData(2, "--set model.name: 'models info' takes the keys", "model.name=hcn")]
    [InlineData(3, "unknown key model.hosp; did you mean model.hops?", "model.hosp=2")]
    [InlineData(3, "model.hops is read by the encoder infogcn only", "model.hops=2")]
    public void What_an_encoder_does_not_read_is_refused(int exit, string complaint, string set)
    {
        var info = CliProcess.Run("models", "info", "ctr-gcn", "--set", set);

        Assert.Equal(exit, info.ExitCode);
        Assert.Contains(complaint, Assert.Single(info.ErrorLines), StringComparison.Ordinal);
    }

    [Theory, InlineData(null), InlineData(91.5)]
    public void Of_recipes_without_a_published_number_no_heading_is_shown(double? joint)
    {
        using var shown = new StringWriter();

        ModelsInfoCommand.WritePublished([("nw-ucla", new TargetSettings { Joint = joint, Source = joint is null ? "" : "a paper" })], shown);

        Assert.Equal(joint is not null, shown.ToString().Contains("nw-ucla", StringComparison.Ordinal));
        if (joint is null) Assert.Empty(shown.ToString());
    }

    private static void AssertFits(CliResult run) => Assert.All(
        run.Output.Split('\n').Where(line => !line.StartsWith("https://", StringComparison.Ordinal)),
        line => Assert.True(line.Length <= 80, $"{line.Length} columns: {line}"));

    [Fact]
    public void The_blocks_of_an_encoder_add_up_on_a_layout_of_two_dimensions()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            folder.File("arm.yaml"), "{name: arm, dims: 2, center: elbow, joints: [shoulder, elbow, wrist], bones: [[elbow, shoulder], [wrist, elbow]]}");

        var info = CliProcess.Run(
            "models", "info", "ctr-gcn", "--layout", folder.File("arm.yaml"), "--frames", "16", "--persons", "2", "--width", "16", "--json");

        Assert.True(info.ExitCode == 0, info.Error);
        var blocks = info.Document.GetProperty("blocks").EnumerateArray().ToList();
        Assert.Equal("(1, 2, 16, 3, 2)", info.Document.GetProperty("input").GetString());   // (N, C, T, V, M)
        Assert.Equal("(1, 10)", blocks[^1].GetProperty("output").GetString());
        Assert.Equal(info.Document.GetProperty("parameters").GetInt64(), blocks.Sum(block => block.GetProperty("parameters").GetInt64()));
    }

    [Fact]
    public void A_recording_agrees_until_a_value_of_it_is_corrupted()
    {
        using var folder = new TemporaryFolder();
        var tensors = Record();
        SafeTensors.Write(folder.File("ctr-gcn-good.safetensors"), tensors);
        var logits = tensors.Single(tensor => tensor.Name == "logits.train");
        var values = logits.ToDoubles();
        values[^1] += 0.01;
        SafeTensors.Write(
            folder.File("ctr-gcn-bad.safetensors"), tensors.Select(tensor => tensor == logits ? StoredTensor.From(logits.Name, logits.Shape, values) : tensor));

        var good = CliProcess.Run("models", "verify", folder.File("ctr-gcn-good.safetensors"), "--threads", "1");
        Assert.True(good.ExitCode == 0, good.Output + good.Error);
        Assert.Contains("agrees", good.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not compared", good.Output, StringComparison.Ordinal);

        // What a replay does not know is told, and changes nothing else. Its name is the file's: no escape sequence reaches the terminal.
        SafeTensors.Write(folder.File("ctr-gcn-new.safetensors"), [.. tensors, Extra("result.to-come"), Extra("an\u001bother")]);
        var more = CliProcess.Run("models", "verify", folder.File("ctr-gcn-new.safetensors"), "--threads", "1");
        Assert.True(more.ExitCode == 0, more.Output + more.Error);
        Assert.Contains("  not compared: an?other, result.to-come", more.Output.Split('\n'));
        var names = CliProcess.Run("models", "verify", folder.File("ctr-gcn-new.safetensors"), "--threads", "1", "--json").Document;
        Assert.Equal(
            ["an\u001bother", "result.to-come"],
            names.GetProperty("files")[0].GetProperty("not_compared").EnumerateArray().Select(name => name.GetString()));

        var unknown = CliProcess.Run("models", "verify", folder.File("ctr-gcn-good.safetensors"), "--model", "nosuch");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("no recording is of the kind 'nosuch'. Known: agcn, ", Assert.Single(unknown.ErrorLines), StringComparison.Ordinal);

        var both = CliProcess.Run(
            "models", "verify", folder.File("ctr-gcn-good.safetensors"), folder.File("ctr-gcn-bad.safetensors"), "--threads", "1", "--json");
        Assert.Equal(8, both.ExitCode);
        Assert.Equal([true, false], both.Document.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("passed").GetBoolean()));

        var quiet = CliProcess.Run(
            "models", "verify", folder.File("ctr-gcn-good.safetensors"), folder.File("ctr-gcn-bad.safetensors"), "--threads", "1", "--quiet");
        Assert.Equal(8, quiet.ExitCode);
        Assert.Collection(
            quiet.Output.TrimEnd().Split('\n'),
            line => Assert.Matches(@"ctr-gcn-good\.safetensors \(ctr-gcn\) agrees: largest relative difference \S+ \(\S+\)$", line),
            line => Assert.Matches(@"ctr-gcn-bad\.safetensors \(ctr-gcn\) 1 of [0-9]+ results are beyond 1\.0e-05: .* \(logits\.train\)$", line),
            line => Assert.Equal("1 of 2 recordings agree", line));

        static StoredTensor Extra(string name) => StoredTensor.From(name, [1], [1.0]);
    }

    // What a file of the authors' network holds, computed by ours on four frames.
    private static List<StoredTensor> Record()
    {
        using var scope = TensorScope.Begin();
        using var random = new Generator(1);
        using var network = new Recogniser(EncoderRegistry.Get("ctr-gcn").Create(new EncoderInput(Layouts.NwUcla, 3, 4, 1), new EncoderSettings()), 3);
        network.Initialise(random);
        network.To(ScalarType.Float64);
        var (input, labels) = (Tensor.Randn([2, 3, 4, 20, 1], random, ScalarType.Float64), Tensor.From<long>([2, 0], 2));
        List<StoredTensor> tensors = [.. StateFiles.Save(network, "param."), input.ToStored("input"), labels.ToStored("labels")];
        tensors.Add(StoredTensor.From("const.A", [3, 20, 20], SkeletonGraph.CtrGcn(Layouts.NwUcla).Adjacency.Cast<float>().ToArray()));
        using var mode = Autograd.NoGrad();
        network.Eval();
        tensors.Add(network.Forward(input).Logits.ToStored("logits.eval"));
        network.Train();
        var logits = network.Forward(input).Logits;
        tensors.AddRange([logits.ToStored("logits.train"), Functional.CrossEntropy(logits, labels).Reshape(1).ToStored("loss.train")]);
        return tensors;
    }
}
