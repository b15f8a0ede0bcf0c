using Kinema.Skeletons.Datasets.Bvh;
using Kinema.Skeletons.Datasets.Foreign;
using Kinema.Skeletons.Datasets.Poses;
using Kinema.Skeletons.Datasets.Tables;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Conversion;

/// <summary>Tells from endings and content in what form clips are kept, and of which layout they are.</summary>
internal static class FormRecognition
{
    // How many files are looked into where the first ones do not tell.
    private const int Looked = 20;

    /// <summary>Opens the clips of a file, folder or zip in the form that is asked for or recognised.</summary>
    /// <param name="path">What to open.</param>
    /// <param name="options">What the files do not say.</param>
    /// <param name="layout">Their joints; null takes the layout that the options name, or else tells it from the files.</param>
    /// <param name="others">Files that are something else, besides those the options name.</param>
    /// <exception cref="KinemaException">There are none, or their form or layout cannot be told (<see cref="ExitCode.Data"/>).</exception>
    public static ClipForm Open(string path, ConvertOptions options, SkeletonLayout? layout = null, params IReadOnlyList<string> others)
    {
        var files = InputFiles.Open(path, [.. new[] { options.Labels, options.Classes, options.Layout, options.Map }.OfType<string>(), .. others]);
        var form = Open(path, files, options, layout ?? (options.Layout is { } name ? Layouts.Get(name) : null));
        form.LeftAside = files.All.Count == 1 ? [] : LeftAside.In(files.All);
        return form;
    }

    private static ClipForm Open(string path, InputFiles files, ConvertOptions options, SkeletonLayout? layout)
    {
        var reading = new ReadingOptions(options.MinimumScore, options.MaximumPersons, options.EndSites);
        var format = Recognised(files, options.Format);
        using var reader = files.Open();
        switch (format)
        {
            case "table":
                var tables = Tables(files);
                if (!files.AreUnpacked)
                    throw new KinemaException(ExitCode.Data, $"{path}: tables of many clips are not read from a zip; unpack it");
                return new LongTables([.. tables.Select(files.OnDisk)], layout, reading);
            case "csv":
                var each = Tables(files);
                var told = Readable(each, reader);
                return new TableFiles(files, each, TableFiles.LayoutOf(reader.Read(told), layout, files.Where(told)), reading);
            case "bvh":
                var motions = Chosen(files, ".bvh");
                var motion = Readable(motions, reader);
                layout ??= BvhReader.ReadSkeleton(reader.Read(motion), files.Where(motion)).ToLayout(options.EndSites, files.Where(motion));
                return new BvhFiles(files, motions, layout);
            case "frames":
                var frames = Chosen(files, ".json");
                return new PoseFrameFiles(files, FramedClip.Group(frames, path), layout ?? Guess(files, frames, reader, isFrame: true), reading);
            default:
                var poses = Chosen(files, ".json", ".jsonl", ".ndjson");
                layout ??= Guess(files, poses, reader, isFrame: false);
                var pose = Readable(poses, reader);
                PoseFiles.RefuseKinetics(reader.Read(pose), layout, files.Where(pose));
                return new PoseFiles(files, poses, layout, reading);
        }
    }

    // The first file whose bytes can be had: a set is not refused for one that is too large or damaged in its zip, which is named when it is
    // read in earnest. Where none of the first can be read, the first, for its message.
    private static InputFile Readable(IReadOnlyList<InputFile> chosen, InputFiles.Reader reader)
    {
        foreach (var file in chosen.Take(Looked))
        {
            try
            {
                reader.Read(file);
                return file;
            }
            catch (KinemaException error) when (error.ExitCode == ExitCode.Data)
            {
                // The next may do.
            }
        }
        return chosen[0];
    }

    // Text files are tables where there are no others: beside tables they are read-me files.
    private static List<InputFile> Tables(InputFiles files) =>
        files.All.Any(file => file.Ending is ".csv" or ".tsv") ? Chosen(files, ".csv", ".tsv") : Chosen(files, ".csv", ".tsv", ".txt");

    private static List<InputFile> Chosen(InputFiles files, params string[] endings)
    {
        // A file that is given by itself may be called anything.
        var chosen = files.All.Count == 1 && !Directory.Exists(files.Path) ? [.. files.All] : files.All.Where(file => endings.Contains(file.Ending)).ToList();
        return chosen.Count > 0
            ? chosen
            : throw new KinemaException(ExitCode.Data, $"{files.Path}: holds no file that ends in {string.Join(", ", endings)}");
    }

    // The layout of the first clips that show anybody.
    private static SkeletonLayout Guess(InputFiles files, IReadOnlyList<InputFile> chosen, InputFiles.Reader reader, bool isFrame)
    {
        foreach (var file in chosen.Take(Looked))
        {
            var sheet = new PoseSheet(files.Where(file));
            try
            {
                if (isFrame)
                    PoseJson.ReadFrame(reader.Read(file), sheet, 0);
                else
                    PoseJson.Read(reader.Read(file), sheet);
            }
            catch (KinemaException) when (chosen.Count > 1)
            {
                continue;                                      // a damaged clip is named when it is read in earnest
            }
            if (sheet.Guess() is { } layout)
                return layout;
            if (sheet.Frames.SelectMany(frame => frame.Poses).FirstOrDefault() is { Count: > 0 } pose)
            {
                var size = pose.Rows > 0 ? FormattableString.Invariant($"{pose.Rows} joints") : FormattableString.Invariant($"{pose.Width} numbers");
                throw Refusal.Data($"{sheet.Where}: bodies of {size} may be of several layouts: name theirs with --layout");
            }
        }
        throw new KinemaException(ExitCode.Data, $"{files.Path}: the first files show nobody, so the layout cannot be told: name it with --layout");
    }

    private static string Recognised(InputFiles files, string? format)
    {
        if (format is not null)
        {
            var known = format switch { "openpose" => "frames", "mediapipe" or "alphapose" or "coco" => "json", _ => format };
            return ConvertOptions.Formats.Contains(known)
                ? known
                : throw new KinemaException(ExitCode.Usage, $"unknown format '{OneLine.Of(format)}'{Suggestion.For(format, ConvertOptions.Formats)}: known are "
                    + string.Join(", ", ConvertOptions.Formats) + ", openpose, mediapipe, alphapose, coco");
        }
        var kinds = files.All.Select(file => file.Ending switch
        {
            ".csv" or ".tsv" => "csv",
            ".json" or ".jsonl" or ".ndjson" => "json",
            ".bvh" => "bvh",
            _ => "",
        }).Where(kind => kind.Length > 0).Distinct().ToList();
        // A text by itself is meant; in a folder or zip it may be a read-me file.
        if (kinds.Count == 0 && files.All.Count == 1 && files.All[0].Ending == ".txt" && (files.IsOneFile || TableSchema.MayBegin(FirstLine(files))))
            kinds = ["csv"];
        if (kinds.Count != 1)
        {
            if (kinds.Count == 0 && WrongArray.IsOne(files.Path))
                throw WrongArray.Refusal(files.Path);
            var aside = LeftAside.In(files.All);
            if (kinds.Count == 0 && aside.Count > 0)
                throw new KinemaException(ExitCode.Data, $"{files.Path}: {LeftAside.Advice(aside)}");
            throw new KinemaException(ExitCode.Data, kinds.Count == 0
                ? $"{files.Path}: holds no CSV, TSV, JSON or BVH file; --format says what files of other endings are ({string.Join(", ", ConvertOptions.Formats)}); "
                    + "a set as downloaded is for 'kinema data prepare' (kinema data sets)"
                : $"{files.Path}: holds files of several forms ({string.Join(", ", kinds)}); name one with --format"
                    + (aside.Count > 0 ? $"; {LeftAside.Advice(aside)}" : ""));
        }
        return kinds[0] == "csv" && TableSchema.HoldsManyClips(FirstLine(files)) ? "table"
            : kinds[0] == "json" && AreFrames(files) ? "frames"
            : kinds[0];
    }

    // Of the first table that can be read, without blank lines and comments.
    private static byte[] FirstLine(InputFiles files)
    {
        var tables = Tables(files);
        using var reader = files.Open();
        var file = files.AreUnpacked ? tables[0] : Readable(tables, reader);
        var rest = files.AreUnpacked ? Head(files.OnDisk(file)) : reader.Read(file);
        rest = TableText.Content(rest, files.Where(file));
        while (TableText.NextLine(ref rest, out var line))
        {
            if (!TableText.IsBlank(line))
                return line.ToArray();
        }
        return [];
    }

    // One frame a file: what OpenPose calls its files, or folders of numbered files that are single objects with people in them.
    private static bool AreFrames(InputFiles files)
    {
        var json = files.All.Where(file => file.Ending == ".json").ToList();
        if (json.Count == 0)
            return false;
        if (json.All(file => file.Inside.EndsWith("_keypoints.json", StringComparison.Ordinal)))
            return true;
        if (json.Count < 2 || json.Any(file => FrameNumber.Split(file.Inside) is null))
            return false;
        using var reader = files.Open();
        return json.Take(3).All(file => IsFrame(reader, file, files.Where(file)));
    }

    private static bool IsFrame(InputFiles.Reader reader, InputFile file, string where)
    {
        var sheet = new PoseSheet(where);
        try
        {
            PoseJson.Read(reader.Read(file), sheet);
            return sheet.Frames.Count <= 1;
        }
        catch (KinemaException)
        {
            return false;
        }
    }

    private static byte[] Head(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var head = new byte[TableText.LongestLine];
            return head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: cannot be read: {error.Message}", error);
        }
    }
}
