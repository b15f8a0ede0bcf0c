using System.CommandLine;
using System.IO.Enumeration;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Previews;
using Kinema.Storage;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema data preview PATH [CLIP...]</c>: what clips look like, as pictures, animations or a page that plays them.</summary>
internal static class DataPreviewCommand
{
    private const int FewClasses = 24;
    private static readonly string[] Formats = [.. Enum.GetNames<PreviewFormats>().Skip(1).Select(name => name.ToLowerInvariant())];

    public static Verb Create()
    {
        var path = new Argument<string>("path") { Description = "a data set as 'data inspect' takes it, or one clip file (.json)" };
        var clips = new Argument<string[]>("clip")
        {
            Description = "names of clips, or patterns such as '*_s03_*'; without any, one of each class", Arity = ArgumentArity.ZeroOrMore,
        };
        var format = new Option<string>("--format")
        {
            Description = "svg, png, gif, html; several with commas", DefaultValueFactory = _ => "html", HelpName = "LIST",
        };
        var frames = new Option<int?>("--frames") { Description = "frames of a clip in svg and png; default 8, 3 on a sheet", HelpName = "N" };
        var sheet = new Option<bool>("--sheet") { Description = "all clips on one sheet: svg, unless --format has png" };
        var rate = new Option<double?>("--fps") { Description = "frames per second of the sensor; default 30, SBU and MSR Action3D 15", HelpName = "X" };
        var output = new Option<string>("--out", "-o") { Description = "the folder to write into", DefaultValueFactory = _ => "preview", HelpName = "FOLDER" };
        var layout = new Option<string?>("--layout") { Description = "the joint layout, if it is not the set's own or nw-ucla", HelpName = "NAME|FILE" };
        var overwrite = new Option<bool>("--overwrite") { Description = "replace files that are there" };
        return new Verb("preview", "pictures of clips, or a page that plays them")
        {
            path, clips, format, frames, sheet, rate, output, layout, overwrite, CommonOptions.Json(),
        }.With(
            ["kinema data preview toy", "kinema data preview nw-ucla.zip --format png --sheet",
                "kinema data preview toy/clips/a01_s03_e00_v03.json --format gif,svg"],
            "kinema data inspect --html; docs/data.md",
            (parse, terminal) =>
            {
                var options = new PreviewOptions
                {
                    // A sheet is a picture: who asks for one and names no format does not mean the page.
                    Formats = parse.GetValue(sheet) && parse.GetResult(format) is not { Implicit: false }
                        ? PreviewFormats.Svg : Read(parse.GetRequiredValue(format)),
                    Frames = parse.GetValue(frames),
                    Sheet = parse.GetValue(sheet),
                };
                var joints = parse.GetValue(layout) is { } name ? Layouts.Get(name) : null;
                var (title, shown, drawn) = Clips(parse.GetRequiredValue(path), parse.GetValue(clips) ?? [], joints, terminal);
                options = options with { FramesPerSecond = parse.GetValue(rate) ?? PreviewOptions.UsualRate(drawn) };
                var files = ClipPreview.Plan(drawn, shown, title, parse.GetRequiredValue(output), options);
                TargetFile.CheckAll(files.Select(file => file.Path), parse.GetValue(overwrite), "another folder with --out");
                foreach (var file in files) file.Write();
                Report(files, shown, drawn, terminal);
            });
    }

    private static (string Title, IReadOnlyList<LabelledClip> Clips, SkeletonLayout Layout) Clips(
        string path, string[] names, SkeletonLayout? layout, Terminal terminal)
    {
        if (Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path))
        {
            if (names.Length > 0) throw new KinemaException(ExitCode.Usage, $"{path}: is one clip; names of clips are for data sets");
            var clip = ClipJson.Read(path, layout ?? Layouts.NwUcla);
            return (clip.Name, [new LabelledClip(clip, "")], layout ?? Layouts.NwUcla);
        }
        // A set with faults is what one wants to look at; that it has some is said. A few clips are not worth reading all of it.
        var (set, faults) = DatasetReader.Examine(path, layout, compareChecksum: false);
        var errors = faults.Count(fault => fault.Severity == FaultSeverity.Error);
        if (errors > 0) terminal.Complain($"{path}: has {Plural.Of(errors, "error")}; 'kinema data inspect {path}' lists them");
        if (names.Length == 0)
        {
            var examples = ClipExamples.Of(set, FewClasses);
            if (set.Classes.Count <= examples.Count) return (set.Name, examples, set.Layout);
            // On the picture, too, which is looked at without what was said when it was made.
            var part = FormattableString.Invariant($"{examples.Count} of {set.Classes.Count} classes");
            terminal.Note($"{part} are shown; name clips to see others");
            return ($"{set.Name}: {part}", examples, set.Layout);
        }
        return (set.Name, [.. Named(set, path, names).Select(clip => ClipExamples.Labelled(set, clip))], set.Layout);
    }

    private static IEnumerable<SkeletonClip> Named(ClipDataset set, string path, string[] names)
    {
        var known = set.Clips.ToDictionary(clip => clip.Name, StringComparer.Ordinal);
        return names.SelectMany(name => known.TryGetValue(name, out var clip) ? [clip] : Like(name)).Distinct();

        SkeletonClip[] Like(string name)
        {
            SkeletonClip[] found = name.AsSpan().IndexOfAny('*', '?') < 0
                ? [] : [.. set.Clips.Where(clip => FileSystemName.MatchesSimpleExpression(name, clip.Name, ignoreCase: false))];
            return found.Length > 0 ? found : throw new KinemaException(ExitCode.Usage, $"{path}: no clip '{name}'"
                + (NearestName.Find(name, known.Keys) is { } nearest ? $"; did you mean '{nearest}'?" : $"; the first is {set.Clips[0].Name}")
                + $"; 'kinema data inspect {path} --list FILE' lists all");
        }
    }

    private static PreviewFormats Read(string list)
    {
        var formats = PreviewFormats.None;
        foreach (var name in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            formats |= Formats.Contains(name) ? Enum.Parse<PreviewFormats>(name, ignoreCase: true)
                : throw new KinemaException(ExitCode.Usage, $"--format takes {string.Join(", ", Formats)}, not '{name}'");
        }
        return formats;
    }

    private static void Report(IReadOnlyList<PreviewFile> files, IReadOnlyList<LabelledClip> clips, SkeletonLayout layout, Terminal terminal)
    {
        if (terminal.Json)
        {
            Json.Write(terminal, "kinema.data-preview", new
            {
                Layout = layout.Name,
                Clips = clips.Select(item => new { item.Clip.Name, Class = item.Label, item.Clip.Frames, item.Clip.Persons }),
                Files = files.Select(file => new { file.Path, file.Format, file.Clips, Bytes = new FileInfo(file.Path).Length }),
            });
            return;
        }
        foreach (var file in files) terminal.Out.WriteLine(file.Path);
        if (files.FirstOrDefault(file => file.Format == "html") is { } page) terminal.Note($"open {page.Path} in a browser");
    }
}
