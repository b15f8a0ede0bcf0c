using System.CommandLine;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Synthetic;
using Kinema.Storage;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema data synth --out FOLDER</c>: made-up clips, so that everything can be tried without a licence.</summary>
internal static class DataSynthCommand
{
    public static Verb Create()
    {
        var defaults = new SyntheticOptions();
        var output = new Option<string>("--out", "-o") { Description = "the folder to write clips.safetensors into", HelpName = "FOLDER", Required = true };
        var classes = Number("--classes", "kinds of action, 2 to 16", defaults.Classes);
        var clips = Number("--clips", "clips in all, balanced over classes", defaults.Clips);
        var subjects = Number("--subjects", "people, 1 to 100", defaults.Subjects);
        var cameras = Number("--cameras", "points of view, 1 to 10", defaults.Cameras);
        var split = new Option<string>("--split")
        {
            Description = "what the test holds out: cross-view or cross-subject", DefaultValueFactory = _ => "cross-view", HelpName = "NAME",
        };
        split.AcceptOnlyFromAmong("cross-view", "cross-subject");
        var noise = new Option<double>("--noise") { Description = "faults of the sensor, 0 to 3", DefaultValueFactory = _ => defaults.Noise, HelpName = "X" };
        var layout = new Option<string>("--layout") { Description = "joint layout", DefaultValueFactory = _ => defaults.Layout, HelpName = "NAME|FILE" };
        var hard = new Option<bool>("--hard") { Description = "classes in pairs that differ in side or direction only" };
        var seed = new Option<long>("--seed")
        {
            Description = "same seed, same clips, on every machine", DefaultValueFactory = _ => defaults.Seed, HelpName = "N",
        };
        var samples = Number("--samples", "test clips also written as clips/NAME.json, for predict", 3);
        var overwrite = new Option<bool>("--overwrite") { Description = "replace the clips.safetensors that is there" };
        var dryRun = new Option<bool>("--dry-run") { Description = "make and count the clips, write nothing" };
        return new Verb("synth", "makes up a data set of people doing everyday actions")
        {
            output, classes, clips, subjects, cameras, split, noise, layout, hard, seed, samples, overwrite, dryRun, CommonOptions.Json(),
        }.With(
            ["kinema data synth --out toy", "kinema data synth --out toy-hard --hard --clips 2000 --seed 7"],
            "kinema data inspect; docs/data.md",
            (parse, terminal) => Run(
                new SyntheticOptions
                {
                    Classes = parse.GetValue(classes), Clips = parse.GetValue(clips), Subjects = parse.GetValue(subjects), Cameras = parse.GetValue(cameras),
                    Split = parse.GetValue(split) == "cross-subject" ? SyntheticSplit.CrossSubject : SyntheticSplit.CrossView,
                    Noise = parse.GetValue(noise), Layout = parse.GetValue(layout)!, Hard = parse.GetValue(hard), Seed = parse.GetValue(seed),
                },
                parse.GetRequiredValue(output), parse.GetValue(samples), parse.GetValue(overwrite), parse.GetValue(dryRun), terminal));
    }

    private static void Run(SyntheticOptions options, string folder, int samples, bool overwrite, bool dryRun, Terminal terminal)
    {
        var file = Path.Combine(folder, PackedDataset.FileName);
        if (File.Exists(folder)) { throw new KinemaException(ExitCode.Usage, $"{folder}: is a file; --out takes a folder"); }
        TargetFile.Check(file, overwrite || dryRun, "another folder with --out");
        var set = SyntheticDataset.Generate(options);
        var singles = Samples(set, samples).ToDictionary(clip => SampleClips.FileOf(folder, clip.Name));
        if (!dryRun)
        {
            PackedDataset.Write(set, file, StoredType.Float32);
            foreach (var (path, clip) in singles) { ClipJsonWriter.Write(clip, set.Layout, path); }
        }

        var frames = set.Clips.Sum(clip => (long)clip.Frames);
        if (terminal.Json)
        {
            Json.Write(terminal, "kinema.data-synth", new
            {
                File = file, Written = !dryRun, set.Name, Clips = set.Clips.Count, set.Classes, Frames = frames, Layout = set.Layout.Name, options.Seed,
                Splits = set.Splits.ToDictionary(split => split.Key, split => split.Value.Count), Samples = singles.Keys,
            });
            return;
        }
        var splits = string.Join(", ", set.Splits.Select(split => $"{split.Key} {split.Value.Count}"));
        terminal.Out.WriteLine(
            $"{file}: {(dryRun ? "would hold " : "")}{set.Clips.Count} clips ({splits}), {set.Classes.Count} classes, {frames} frames, seed {options.Seed}");
        foreach (var path in singles.Keys) { terminal.Out.WriteLine(path); }
        if (!dryRun) { terminal.Note($"next: kinema data inspect {folder}"); }
    }

    /// <summary>The first test clip of each class, then the second, and so on.</summary>
    private static IEnumerable<SkeletonClip> Samples(ClipDataset set, int count) => set.Split("test").Select(index => set.Clips[index])
        .GroupBy(clip => clip.Label).SelectMany(group => group.Index()).OrderBy(pair => pair.Index).ThenBy(pair => pair.Item.Label)
        .Select(pair => pair.Item).Take(count);

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value, HelpName = "N" };
}
