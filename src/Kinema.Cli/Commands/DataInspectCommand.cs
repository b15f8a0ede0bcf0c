using System.CommandLine;
using System.Globalization;
using Kinema.Plots;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema data inspect PATH</c>: counts, lengths, ranges and every fault of a data set.</summary>
internal static class DataInspectCommand
{
    private const int FewFaults = 20, FewClasses = 3;

    public static Verb Create()
    {
        var path = new Argument<string>("path") { Description = "NW-UCLA zip or folder, or a packed clips.safetensors or its folder" };
        var layout = new Option<string?>("--layout") { Description = "the joint layout, if it is not the set's own", HelpName = "NAME|FILE" };
        var strict = new Option<bool>("--strict") { Description = "exit with 8 if there is a warning" };
        var html = new Option<string?>("--html") { Description = "also write all of it as a page", HelpName = "FILE" };
        var list = new Option<string?>("--list") { Description = "also write a CSV of all clips", HelpName = "FILE" };
        var overwrite = new Option<bool>("--overwrite") { Description = "replace such files that are there" };
        return new Verb("inspect", "what a data set holds and what is wrong with it")
        {
            path,
            layout,
            strict,
            html,
            list,
            overwrite,
            CommonOptions.Json(),
        }.With(
            ["kinema data inspect nw-ucla.zip", "kinema data inspect toy --strict --json", "kinema data inspect toy --html toy.html"],
            "kinema data preview; docs/data.md. An error in the set ends with 4",
            (parse, terminal) =>
            {
                var joints = parse.GetValue(layout) is { } name ? Layouts.Get(name) : null;
                var page = parse.GetValue(html);
                var table = parse.GetValue(list);
                TargetFile.CheckAll([page, table], parse.GetValue(overwrite));
                var statistics = DatasetStatistics.Of(DatasetReader.Examine(parse.GetRequiredValue(path), joints));
                if (page is not null) { AtomicFile.WriteAllText(page, InspectPage.Html(statistics)); }
                if (table is not null) { ClipTable.Write(statistics.Dataset, table); }
                if (terminal.Json) { WriteJson(statistics, page, table, terminal); } else { WriteText(statistics, terminal); }
                if (page is not null) { terminal.Note($"open {page} in a browser"); }
                Conclude(statistics, parse.GetRequiredValue(path), parse.GetValue(strict), terminal);
            });
    }

    // A script that goes on after a set which is damaged, or which cannot be trained on under any protocol, would fail later, and elsewhere.
    private static void Conclude(DatasetStatistics statistics, string path, bool strict, Terminal terminal)
    {
        var (errors, warnings) = (Count(FaultSeverity.Error), Count(FaultSeverity.Warning));
        if (errors > 0)
        {
            terminal.ExitCode = ExitCode.Data;
            terminal.Complain($"{path}: is not usable: {Plural.Of(errors, "error")}");
        }
        else if (strict && warnings > 0)
        {
            terminal.ExitCode = ExitCode.CheckFailed;
            terminal.Complain($"{path}: has {Plural.Of(warnings, "warning")}, and --strict was asked for");
        }

        int Count(FaultSeverity severity) => statistics.Faults.Count(fault => fault.Severity == severity);
    }

    private static void WriteText(DatasetStatistics statistics, Terminal terminal)
    {
        var (output, set, lengths) = (terminal.Out, statistics.Dataset, statistics.Lengths);
        Line(
            $"{set.Name}: {Counts(statistics)}; layout {set.Layout.Name}, {set.Layout.JointCount} joints");
        Line(
            $"frames a clip: {lengths.Shortest} to {lengths.Longest}, median {lengths.Median}, mean {lengths.Mean:0.0}; 5 % up to {lengths.P5}, 95 % up to {lengths.P95}");
        Line(
            $"coordinates: {string.Join(", ", statistics.Ranges.Take(set.Layout.Dimensions).Select(Range))}");
        Line($"subjects {Known(statistics.Subjects)}, cameras {Known(statistics.Cameras)}, setups {Known(statistics.Setups)}; checksum {set.Checksum[..16]}");
        Line($"preparation: {(set.Preparation.Length > 0 ? set.Preparation : "none: coordinates as recorded")}");
        output.WriteLine();
        WriteProtocols(statistics, output);

        WriteClasses(statistics, output);
        output.WriteLine();

        WriteFaults(statistics, output);

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

        static string Range(CoordinateRange range, int axis) => FormattableString.Invariant($"{"xyz"[axis]} {range.Low:0.###} to {range.High:0.###}");
    }

    private static string Counts(DatasetStatistics statistics) => string.Join(
        ", ", Plural.Of(statistics.Dataset.Clips.Count, "clip"), Plural.Of(statistics.Dataset.Classes.Count, "class"),
        Plural.Of(statistics.TotalFrames, "frame"));

    // Of one protocol, the table of classes says all.
    private static void WriteProtocols(DatasetStatistics statistics, TextWriter output)
    {
        if (statistics.Protocols.Count == 1) { return; }
        var splits = statistics.SplitNames;
        var table = new TextTable(["protocol", .. splits, "classes"]) { RightAligned = [.. Enumerable.Range(1, splits.Count + 1)] };
        foreach (var protocol in statistics.Protocols)
        {
            table.Add([protocol.Name, .. protocol.Clips.Select(clips => clips is null ? "-" : $"{clips}"), $"{protocol.Classes}"]);
        }
        table.Write(output);
        output.WriteLine($"the classes below are counted in {statistics.Dataset.Protocol}");
        output.WriteLine();
    }

    // Of a part of a set with many classes, those without a clip would bury the few others.
    private static void WriteClasses(DatasetStatistics statistics, TextWriter output)
    {
        var set = statistics.Dataset;
        var splits = statistics.SplitNames.Where(statistics.ClassCounts.ContainsKey).ToArray();
        var table = new TextTable(["class", "name", .. splits]) { RightAligned = [0, .. Enumerable.Range(2, splits.Length)] };
        foreach (var k in statistics.ClassesWithClips)
        {
            table.Add([$"{k}", set.Classes[k], .. splits.Select(split => $"{statistics.ClassCounts[split][k]}")]);
        }
        table.Add(["", "all", .. splits.Select(split => $"{set.Splits[split].Count}")]);
        table.Write(output);
        if (set.Classes.Count == 0) { output.WriteLine("no classes: the clips have no labels"); }
        var rest = statistics.ClassesWithoutClips;
        if (rest.Count > 0)
        {
            var more = rest.Count > FewClasses ? ", …; --json lists all" : "";
            output.WriteLine($"and {Plural.Of(rest.Count, "class")} without a clip: {string.Join(", ", rest.Take(FewClasses))}{more}");
        }
    }

    private static void WriteFaults(DatasetStatistics statistics, TextWriter output)
    {
        foreach (var fault in statistics.Faults.Take(FewFaults))
        {
            output.WriteLine($"{fault.Severity.ToString().ToLowerInvariant(),-7}  {fault.Kind}: {fault.Message}");
        }
        if (statistics.Faults.Count > FewFaults) { output.WriteLine($"... and {statistics.Faults.Count - FewFaults} more; --json lists all"); }
        var worst = statistics.Faults.Count == 0 ? (FaultSeverity?)null : statistics.Faults.Max(fault => fault.Severity);
        output.WriteLine(worst switch
        {
            null or FaultSeverity.Note => "no faults",
            FaultSeverity.Warning => "usable, with the warnings above",
            _ => "not usable until the errors above are mended",
        });
    }

    private static void WriteJson(DatasetStatistics statistics, string? page, string? table, Terminal terminal)
    {
        var set = statistics.Dataset;
        Json.Write(terminal, "kinema.data-inspect", new
        {
            set.Name, Layout = set.Layout.Name, Joints = set.Layout.JointCount, Clips = set.Clips.Count, Frames = statistics.TotalFrames,
            set.Checksum, set.Preparation, set.LeftOut,
            Usable = statistics.Faults.All(fault => fault.Severity < FaultSeverity.Error),
            set.Classes, Splits = set.Splits.ToDictionary(split => split.Key, split => split.Value.Count),
            Protocols = set.Protocols.Select(protocol => new
            {
                protocol.Name, Splits = protocol.Splits.ToDictionary(split => split.Key, split => split.Value.Count),
                Classes = protocol.Classes?.Count ?? set.Classes.Count,
            }),
            statistics.ClassCounts, statistics.Lengths, statistics.Ranges, statistics.Subjects, statistics.Cameras, statistics.Setups,
            statistics.SplitSubjects, statistics.SplitCameras,
            statistics.Unlabelled, statistics.SingleFrameClips, statistics.ZeroJoints, statistics.ZeroFrames, statistics.WildFrames,
            Copies = Names(statistics.Copies),
            ProtocolCopies = statistics.ProtocolCopies.Select(found => new { found.Protocol, found.Train, found.Test, Copies = Names(found.Copies) }),
            OutlierBones = statistics.OutlierBones.Select(bone => new
            {
                Clip = set.Clips[bone.Clip].Name, bone.Oddity, Bone = set.Layout.Joints[bone.Joint], bone.Length, bone.Usual, bone.Spread,
            }),
            statistics.Faults, Html = page, List = table,
        });

        IEnumerable<object> Names(IEnumerable<ClipCopy> copies) =>
            copies.Select(copy => new { Clip = set.Clips[copy.Clip].Name, Original = set.Clips[copy.Original].Name });
    }

    /// <summary>How many there are; the number 0 stands for "unknown" in the clips.</summary>
    private static string Known(IReadOnlyDictionary<int, int> counts) =>
        counts.Keys.Count(key => key != 0) is var known and > 0 ? $"{known}" : "unknown";
}
