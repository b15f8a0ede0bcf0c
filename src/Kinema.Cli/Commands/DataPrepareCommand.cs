using System.CommandLine;
using Kinema.Cli.Progress;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema data prepare SET --in PATH --out PATH</c>: a data set as downloaded becomes one packed file.</summary>
internal static class DataPrepareCommand
{
    public static Verb Create()
    {
        var set = new Argument<string>("set") { Description = $"{string.Join(", ", ClipSources.All.Select(kind => kind.Name))}" };
        var input = new Option<string>("--in") { Description = "the download: a folder, of any depth, or its zip", HelpName = "PATH", Required = true };
        var output = PackedTarget.Option();
        var choices = ClipSources.All.SelectMany(kind => kind.Options.Select(option => (kind, option))).GroupBy(pair => pair.option.Name)
            .Select(pairs => new Option<string?>("--" + pairs.Key) { Description = Described([.. pairs]), HelpName = "NAME" }).ToList();
        var only = new Option<string?>("--only") { Description = "only what is named like this, e.g. 'S001C001*'", HelpName = "NAMES" };
        only.Validators.Add(result =>
        {
            // What a script passes whose variable is not set: hours on the whole set are not what was meant.
            if (result.Tokens is [{ Value: "" }]) { result.AddError("--only takes a pattern of names, such as 'S001C001*', not an empty text"); }
        });
        var run = new PreparationSwitches();
        var verb = new Verb("prepare", "makes one packed file of a data set as downloaded") { set, input, output };
        foreach (var choice in choices) { verb.Add(choice); }
        verb.Add(only);
        run.AddTo(verb);
        return verb.With(
            [
                "kinema data prepare nw-ucla --in nw-ucla.zip --out ucla",
                "kinema data prepare ntu60 --in downloads/ --out ntu60.safetensors",
            ],
            "kinema data sets; docs/data.md. Interrupted, it goes on when it is run again",
            (parse, terminal) =>
            {
                var kind = ClipSources.Get(parse.GetRequiredValue(set));
                var options = new SourceOptions
                {
                    Preparation = Chosen("--preparation"), Cutting = Chosen("--cutting"), Clips = Chosen("--clips"),
                };
                var file = PackedTarget.Of(parse.GetRequiredValue(output));
                run.Check(parse, file);
                var whole = kind.Open(parse.GetRequiredValue(input), options);
                using var source = parse.GetValue(only) is { } names ? new SelectedSource(whole, names) : whole;
                run.Execute(parse, source, file, "kinema.data-prepare", terminal);

                string? Chosen(string name) => choices.Find(choice => choice.Name == name) is { } choice ? parse.GetValue(choice) : null;
            });
    }

    // Which sets take it; of its values the first is taken where none is given.
    private static string Described((ClipSourceKind Kind, SourceOption Option)[] pairs)
    {
        var values = pairs[0].Option.Values;
        return $"of {string.Join(", ", pairs.Select(pair => pair.Kind.Name))}: {values[0]} (default), {string.Join(" or ", values.Skip(1))}";
    }
}
