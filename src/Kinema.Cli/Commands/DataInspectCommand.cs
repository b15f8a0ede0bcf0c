using System.CommandLine;
using System.Globalization;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema data inspect PATH</c>: counts, lengths, ranges and every fault of a data set.</summary>
internal static class DataInspectCommand
{
    private const int FewFaults = 20;

    public static Verb Create()
    {
        var path = new Argument<string>("path") { Description = "NW-UCLA zip or folder, or a packed clips.safetensors or its folder" };
        var layout = new Option<string?>("--layout") { Description = "the joint layout, if it is not the set's own", HelpName = "NAME|FILE" };
        var strict = new Option<bool>("--strict") { Description = "exit with 8 if there is a warning or an error" };
        return new Verb("inspect", "what a data set holds and what is wrong with it")
        {
            path,
            layout,
            strict,
            CommonOptions.Json(),
        }.With(
            ["kinema data inspect nw-ucla.zip", "kinema data inspect toy --strict --json"],
            "kinema layouts show; docs/data.md",
            (parse, terminal) =>
            {
                var joints = parse.GetValue(layout) is { } name ? Layouts.Get(name) : null;
                var statistics = DatasetStatistics.Of(DatasetReader.Examine(parse.GetRequiredValue(path), joints));
                if (terminal.Json) { WriteJson(statistics, terminal); } else { WriteText(statistics, terminal); }
                if (parse.GetValue(strict) && statistics.Faults.Any(fault => fault.Severity >= FaultSeverity.Warning))
                {
                    terminal.ExitCode = ExitCode.CheckFailed;
                    terminal.Complain($"{parse.GetRequiredValue(path)}: has faults, and --strict was asked for");
                }
            });
    }

    private static void WriteText(DatasetStatistics statistics, Terminal terminal)
    {
        var (output, set, lengths) = (terminal.Out, statistics.Dataset, statistics.Lengths);
        Line(
            $"{set.Name}: {set.Clips.Count} clips, {set.Classes.Count} classes, {statistics.TotalFrames} frames; layout {set.Layout.Name}, {set.Layout.JointCount} joints");
        Line(
            $"frames a clip: {lengths.Shortest} to {lengths.Longest}, median {lengths.Median}, mean {lengths.Mean:0.0}; 5 % up to {lengths.P5}, 95 % up to {lengths.P95}");
        Line(
            $"coordinates: {string.Join(", ", statistics.Ranges.Select((range, axis) => FormattableString.Invariant($"{"xyz"[axis]} {range.Low:0.###} to {range.High:0.###}")))}");
        Line($"subjects {Known(statistics.Subjects)}, cameras {Known(statistics.Cameras)}, setups {Known(statistics.Setups)}; checksum {set.Checksum[..16]}");
        output.WriteLine();

        var splits = statistics.ClassCounts.Keys.OrderBy(split => split is "train" ? 0 : 1).ToArray();
        var table = new TextTable(["class", "name", .. splits]) { RightAligned = [0, .. Enumerable.Range(2, splits.Length)] };
        for (var k = 0; k < set.Classes.Count; k++)
        {
            table.Add([$"{k}", set.Classes[k], .. splits.Select(split => $"{statistics.ClassCounts[split][k]}")]);
        }
        table.Add(["", "all", .. splits.Select(split => $"{set.Splits[split].Count}")]);
        table.Write(output);
        output.WriteLine();

        foreach (var fault in statistics.Faults.Take(FewFaults))
        {
            output.WriteLine($"{fault.Severity.ToString().ToLowerInvariant(),-7}  {fault.Kind}: {fault.Message}");
        }
        if (statistics.Faults.Count > FewFaults) { Line($"... and {statistics.Faults.Count - FewFaults} more; --json lists all"); }
        var worst = statistics.Faults.Count == 0 ? (FaultSeverity?)null : statistics.Faults.Max(fault => fault.Severity);
        output.WriteLine(worst switch
        {
            null or FaultSeverity.Note => "no faults",
            FaultSeverity.Warning => "usable, with the warnings above",
            _ => "not usable until the errors above are mended",
        });

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }

    private static void WriteJson(DatasetStatistics statistics, Terminal terminal)
    {
        var set = statistics.Dataset;
        Json.Write(terminal, "kinema.data-inspect", new
        {
            set.Name, Layout = set.Layout.Name, Joints = set.Layout.JointCount, Clips = set.Clips.Count, Frames = statistics.TotalFrames, set.Checksum,
            Usable = statistics.Faults.All(fault => fault.Severity < FaultSeverity.Error),
            set.Classes, Splits = set.Splits.ToDictionary(split => split.Key, split => split.Value.Count),
            statistics.ClassCounts, statistics.Lengths, statistics.Ranges, statistics.Subjects, statistics.Cameras, statistics.Setups,
            statistics.Unlabelled, statistics.SingleFrameClips, statistics.ZeroJoints, statistics.ZeroFrames,
            Copies = statistics.Copies.Select(copy => new { Clip = set.Clips[copy.Clip].Name, Original = set.Clips[copy.Original].Name }),
            statistics.Faults,
        });
    }

    /// <summary>How many there are; the number 0 stands for "unknown" in the clips.</summary>
    private static string Known(IReadOnlyDictionary<int, int> counts) =>
        counts.Keys.Count(key => key != 0) is var known and > 0 ? $"{known}" : "unknown";
}
