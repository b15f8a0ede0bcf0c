using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Poses;

/// <summary>The files of a clip that has one for every frame.</summary>
/// <param name="Name">The folder, or what the names of the files have before their numbers.</param>
/// <param name="Files">In the order of their numbers.</param>
internal sealed record FramedClip(string Name, IReadOnlyList<(InputFile File, double Number)> Files)
{
    /// <summary>
    /// Puts files together: <c>wave/0001.json</c> belongs to wave, and so do <c>wave_000000000001_keypoints.json</c> and
    /// <c>wave/wave_000000000001_keypoints.json</c>, which OpenPose writes into a folder for each video; <c>wave/v1_0001.json</c> belongs to wave/v1.
    /// </summary>
    /// <param name="files">JSON files.</param>
    /// <param name="path">Where they lie; its name is the clip's where files have numbers alone.</param>
    /// <exception cref="KinemaException">A file has no number, or two have the same (<see cref="ExitCode.Data"/>).</exception>
    public static IReadOnlyList<FramedClip> Group(IReadOnlyList<InputFile> files, string path)
    {
        var clips = new SortedDictionary<string, List<(InputFile File, double Number)>>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (FrameNumber.Split(file.Inside) is not { } parts)
            {
                throw new KinemaException(ExitCode.Data,
                    $"{path}: {OneLine.Of(file.Inside)} has no frame number at the end of its name, such as wave_000012_keypoints.json");
            }
            var name = parts.Before.TrimEnd('_', '-', '.', ' ', '/');
            if (name.Length == 0)
                name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
            if (!clips.TryGetValue(name, out var frames))
                clips[name] = frames = [];
            frames.Add((file, parts.Number));
        }
        // Shorter names after all are known: none is given twice, and clips are in the order of the names they have.
        return [.. clips.Select(clip => Sorted(Undoubled(clip.Key, clips), clip.Value, path)).OrderBy(clip => clip.Name, StringComparer.Ordinal)];
    }

    // wave/wave is wave, unless that is another clip.
    private static string Undoubled(string name, SortedDictionary<string, List<(InputFile File, double Number)>> clips)
    {
        var slash = name.LastIndexOf('/');
        var (folder, prefix) = (slash < 0 ? "" : name[..slash], name[(slash + 1)..]);
        return folder[(folder.LastIndexOf('/') + 1)..] == prefix && !clips.ContainsKey(folder) ? folder : name;
    }

    private static FramedClip Sorted(string name, List<(InputFile File, double Number)> frames, string path)
    {
        frames.Sort((a, b) => a.Number.CompareTo(b.Number));
        for (var i = 1; i < frames.Count; i++)
        {
            if (frames[i].Number == frames[i - 1].Number)
            {
                throw new KinemaException(ExitCode.Data,
                    $"{path}: {OneLine.Of(frames[i].File.Inside)} and {OneLine.Of(frames[i - 1].File.Inside)} are the same frame of clip {OneLine.Of(name)}");
            }
        }
        return new FramedClip(name, frames);
    }
}

/// <summary>One JSON file for every frame, as OpenPose writes.</summary>
internal sealed class PoseFrameFiles(InputFiles files, IReadOnlyList<FramedClip> clips, SkeletonLayout layout, ReadingOptions options) : ClipForm
{
    private readonly SourceItem[] items = [.. clips.Select(clip => new SourceItem(clip.Name, clip.Files.Sum(file => file.File.Bytes)))];

    public override SkeletonLayout Layout => layout;

    public override IReadOnlyList<SourceItem> Items => items;

    public override bool HasMarks => false;

    /// <summary>A frame that is given by itself is taken as it is, and hardly meant so.</summary>
    public override IReadOnlyList<DatasetFault> Faults => !files.IsOneFile ? [] :
    [
        new DatasetFault(FaultSeverity.Warning, "single-frame",
            $"{files.Path}: is one frame of clip {OneLine.Of(clips[0].Name)}, and taken for the whole clip; give the folder of its frames to have all of them"),
    ];

    public override string Where(int item) => $"{files.Path}: clip {OneLine.Of(clips[item].Name)}";

    public override string ContentKey => files.Key(clips.SelectMany(clip => clip.Files).Select(file => file.File));

    public override FormReader Open() => new Reader(this, files);

    private sealed class Reader(PoseFrameFiles form, InputFiles files) : FormReader
    {
        private readonly InputFiles.Reader reader = files.Open();

        public override RawClip Read(int item)
        {
            var sheet = new PoseSheet(form.Where(item));
            foreach (var (file, number) in form.Frames(item))
            {
                sheet.Where = files.Where(file);
                PoseJson.ReadFrame(reader.Read(file), sheet, number);
            }
            sheet.Where = form.Where(item);
            return form.Clip(sheet);
        }

        public override void Dispose() => reader.Dispose();
    }

    private IReadOnlyList<(InputFile File, double Number)> Frames(int item) => clips[item].Files;

    private RawClip Clip(PoseSheet sheet) => new PoseReader(sheet, layout, options).Clip();
}
