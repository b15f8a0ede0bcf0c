using System.Globalization;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.NwUcla;

/// <summary>
/// Reads NW-UCLA from the folder or zip as downloaded: files <c>aAA_sSS_eEE_vVV.json</c> at any depth, in parallel, with the official
/// split in the order of the published lists. Every clip is checked against its name and the list.
/// </summary>
internal sealed class NwUclaReader(SkeletonLayout layout, IReadOnlyList<ListedClip> list)
{
    private readonly List<DatasetFault> faults = [];

    /// <summary>Whether a file name is that of a clip.</summary>
    public static bool IsClip(string path) =>
        path.EndsWith(".json", StringComparison.Ordinal) && NwUclaName.Parse(Path.GetFileNameWithoutExtension(path)) is not null;

    /// <summary>Reads all clips that can be read and lists what is wrong with the others.</summary>
    /// <exception cref="KinemaException">No clip could be read (<see cref="ExitCode.Data"/>).</exception>
    public ExaminedDataset Read(ClipFiles files)
    {
        var candidates = Candidates(files);
        var read = ReadAll(files, [.. candidates.Values]);
        var clips = read.OfType<SkeletonClip>().ToDictionary(clip => clip.Name, StringComparer.Ordinal);
        if (clips.Count == 0)
            throw new KinemaException(ExitCode.Data, faults.Count > 0 ? faults[0].Message : $"{files.Path}: holds no clip");
        CompareWithList(files, candidates, clips);
        return new ExaminedDataset(Order(clips), faults);
    }

    // Clip name to file number, in the order of names.
    private SortedDictionary<string, int> Candidates(ClipFiles files)
    {
        var found = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var named = 0;
        for (var i = 0; i < files.Names.Count; i++)
        {
            if (!IsClip(files.Names[i]))
                continue;
            // A few too many are listed one by one; far too many are another set, or a trap, and nothing of them is read.
            if (++named > 2 * list.Count)
            {
                throw new KinemaException(ExitCode.Data, string.Create(CultureInfo.InvariantCulture,
                    $"{files.Path}: holds more than {2 * list.Count} clips; NW-UCLA has {list.Count}: this is another set, or several copies of it"));
            }
            var name = Path.GetFileNameWithoutExtension(files.Names[i]);
            if (!found.TryAdd(name, i))
                Fault("duplicate-clip", $"{files.Where(i)}: clip {name} is there twice; the other is {files.Names[found[name]]}");
        }
        return found.Count > 0
            ? found
            : throw new KinemaException(ExitCode.Data,
                $"{files.Path}: holds no NW-UCLA clip: files are named like a01_s01_e00_v01.json; "
                + (FoundFiles.OfZips(files) is { Length: > 0 } zips ? zips[2..] : PackedDataset.OthersFirst));
    }

    private SkeletonClip?[] ReadAll(ClipFiles files, int[] indices)
    {
        var clips = new SkeletonClip?[indices.Length];
        var complaints = new string?[indices.Length];
        ManyClips.ForEach(indices.Length, files.Open, (i, reader) =>
        {
            try
            {
                var file = indices[i];
                clips[i] = ReadClip(reader.Read(file), Path.GetFileNameWithoutExtension(files.Names[file]), files.Where(file));
            }
            catch (KinemaException error)
            {
                complaints[i] = error.Message;
            }
        });
        foreach (var complaint in complaints)
        {
            if (complaint is not null)
                Fault("damaged-clip", $"{complaint}");
        }
        return clips;
    }

    /// <summary>One clip, checked against its name; for any number of threads.</summary>
    /// <exception cref="KinemaException">It is damaged, or contradicts its name (<see cref="ExitCode.Data"/>).</exception>
    public SkeletonClip ReadClip(ReadOnlySpan<byte> utf8, string name, string where)
    {
        var content = ClipJson.Parse(utf8, where, layout);
        var told = NwUclaName.Parse(name)!.Value;
        var classes = NwUclaName.Classes.Count;
        if (told.Label < 0)
            throw Refusal.Data($"{where}: no class has action number {told.Action:00}; there are 01–06, 08, 09, 11 and 12");
        if (told.View is < 1 or > 3)
            throw Refusal.Data($"{where}: view {told.View:00} does not exist; there are 01 to 03");
        if (content.FileName is { } inside && inside != name)
            throw Refusal.Data($"{where}: the file says it is '{OneLine.Of(inside)}'");
        var label = content.Label ?? throw Refusal.Data($"{where}: the key 'label' is missing");
        if (label < 1 || label > classes)
            throw Refusal.Data($"{where}: label {label} is out of range 1 to {classes}");
        if (label - 1 != told.Label)
            throw Refusal.Data($"{where}: label {label} contradicts the file name, whose action {told.Action:00} has label {told.Label + 1}");
        var frames = content.Coordinates.Length / (layout.JointCount * 3);
        return new SkeletonClip(name, frames, layout.JointCount, persons: 1, content.Coordinates)
        {
            Label = told.Label,
            Subject = told.Subject,
            Camera = told.View,
        };
    }

    private void CompareWithList(ClipFiles files, SortedDictionary<string, int> candidates, Dictionary<string, SkeletonClip> clips)
    {
        var missing = list.Where(listed => !candidates.ContainsKey(listed.Name)).Select(listed => listed.Name).ToList();
        if (missing.Count > 0)
        {
            Fault("missing-clip",
                $"{files.Path}: {missing.Count} of the {list.Count} listed clips are missing: {OneLine.Some(missing)}; download it again");
        }
        var known = list.Select(listed => listed.Name).ToHashSet(StringComparer.Ordinal);
        var extra = candidates.Keys.Where(name => !known.Contains(name)).ToList();
        if (extra.Count > 0)
            Fault("extra-clip", $"{files.Path}: {extra.Count} clips are not in the official list: {OneLine.Some(extra)}; take them out");
        foreach (var listed in list)
        {
            if (clips.TryGetValue(listed.Name, out var clip) && clip.Frames != listed.Frames)
                Fault("frame-count", $"{files.Where(candidates[listed.Name])}: has {clip.Frames} frames; the list says {listed.Frames}");
        }
    }

    // Listed clips in the order of the list, then any others by name.
    private ClipDataset Order(Dictionary<string, SkeletonClip> clips)
    {
        var names = list.Select(listed => listed.Name).Concat(clips.Keys.Order(StringComparer.Ordinal)).Distinct(StringComparer.Ordinal);
        SkeletonClip[] ordered = [.. names.Where(clips.ContainsKey).Select(name => clips[name])];
        return new ClipDataset
        {
            Name = "nw-ucla",
            Layout = layout,
            Classes = NwUclaName.Classes,
            Clips = ordered,
            Splits = new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal) { ["train"] = Of("train"), ["test"] = Of("test") },
        };

        int[] Of(string split) =>
            [.. Enumerable.Range(0, ordered.Length).Where(i => NwUclaName.Parse(ordered[i].Name)!.Value.Split == split)];
    }

    private void Fault(string kind, FormattableString message) =>
        faults.Add(new DatasetFault(FaultSeverity.Error, kind, message.ToString(CultureInfo.InvariantCulture)));
}
