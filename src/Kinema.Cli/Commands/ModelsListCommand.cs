using System.Globalization;
using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema models list</c>: what each encoder costs, what it takes, and what its paper or CSRE's reports of it.</summary>
internal static class ModelsListCommand
{
    private static readonly string[] Benchmarks = ["nw-ucla", "ntu60-xsub", "ntu60-xview", "ntu120-xsub", "ntu120-xset"];

    public static Verb Create() => new Verb("list", "every encoder there is, its cost and its published accuracy")
    {
        CommonOptions.Json(),
    }.With(["kinema models list"], "kinema models info NAME: paper, blocks; recipes/BENCHMARK/NAME.yaml: where the published numbers stand", (_, terminal) =>
    {
        var rows = EncoderRegistry.All.Select(model => (Model: model, Cost: Cost(model), Published: Published(model.Name))).ToList();
        if (terminal.Json)
        {
            Json.Write(terminal, "kinema.models", new { Models = rows.Select(row => new
            {
                row.Model.Name, row.Model.Paper, row.Model.Link, row.Model.Takes, row.Cost.Parameters, row.Cost.MultiplyAdds,
                Published = row.Published.ToDictionary(entry => entry.Benchmark, entry => entry.Targets),
            }) });
            return;
        }

        var costs = new TextTable("name", "parameters", "multiply-adds", "takes") { RightAligned = [1, 2] };
        foreach (var (model, (parameters, multiplyAdds), _) in rows) costs.Add(model.Name, Number(parameters), Number(multiplyAdds), model.Takes);
        costs.Write(terminal.Out);
        terminal.Out.WriteLine("of one NW-UCLA clip (N, C, T, V, M) = (1, 3, 52, 20, 1) and 10 classes");
        terminal.Out.WriteLine();
        var accuracies = new TextTable(["top-1, %", .. Benchmarks]) { RightAligned = [1, 2, 3, 4, 5] };
        foreach (var (model, _, published) in rows)
            accuracies.Add([
                model.Name,
                .. Benchmarks.Select(benchmark => published.FirstOrDefault(entry => entry.Benchmark == benchmark).Targets?.Joint is { } percent
                    ? percent.ToString("0.0", CultureInfo.InvariantCulture) : "-"),
            ]);
        accuracies.Write(terminal.Out);
        terminal.Out.WriteLine("published of the joint stream, not measured here; where: kinema models info NAME");
    });

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static (long Parameters, long MultiplyAdds) Cost(EncoderModel model)
    {
        using var mode = Autograd.Inference();
        using var scope = TensorScope.Begin();
        var input = new EncoderInput(Layouts.NwUcla, 3, 52, 1);
        using var network = new Recogniser(model.Create(input, new EncoderSettings()), 10);
        network.Eval();
        return (network.ParameterCount(), MultiplyAdds(network));
    }

    /// <summary>Multiply-adds of one clip through a network.</summary>
    internal static long MultiplyAdds(Recogniser network)
    {
        var input = network.Encoder.Input;
        using var profile = OperatorProfile.Begin();
        network.Forward(Tensor.Zeros([1, input.Channels, input.Frames, input.Joints, input.Persons]));
        return (long)profile.End().Sum(row => row.MultiplyAdds);
    }

    /// <summary>What the recipes quote as published for an encoder.</summary>
    internal static List<(string Benchmark, TargetSettings Targets)> Published(string model) =>
    [
        .. Benchmarks.Select(benchmark => (benchmark, Path: RecipeFolder.TryFind($"{benchmark}/{model}.yaml")))
            .Where(entry => entry.Path is not null)
            .Select(entry => (entry.benchmark, RecipeLoader.LoadFile(entry.Path!).Targets)),
    ];
}
