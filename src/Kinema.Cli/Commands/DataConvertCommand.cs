using System.CommandLine;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Datasets.Foreign;
using Kinema.Skeletons.Datasets.Labels;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema data convert PATH --out PATH</c>: clips of one's own, files made by others, or a set of other joints become one packed file.</summary>
internal sealed class DataConvertCommand
{
    private readonly Argument<string> path = new("path") { Description = "a file, folder or zip: CSV, JSON, BVH, .npy, .npz, .pkl; a packed set" };
    private readonly Option<string> output = PackedTarget.Option();
    private readonly Option<string?> format = Text(
        "--format", "FORM", "csv (a file a clip), table (many clips), json, frames, bvh, openpose, mediapipe, alphapose or coco; default: told by the content");
    private readonly Option<string?> name = Text("--name", "NAME", "what the set is called; default: the file's name");
    private readonly Option<string?> layout = Text("--layout", "NAME|FILE", "the joints of the files, if they do not tell");
    private readonly Option<string?> to = Text("--to", "NAME|FILE", "the layout the clips are to have");
    private readonly Option<string?> map = Text("--map", "FILE", "a map between layouts of your own");
    private readonly Option<string?> labels = Text("--labels", "FILE", "CSV of clip,label[,subject,camera,setup,split]");
    private readonly Option<string?> labelFrom = Text("--label-from", "HOW", "folder, or a pattern of names with groups label, subject, …");
    private readonly Option<string?> classes = Text("--classes", "FILE", "CSV of label,name");
    private readonly Option<bool> unlabelled = new("--unlabelled") { Description = "clips may be without a label" };
    private readonly Option<string> missing = Of("--missing", "joints not seen: interpolate, zero or refuse", "interpolate");
    private readonly Option<double> score = new("--min-score") { Description = "a joint of less confidence counts as not seen", HelpName = "P" };
    private readonly Option<int> persons = new("--max-persons") { Description = "M at most", DefaultValueFactory = _ => 2, HelpName = "N" };
    private readonly Option<double> scale = new("--scale")
    {
        Description = "coordinates are multiplied by it: 0.01 for centimetres", DefaultValueFactory = _ => 1, HelpName = "X",
    };
    private readonly Option<bool> ends = new("--end-sites") { Description = "the ends of a BVH's last bones are joints too" };
    private readonly SplitSwitches split = new();
    private readonly PreparationSwitches run = new();

    public static Verb Create() => new DataConvertCommand().Verb();

    private Verb Verb()
    {
        missing.AcceptOnlyFromAmong("interpolate", "zero", "refuse");
        var verb = new Verb("convert", "makes one packed file of your own clips, or of others'") { path, output };
        foreach (var rare in (Option[])[format, name, map, missing, score, scale, ends]) { rare.Hidden = true; }
        split.HideRare();
        foreach (var option in (Option[])[format, name, layout, to, map, labels, labelFrom, classes, unlabelled, missing, score, persons, scale, ends])
            verb.Add(option);
        split.AddTo(verb);
        run.AddTo(verb);
        return verb.With(
            [
                "kinema data convert clips/ --layout suit.yaml --labels labels.csv --out mine",
                "kinema data convert ntu60_hrnet.pkl --out hrnet",
                "kinema data convert ntu60 --to nw-ucla --out ntu60-20",
            ],
            "docs/your-own-data.md; kinema layouts list",
            (parse, terminal) =>
            {
                var file = PackedTarget.Of(parse.GetRequiredValue(output));
                run.Check(parse, file);
                using var source = Open(parse, file, terminal);
                if (source is ConvertedSource { Faults: var faults })
                {
                    foreach (var fault in faults) { terminal.Note($"{fault.Kind}: {fault.Message}"); }
                }
                run.Execute(parse, source, file, "kinema.data-convert", terminal);
            });
    }

    private ClipSource Open(ParseResult parse, string target, Terminal terminal)
    {
        var input = parse.GetRequiredValue(path);
        if (parse.GetValue(format) is null && ForeignFiles.Recognise(input) is { } kind)
        {
            // Here, too, either may have been meant.
            var aside = kind == ForeignKind.PackedSet && SampleClips.FolderIn(input) is { } samples
                ? $"the clips in {samples} are left aside as samples of it; to convert those, give {samples}"
                : null;
            if (kind == ForeignKind.PackedSet) { RefusePacked(parse, input, target, aside is null ? "" : $" ({aside})"); }
            else { RefuseForeign(parse, input, kind); }
            var foreign = ForeignFiles.Open(input, new ForeignOptions
            {
                Layout = parse.GetValue(layout) is { } given ? Layouts.Get(given) : null,
                Classes = parse.GetValue(classes) is { } names ? LabelMap.Load(names).Names : null,
                Name = parse.GetValue(name),
                Persons = parse.GetValue(persons), To = parse.GetValue(to), Map = parse.GetValue(map), Scale = parse.GetValue(scale),
            });
            if (aside is not null) { terminal.Note($"{input}: the packed set is converted; {aside}"); }
            return foreign;
        }
        var packed = Path.Combine(input, PackedDataset.FileName);
        if (parse.GetValue(format) is not null || !File.Exists(packed) || TargetFile.AreSame(packed, target)) { return OpenClips(parse, input); }
        // Either may have been meant: what was not taken is named.
        try
        {
            var source = OpenClips(parse, input);
            terminal.Note($"{input}: the clips beside the packed set are converted, not the set; that one is given as {packed}");
            return source;
        }
        catch (KinemaException error) when (error.ExitCode == ExitCode.Data)
        {
            throw new KinemaException(error.ExitCode, $"{error.Message} (the packed set beside these files is given as {packed})", error);
        }
    }

    private ConvertedSource OpenClips(ParseResult parse, string input) => ConvertSources.Open(
        input, new ConvertOptions
        {
            Format = parse.GetValue(format), Name = parse.GetValue(name), Layout = parse.GetValue(layout), To = parse.GetValue(to), Map = parse.GetValue(map),
            Labels = parse.GetValue(labels), LabelFrom = parse.GetValue(labelFrom), Classes = parse.GetValue(classes), Unlabelled = parse.GetValue(unlabelled),
            Missing = Enum.Parse<MissingJoints>(parse.GetValue(missing)!, ignoreCase: true), MinimumScore = parse.GetValue(score),
            MaximumPersons = parse.GetValue(persons), Scale = parse.GetValue(scale), EndSites = parse.GetValue(ends), Split = split.Rule(parse),
        });

    // An option that would do nothing is refused. One array has no label at all, so that --unlabelled says what is so.
    private void RefuseForeign(ParseResult parse, string input, ForeignKind kind)
    {
        if (Given(parse, [labels, labelFrom, .. kind == ForeignKind.SingleArray ? [] : (Option[])[unlabelled], .. split.All]) is { } told)
        {
            throw new KinemaException(ExitCode.Usage, kind == ForeignKind.SingleArray
                ? $"{input}: is one clip, which gets no label and is not divided; leave {told.Name} away"
                : $"{input}: holds labels and divisions of its own; leave {told.Name} away, or name its form with --format");
        }
        if (Given(parse, [missing, score, ends]) is { } other)
        {
            throw new KinemaException(ExitCode.Usage, $"{input}: {other.Name} is not applied to files made by others; leave it away");
        }
    }

    private void RefusePacked(ParseResult parse, string input, string target, string aside)
    {
        if (Given(parse, [layout, labels, labelFrom, classes, unlabelled, missing, score, persons, ends, .. split.All]) is { } told)
        {
            throw new KinemaException(
                ExitCode.Usage, $"{input}: is a packed set, of which --to, --map, --scale and --name change something; leave {told.Name} away"
                + (split.All.Contains(told) ? ": 'kinema data split --into' divides it" : "") + aside);
        }
        var own = Directory.Exists(input) ? Path.Combine(input, PackedDataset.FileName) : input;
        if (TargetFile.AreSame(own, target))
        {
            throw new KinemaException(ExitCode.Usage, $"{target}: is the set that is read; give another --out{aside}");
        }
    }

    private static Option? Given(ParseResult parse, IEnumerable<Option> options) =>
        options.FirstOrDefault(option => parse.GetResult(option) is { Implicit: false });

    private static Option<string?> Text(string option, string value, string description) => new(option) { Description = description, HelpName = value };

    private static Option<string> Of(string option, string description, string usual) =>
        new(option) { Description = description, DefaultValueFactory = _ => usual, HelpName = "HOW" };
}
