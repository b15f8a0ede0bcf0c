using System.CommandLine;
using System.Globalization;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Labels;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema data split PATH --out FOLDER</c>: divisions and label fractions as lists of names that others can use too.</summary>
internal static class DataSplitCommand
{
    public static Verb Create()
    {
        var path = new Argument<string>("path") { Description = "a data set" };
        var output = new Option<string>("--out", "-o") { Description = "the folder the lists are written into", HelpName = "FOLDER", Required = true };
        var split = new SplitSwitches("--by", drawsMore: true);
        var protocol = new Option<string?>("--protocol")
        {
            Description = "whose training clips keep labels, without --by; default: the first", HelpName = "NAME",
        };
        var fractions = new Option<string?>("--fractions")
        {
            Description = "per cent of each class that keeps its labels, such as 1,5,10,20", HelpName = "LIST",
        };
        var into = new Option<string?>("--into") { Description = "also write the set with the new divisions as protocols", HelpName = "FILE" };
        var overwrite = new Option<bool>("--overwrite") { Description = "replace files that are there" };
        var verb = new Verb("split", "divides a set by rule, and draws label fractions") { path, output };
        split.AddTo(verb);
        foreach (var option in (Option[])[protocol, fractions, into, overwrite, CommonOptions.Json()]) { verb.Add(option); }
        return verb.With(
            [
                "kinema data split mine --by subject --train 1,3,5 --out splits",
                "kinema data split ntu60 --protocol xsub --fractions 1,5,10,20 --out few",
            ],
            "lists are CSV (clip,split) and names, one a line; docs/data.md",
            (parse, terminal) =>
            {
                // A set that is written anew gets a new checksum, which is not to vouch for what has changed.
                var (rule, percents) = (split.Rule(parse), Percents(parse.GetValue(fractions)));
                if (rule is null && percents.Count == 0) { throw new KinemaException(ExitCode.Usage, "split: nothing to do: give --by, --fractions or both"); }
                if (rule is not null && parse.GetValue(protocol) is not null)
                {
                    throw new KinemaException(ExitCode.Usage, "split: --by makes a division and --protocol names one; give one of them");
                }
                if (rule is null && parse.GetValue(into) is not null)
                    throw new KinemaException(ExitCode.Usage, "split: --into writes new divisions; make one with --by");
                var set = DatasetReader.OpenWhole(parse.GetRequiredValue(path), compareChecksum: parse.GetValue(into) is not null)
                    .Under(parse.GetValue(protocol));
                Run(set, rule, percents, split.Seed(parse), parse.GetRequiredValue(output), parse.GetValue(into), parse.GetValue(overwrite), terminal);
            });
    }

    private static void Run(
        ClipDataset set, SplitRule? rule, List<decimal> percents, long seed, string folder, string? into, bool overwrite, Terminal terminal)
    {
        ClipFacts[] facts = [.. set.Clips.Select(ClipFacts.Of)];
        IReadOnlyList<SplitAssignment> made = rule is null ? [] : SplitAssignment.Make(facts, rule);
        List<ClipProtocol> protocols = [.. made.Select(division => Protocol(division, facts))];
        List<string> files = [.. made.Select(division => Path.Combine(folder, division.Name + ".csv"))];
        var training = rule is null ? set.Split("train") : protocols[0].Splits["train"];
        string[] targets = [.. files, .. percents.Select(percent => Path.Combine(folder, LabelFractions.FileName(percent)))];
        TargetFile.CheckApart(into is null ? targets : [.. targets, into]);
        TargetFile.Check(into, overwrite, "another file with --into");
        foreach (var target in targets) { TargetFile.Check(target, overwrite, "another folder with --out"); }
        // First what may fail for want of room: lists that stayed would be in the way of another try.
        if (into is not null)
        {
            PackedDataset.Write(
                new ClipDataset
                {
                    Name = set.Name, Preparation = set.Preparation, Layout = set.Layout, Classes = set.Classes, Clips = set.Clips,
                    Splits = protocols[0].Splits, Protocol = protocols[0].Name, LeftOut = set.LeftOut,
                    Protocols = [.. protocols, .. set.Protocols.Where(old => protocols.All(other => other.Name != old.Name))],
                },
                into, set.Precision);
        }
        foreach (var (division, file) in made.Zip(files)) { division.Write(file); }
        var lists = LabelFractions.Write(folder, [.. training.Select(index => facts[index])], percents, seed);
        files.AddRange(lists.Select(list => list.File));
        if (into is not null) files.Add(into);
        Print(set, protocols, lists, training, files, seed, terminal);
    }

    private static ClipProtocol Protocol(SplitAssignment division, ClipFacts[] facts) => new(
        division.Name,
        facts.Index().GroupBy(pair => division.Sides.GetValueOrDefault(pair.Item.Name) ?? "").Where(side => side.Key.Length > 0)
            .ToDictionary(side => side.Key, side => (IReadOnlyList<int>)[.. side.Select(pair => pair.Index)], StringComparer.Ordinal));

    private static void Print(
        ClipDataset set, List<ClipProtocol> protocols, IReadOnlyList<LabelFraction> lists, IReadOnlyList<int> training, List<string> files, long seed,
        Terminal terminal)
    {
        if (terminal.Json)
        {
            Json.Write(terminal, "kinema.data-split", new
            {
                set.Name, Clips = set.Clips.Count, Seed = seed, Files = files, TrainingClips = training.Count, Fractions = lists.Select(list => list.Percent),
                Lists = lists.Select(list => new { list.Percent, list.File, Clips = list.Clips.Count }),
                Protocols = protocols.Select(protocol =>
                    new { protocol.Name, Splits = protocol.Splits.ToDictionary(split => split.Key, split => split.Value.Count) }),
            });
            return;
        }
        foreach (var protocol in protocols)
        {
            var sides = protocol.Splits.OrderByDescending(split => split.Key, StringComparer.Ordinal).Select(split => $"{split.Key} {split.Value.Count}");
            terminal.Out.WriteLine($"{protocol.Name}: {string.Join(", ", sides)}");
        }
        if (lists.Count > 0)
        {
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"labels of {Plural.Of(training.Count, "training clip")}, seed {seed}"));
        }
        foreach (var file in files)
        {
            var list = lists.FirstOrDefault(list => list.File == file);
            terminal.Out.WriteLine(list is null
                ? file
                : string.Create(CultureInfo.InvariantCulture, $"{file}: {list.Percent} %, {Plural.Of(list.Clips.Count, "clip")}"));
        }
        foreach (var same in lists.GroupBy(list => string.Join('\n', list.Clips)).Where(group => group.Count() > 1))
        {
            var names = string.Join(", ", same.Select(list => Path.GetFileName(list.File)));
            terminal.Note($"{names}: the same {Plural.Of(same.First().Clips.Count, "clip")}, since every class keeps at least one: "
                + "the set is too small to tell these fractions apart");
        }
    }

    private static List<decimal> Percents(string? list)
    {
        var percents = new List<decimal>();
        foreach (var part in list?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            percents.Add(decimal.TryParse(part.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
                ? percent
                : throw new KinemaException(ExitCode.Usage, $"--fractions takes per cents such as 1,5,10,20, not '{list}'"));
        }
        return percents;
    }
}
