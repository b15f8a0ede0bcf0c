using System.Globalization;
using System.Text;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Drawing;
using Kinema.Skeletons.Previews;

namespace Kinema.Plots;

/// <summary>The page of <c>data inspect</c>: what is wrong with a data set, what it holds, and what its clips look like.</summary>
/// <example><code>File.WriteAllText("inspect.html", InspectPage.Html(DatasetStatistics.Of(DatasetReader.Examine("nw-ucla.zip"))));</code></example>
public static class InspectPage
{
    private const int MostStills = 24, MostClips = 200, MostGroups = 60;

    /// <summary>The whole HTML text: one file that asks nothing of any network.</summary>
    /// <param name="statistics">What was counted.</param>
    public static string Html(DatasetStatistics statistics)
    {
        var set = statistics.Dataset;
        return new Page
        {
            Kind = "Kinema data set",
            Title = set.Name,
            Lead = Verdict(statistics),
            Facts =
            [
                new("clips", Count(set.Clips.Count)), new("classes", Count(set.Classes.Count)), new("frames", Count(statistics.TotalFrames)),
                new("layout", $"{set.Layout.Name}, {set.Layout.JointCount} joints"), new("persons", Persons(set)),
                new("preparation", set.Preparation.Length > 0 ? set.Preparation : "none"),
                new("protocols", Protocols(set)), new("checksum", set.Checksum[..16]),
            ],
            Sections =
            [
                new("faults", "Faults", Faults(statistics)),
                new("classes", "Classes", Classes(statistics)),
                new("protocols", "Protocols", ProtocolTable(statistics)),
                new("people", "Subjects and cameras", People(statistics)),
                new("lengths", "Lengths and ranges", Lengths(statistics)),
                new("clips", "Clips", Clips(set)),
            ],
        }.Html();
    }

    private static string Verdict(DatasetStatistics statistics) => statistics.Faults.Select(fault => (FaultSeverity?)fault.Severity).Max() switch
    {
        null or FaultSeverity.Note => "No faults were found.",
        FaultSeverity.Warning => "Usable, with the warnings below.",
        _ => "Not usable until the errors below are mended.",
    };

    private static string Faults(DatasetStatistics statistics)
    {
        var html = new StringBuilder(statistics.Faults.Count == 0 ? "<p>None.</p>\n" : ReportTable.Html("What is wrong or odd, the worst first",
            ["severity", "kind", "what"], statistics.Faults.Take(MostClips).Select(f => new[] { f.Severity.ToString().ToLowerInvariant(), f.Kind, f.Message }),
            sortable: false));
        if (statistics.Faults.Count > MostClips) html.Append($"<p>And {Count(statistics.Faults.Count - MostClips)} more; --json lists all.</p>\n");
        var clips = statistics.Dataset.Clips;
        if (statistics.OutlierBones.Count > 0)
        {
            html.Append(Page.Folded($"Clips with an odd bone ({Count(statistics.OutlierBones.Count)})", ReportTable.Html(
                "A bone far from the set's median, or one that changes its length; lengths in the sensor's unit", ["clip", "bone to", "what", "length", "usual",
                    "spread"],
                statistics.OutlierBones.OrderByDescending(bone => bone.Size).Take(MostClips).Select(bone => new[]
                {
                    clips[bone.Clip].Name, statistics.Dataset.Layout.Joints[bone.Joint], bone.Oddity == BoneOddity.Length ? "odd length" : "unsteady",
                    Value(bone.Length), Value(bone.Usual), double.IsFinite(bone.Spread) ? Markup.Percent(bone.Spread) : "–",
                }), sortable: true)));
        }
        foreach (var protocol in statistics.ProtocolCopies.Where(found => found.Copies.Count > 0))
        {
            html.Append(Page.Folded($"Clips of {protocol.Test} that are copies of clips of {protocol.Train} ({Count(protocol.Copies.Count)})",
                ReportTable.Html("Equal number for number", ["clip", "equals"],
                    protocol.Copies.Take(MostClips).Select(copy => new[] { clips[copy.Clip].Name, clips[copy.Original].Name }), sortable: false)));
        }
        return html.ToString();
    }

    private static string Classes(DatasetStatistics statistics)
    {
        var set = statistics.Dataset;
        if (set.Classes.Count == 0) return "";
        var (splits, shown, rest) = (Disjoint(statistics), statistics.ClassesWithClips, statistics.ClassesWithoutClips);
        (string Name, IReadOnlyList<int> Counts)[] rows = splits.Length > 0
            ? [.. shown.Select(k => (set.Classes[k], (IReadOnlyList<int>)[.. splits.Select(split => statistics.ClassCounts[split][k])]))]
            : [.. shown.Select(k => (set.Classes[k], (IReadOnlyList<int>)[set.Clips.Count(clip => clip.Label == k)]))];
        string[] parts = splits.Length > 0 ? splits : ["clips"];
        var all = Splits(statistics);
        var table = ReportTable.Html("Clips of each class", ["#", "class", .. all], shown.Select(k =>
            (string[])[Page.Int(k), set.Classes[k], .. all.Select(split => Page.Int(statistics.ClassCounts[split][k]))]), sortable: true);
        var without = rest.Count == 0 ? "" : Page.Folded($"Classes without a clip ({Count(rest.Count)})",
            ReportTable.Html("No clip is of these", ["class"], rest.Select(name => new[] { name }), sortable: false));
        var bars = rows.Length == 0 ? "" : Page.Grid("wide", [CountBars.Draw("Clips of each class", parts, rows)], least: 0.68);
        return bars + Page.Folded("The same as a table", table) + without;
    }

    private static string ProtocolTable(DatasetStatistics statistics) =>
        ReportTable.Html("Clips of each split", ["protocol", .. statistics.SplitNames, "classes"], statistics.Protocols.Select(protocol => (string[])
            [protocol.Name, .. protocol.Clips.Select(clips => clips is { } count ? Count(count) : "–"), Page.Int(protocol.Classes)]), sortable: false);

    private static string People(DatasetStatistics statistics)
    {
        var splits = Disjoint(statistics);
        List<(string Name, IReadOnlyDictionary<int, int> All, IReadOnlyDictionary<string, IReadOnlyDictionary<int, int>>? BySplit)> groups =
        [
            ("subject", statistics.Subjects, statistics.SplitSubjects), ("camera", statistics.Cameras, statistics.SplitCameras),
            ("setup", statistics.Setups, null),
        ];
        groups.RemoveAll(group => group.All.Keys.All(key => key == 0));
        var (figures, tables) = (new List<Figure>(), new StringBuilder());
        foreach (var (name, all, bySplit) in groups)
        {
            var parted = bySplit is not null && splits.Length > 0;
            string[] parts = parted ? splits : ["clips"];
            (string Name, IReadOnlyList<int> Counts)[] rows = [.. all.Select(pair => (pair.Key == 0 ? "unknown" : Page.Int(pair.Key),
                (IReadOnlyList<int>)(parted ? [.. splits.Select(split => bySplit![split].GetValueOrDefault(pair.Key))] : [pair.Value])))];
            if (rows.Length <= MostGroups) figures.Add(CountBars.Draw($"Clips of each {name}", parts, rows));
            tables.Append(Page.Folded($"Clips of each {name} as a table", ReportTable.Html($"Clips of each {name}", [name, .. parts],
                rows.Select(row => (string[])[row.Name, .. row.Counts.Select(Page.Int)]), sortable: true)));
        }
        return figures.Count == 0 ? tables.ToString() : Page.Grid("pair", figures, least: 0.68) + tables;
    }

    private static string Lengths(DatasetStatistics statistics)
    {
        var lengths = statistics.Lengths;
        var table = ReportTable.Html("Frames a clip", ["shortest", "5 %", "25 %", "median", "75 %", "95 %", "longest", "mean"],
            [[Page.Int(lengths.Shortest), Page.Int(lengths.P5), Page.Int(lengths.P25), Page.Int(lengths.Median), Page.Int(lengths.P75), Page.Int(lengths.P95),
                Page.Int(lengths.Longest), lengths.Mean.ToString("0.0", CultureInfo.InvariantCulture)]], sortable: false);
        var ranges = ReportTable.Html("Coordinates, in the sensor's unit", ["axis", "smallest", "largest"],
            statistics.Ranges.Take(statistics.Dataset.Layout.Dimensions)
                .Select((range, axis) => new[] { $"{"xyz"[axis]}", Value(range.Low), Value(range.High) }), sortable: false);
        int[] frames = [.. statistics.Dataset.Clips.Select(clip => clip.Frames)];
        return Page.Grid("wide", [Histogram.Draw("Lengths of the clips", frames, "frames")], least: 0.68) + table + ranges;
    }

    private static string Clips(ClipDataset set) => Page.Grid("stills", [.. ClipExamples.Of(set, MostStills).Select(item =>
        ClipPictures.Stills(set.Layout, item.Clip, item.Label.Length > 0 ? item.Label : item.Clip.Name, frames: 4).ToFigure())], least: 0.72);

    // Training first, then tests, as everybody reads them; others by name.
    private static string[] Splits(DatasetStatistics statistics) =>
        [.. statistics.ClassCounts.Keys.OrderBy(split => split.EndsWith("train", StringComparison.Ordinal) ? 0 : 1)
            .ThenBy(split => split, StringComparer.Ordinal)];

    // Bars in pieces want parts that share no clip: of several protocols, the first.
    private static string[] Disjoint(DatasetStatistics statistics) =>
        statistics.Dataset.Splits.Values.Sum(split => split.Count) <= statistics.Dataset.Clips.Count || statistics.ProtocolCopies.Count == 0
            ? Splits(statistics) : [statistics.ProtocolCopies[0].Train, statistics.ProtocolCopies[0].Test];

    private static string Protocols(ClipDataset set) => set.Protocols.Count <= 4
        ? string.Join(", ", set.Protocols.Select(protocol => protocol.Name))
        : $"{set.Protocols[0].Name} and {Page.Int(set.Protocols.Count - 1)} more";

    private static string Persons(ClipDataset set) => set.Clips.Min(clip => clip.Persons) is var least && set.Clips.Max(clip => clip.Persons) is var most
        && least == most ? Page.Int(least) : $"{Page.Int(least)} to {Page.Int(most)}";

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Value(double value) => double.IsFinite(value) ? value.ToString("0.###", CultureInfo.InvariantCulture) : "–";
}
