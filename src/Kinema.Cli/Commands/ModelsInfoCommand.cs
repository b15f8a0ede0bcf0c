using System.CommandLine;
using System.Globalization;
using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema models info NAME</c>: an encoder's blocks with what they put out and hold, and what is published of it.</summary>
internal static class ModelsInfoCommand
{
    public static Verb Create()
    {
        var name = new Argument<string>("name") { Description = "an encoder: kinema models list" };
        var clips = new ClipOptions();
        var set = new Option<string[]>("--set", "-s")
        {
            Description = "a model key of recipes, e.g. model.last-channels=256", HelpName = "KEY=VALUE", Arity = ArgumentArity.OneOrMore,
        };
        var verb = new Verb("info", "the blocks of an encoder with their shapes and parameters")
        {
            name, clips.Layout, clips.Frames, clips.Persons, clips.Classes, clips.Width, set, CommonOptions.Json(),
        };
        string[] examples =
        [
            "kinema models info ctr-gcn", "kinema models info ctr-gcn --layout ntu --classes 120", "kinema models info st-gcn --set model.last-channels=512",
        ];
        return verb.With(examples, "kinema layouts list", (parse, terminal) =>
        {
            var model = EncoderRegistry.Get(parse.GetRequiredValue(name), ExitCode.Usage);
            var (input, classes) = clips.Of(parse);
            using var network = Build(model, input, Settings(model, parse.GetValue(set) ?? [], parse.GetValue(clips.Width)), classes);
            Describe(model, network, terminal);
        });
    }

    // As a recipe that says nothing else would have it.
    private static EncoderSettings Settings(EncoderModel model, string[] set, int? width)
    {
        List<RecipeOverride> given = [.. set.Select(RecipeOverride.Parse)];
        if (given.FirstOrDefault(one => !one.Path.StartsWith("model.", StringComparison.Ordinal) || one.Path == "model.name") is { } other)
            throw new KinemaException(ExitCode.Usage, $"--set {other.Path}: 'models info' takes the keys of the encoder that it names, such as model.channels");
        var settings = RecipeLoader.Load(new RecipeRequest { Overrides = [new("model.name", model.Name), .. given] }).Recipe.Model.ForEncoder();
        return settings with { Width = width ?? settings.Width };
    }

    private static Recogniser Build(EncoderModel model, EncoderInput input, EncoderSettings settings, int classes)
    {
        try
        {
            return new Recogniser(model.Create(input, settings), classes);
        }
        catch (ArgumentException e)
        {
            throw new KinemaException(ExitCode.Configuration, e.Message.ReplaceLineEndings(" "), e);
        }
    }

    private static void Describe(EncoderModel model, Recogniser network, Terminal terminal)
    {
        using var mode = Autograd.Inference();
        using var scope = TensorScope.Begin();
        network.Eval();
        var (input, map) = (network.Encoder.Input, network.Encoder.MapShape);
        var clip = Tensor.Zeros([1, input.Channels, input.Frames, input.Joints, input.Persons]);
        var parameters = network.NamedParameters().Select(entry => (entry.Name, Count: entry.Parameter.Value.Elements)).ToList();
        List<Part> blocks =
        [
            .. network.Encoder.Stages(clip).Select(stage => new Part(stage.Name, stage.Output.ShapeText(), Within(stage.Name))),
            new(network.ClassifierName, $"(1, {network.Classes})", Within(network.ClassifierName)),
        ];
        // The norm at the door, and what some networks keep beside their blocks: no map of theirs is known.
        List<Part> beside =
        [
            .. parameters.Where(entry => !blocks.Any(block => Holds(block.Name, entry.Name))).GroupBy(entry => Beginning(entry.Name, blocks))
                .Select(group => new Part(group.Key, null, group.Sum(entry => entry.Count))),
        ];
        var (multiplyAdds, published) = (ModelsListCommand.MultiplyAdds(network), ModelsListCommand.Published(model.Name));
        if (terminal.Json)
        {
            Json.Write(terminal, "kinema.model", new
            {
                model.Name, model.Paper, model.Link, model.Takes, Parameters = network.ParameterCount(), MultiplyAdds = multiplyAdds,
                Layout = input.Layout.Name,
                Published = published.ToDictionary(entry => entry.Benchmark, entry => entry.Targets),
                Input = clip.ShapeText(), Map = new { map.Channels, map.Frames, map.Joints, map.Persons },
                Blocks = beside.Concat(blocks).Select(part => new { part.Name, part.Output, part.Parameters }),
            });
            return;
        }

        foreach (var line in HelpScreen.Wrap($"{model.Name}: {model.Paper}")) terminal.Out.WriteLine(line);
        terminal.Out.WriteLine(model.Link);
        terminal.Out.WriteLine($"one clip (N, C, T, V, M) = {clip.ShapeText()} of layout {input.Layout.Name}:");
        terminal.Out.WriteLine($"{Number(network.ParameterCount())} parameters, {Number(multiplyAdds)} multiply-adds");
        terminal.Out.WriteLine($"takes {model.Takes}");
        terminal.Out.WriteLine($"feature map for CSRE: C {map.Channels}, T' {map.Frames} (time), V' {map.Joints} (space), M' {map.Persons}");
        terminal.Out.WriteLine();
        var table = new TextTable("block", "output", "parameters") { RightAligned = [2] };
        foreach (var block in blocks) table.Add(block.Name, block.Output ?? "", Number(block.Parameters));
        table.Write(terminal.Out);
        if (beside.Count > 0)
        {
            terminal.Out.WriteLine();
            var rest = new TextTable("beside the blocks", "parameters") { RightAligned = [1] };
            foreach (var part in beside) rest.Add(part.Name, Number(part.Parameters));
            rest.Write(terminal.Out);
        }

        WritePublished(published, terminal.Out);

        static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

        long Within(string block) => parameters.Where(entry => Holds(block, entry.Name)).Sum(entry => entry.Count);
    }

    private static bool Holds(string block, string parameter) => parameter.StartsWith($"{block}.", StringComparison.Ordinal);

    // The shortest beginning of a name that no block shares: data_bn, t0, but backbone.data_bn beside backbone.gcn.0.
    private static string Beginning(string parameter, List<Part> blocks)
    {
        var end = parameter.IndexOf('.', StringComparison.Ordinal);
        while (end >= 0 && blocks.Any(block => Holds(parameter[..end], block.Name))) end = parameter.IndexOf('.', end + 1);
        return end < 0 ? parameter : parameter[..end];
    }

    /// <summary>The table of published accuracies and their sources; nothing where no recipe has a number.</summary>
    internal static void WritePublished(List<(string Benchmark, TargetSettings Targets)> published, TextWriter output)
    {
        var shown = published.Select(entry => (entry.Benchmark, entry.Targets.Source, Numbers: Numbers(entry.Targets)))
            .Where(entry => entry.Numbers.Any(number => number is not null)).ToList();
        if (shown.Count == 0) return;
        output.WriteLine();
        var table = new TextTable("top-1, %", "joint", "bone", "joint-motion", "bone-motion", "two streams", "four streams")
        {
            RightAligned = [1, 2, 3, 4, 5, 6],
        };
        foreach (var (benchmark, _, numbers) in shown)
            table.Add([benchmark, .. numbers.Select(number => number?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-")]);
        table.Write(output);
        output.WriteLine("published, not measured here:");
        foreach (var group in shown.GroupBy(entry => entry.Source))
            foreach (var line in HelpScreen.Wrap($"{string.Join(", ", group.Select(entry => entry.Benchmark))}: {group.Key}")) output.WriteLine(line);

        static double?[] Numbers(TargetSettings one) => [one.Joint, one.Bone, one.JointMotion, one.BoneMotion, one.TwoStreams, one.FourStreams];
    }

    /// <summary>A row: a block, or what stands beside the blocks.</summary>
    /// <param name="Name">As checkpoints have it.</param>
    /// <param name="Output">The shape of what it puts out; null where that is not known.</param>
    /// <param name="Parameters">Trainable numbers.</param>
    private sealed record Part(string Name, string? Output, long Parameters);
}
