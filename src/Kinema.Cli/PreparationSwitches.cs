using System.CommandLine;
using System.Globalization;
using Kinema.Cli.Progress;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Cli;

/// <summary>What every command that writes a packed data set has in common: its options, its progress, and what it says at the end.</summary>
internal sealed class PreparationSwitches
{
    private const int FewClips = 20;

    private readonly Option<int?> jobs = new("--jobs", "-j")
    {
        Description = "threads that read; default: all cores", HelpName = "N",
    };

    private readonly Option<bool> strict = new("--strict") { Description = "end with the first clip that cannot be used" };
    private readonly Option<bool> fresh = new("--fresh") { Description = "throw away what an interrupted run left" };
    private readonly Option<bool> overwrite = new("--overwrite") { Description = "replace the file that is there" };
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "read the first item, write nothing" };
    private readonly Option<string> progress = ProgressOption.Create();

    public void AddTo(Verb verb)
    {
        jobs.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var count) && count is < 1 or > 1024)
            {
                result.AddError($"--jobs takes a number from 1 to 1024, not '{token.Value}'");
            }
        });
        foreach (var option in (Option[])[jobs, strict, fresh, overwrite, dryRun, progress, CommonOptions.Json()]) { verb.Add(option); }
    }

    /// <summary>Refuses a target that is there before anything is opened.</summary>
    public void Check(ParseResult parse, string file) => TargetFile.Check(file, parse.GetValue(overwrite) || parse.GetValue(dryRun), "another path with --out");

    /// <summary>Prepares a source and prints what came of it.</summary>
    public void Execute(ParseResult parse, ClipSource source, string file, string schema, Terminal terminal)
    {
        foreach (var remark in source.Remarks) { terminal.Note(remark); }
        if (parse.GetValue(dryRun))
        {
            Show(source, file, schema, terminal);
            return;
        }
        var options = new PreparationOptions
        {
            Jobs = parse.GetValue(jobs) ?? Environment.ProcessorCount, Strict = parse.GetValue(strict), Fresh = parse.GetValue(fresh),
        };
        using var meter = new PreparationMeter(terminal, parse.GetValue(progress)!);
        PreparationReport report;
        try
        {
            report = ClipPreparation.Run(source, file, options, meter, terminal.Stop.Token);
        }
        catch (OperationCanceledException)
        {
            meter.Dispose();
            terminal.ExitCode = terminal.Stop.ExitCode ?? ExitCode.Interrupted;
            var partial = ClipPreparation.PartialOf(file);
            terminal.Complain(File.Exists(partial)
                ? $"{file}: stopped; what is done is kept in {partial}: run the same command again to go on"
                : $"{file}: stopped before anything was done");
            return;
        }
        meter.Dispose();
        if (terminal.Json) { WriteJson(report, source, schema, terminal); } else { WriteText(report, source, terminal); }
    }

    // One item is read so that a wrong layout or a damaged download shows at once.
    private static void Show(ClipSource source, string file, string schema, Terminal terminal)
    {
        using var reader = source.Open();
        var first = source.Items.Count > 0 ? ClipCollection.ReadOne(reader, 0, source) : null;
        var bytes = source.Items.Sum(item => item.Bytes);
        if (terminal.Json)
        {
            Json.Write(terminal, schema, new
            {
                File = file, Written = false, source.Name, source.Preparation, Items = source.Items.Count, Bytes = bytes, KnownSkipped = source.Known.Count,
                First = first?.Clips.Select(clip => new { clip.Name, clip.Frames, clip.Persons, clip.Label }), Skipped = first?.Skipped,
            });
            return;
        }
        Line(terminal, $"{file}: would be made of {Plural.Of(source.Items.Count, "item")} of {source.Name} ({bytes / 1e6:0.0} MB as stored), prepared as {source.Preparation}; {Plural.Of(source.Known.Count, "clip")} {(source.Known.Count == 1 ? "is" : "are")} left out beforehand");
        foreach (var clip in first?.Clips ?? [])
        {
            Line(terminal, $"first: {clip.Name}, {Plural.Of(clip.Frames, "frame")}, {Plural.Of(clip.Persons, "person")}, {(clip.Label < 0 ? "no label" : $"class {clip.Label} ({source.Classes[clip.Label]})")}");
        }
        foreach (var clip in first?.Skipped ?? []) { Line(terminal, $"first: {clip.Kind}: {clip.Reason}"); }
    }

    private static void WriteText(PreparationReport report, ClipSource source, Terminal terminal)
    {
        var counts = $"{Plural.Of(report.Clips, "clip")} of {source.Name}, {Plural.Of(report.Frames, "frame")}";
        Line(
            terminal,
            $"{report.Path}: {counts}, prepared as {source.Preparation}; {report.Bytes / 1e6:0.0} MB; checksum {report.Checksum[..16]}");
        if (report.ResumedItems > 0) { Line(terminal, $"went on after {report.ResumedItems} of {Plural.Of(source.Items.Count, "item")} that an interrupted run had done"); }
        terminal.Out.WriteLine();

        var table = new TextTable("", "count", "why", "for example") { RightAligned = [1] };
        var persons = report.Persons.Select(pair => $"{Number(pair.Value)} of {Plural.Of(pair.Key, "person")}");
        table.Add("kept", Number(report.Clips), string.Join(", ", persons), "");
        var shown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (what, clips) in new[] { ("skipped", report.Skipped), ("noted", report.Notes) })
        {
            foreach (var kind in clips.GroupBy(clip => clip.Kind).OrderByDescending(kind => kind.Count()))
            {
                table.Add(what, Number(kind.Count()), kind.Key, kind.First().Reason);
                shown.Add(kind.First().Reason);
            }
        }
        table.Write(terminal.Out);
        terminal.Out.WriteLine();

        string[] names = [.. report.Splits.Select(split => split.Split).Distinct()];
        var splits = new TextTable(["protocol", .. names]) { RightAligned = [.. Enumerable.Range(1, names.Length)] };
        foreach (var protocol in report.Splits.GroupBy(split => split.Protocol))
        {
            splits.Add([protocol.Key, .. names.Select(name => Number(protocol.Where(split => split.Split == name).Sum(split => split.Clips)))]);
        }
        splits.Write(terminal.Out);
        terminal.Out.Flush();
        if (report.DiscardedItems > 0)
        {
            var what = report.ResumedItems == 0 ? "begun anew" : "partly made again";
            terminal.Note($"{what}: of what an interrupted run had done, the bytes of {Plural.Of(report.DiscardedItems, "item")} were gone or damaged");
        }

        // Those of a list are told by their number; a bad file is told by its name, once.
        List<SkippedClip> bad = [.. report.Skipped.Skip(source.Known.Count).Where(clip => !shown.Contains(clip.Reason))];
        foreach (var clip in bad.Take(FewClips)) { terminal.Note($"{clip.Kind}: {clip.Reason}"); }
        if (bad.Count > FewClips) { terminal.Note($"... and {Number(bad.Count - FewClips)} more; --json lists all"); }
        terminal.Note($"done in {report.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s; next: kinema data inspect {report.Path}");
    }

    private static void WriteJson(PreparationReport report, ClipSource source, string schema, Terminal terminal) => Json.Write(terminal, schema, new
    {
        File = report.Path, Written = true, source.Name, source.Preparation, report.Clips, report.Frames, report.Persons, report.Checksum, report.Bytes,
        Splits = report.Splits.Select(split => new { split.Protocol, split.Split, split.Clips }), report.Skipped, report.Notes,
        report.ResumedItems, report.DiscardedItems, Seconds = report.Elapsed.TotalSeconds,
    });

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Line(Terminal terminal, FormattableString text) => terminal.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
