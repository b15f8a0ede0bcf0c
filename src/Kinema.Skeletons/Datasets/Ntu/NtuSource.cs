using System.Globalization;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;
using static System.FormattableString;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// NTU RGB+D 60 or 120 as downloaded: <c>.skeleton</c> text files named SsssCcccPpppRrrrAaaa in a zip, in a folder of any depth or in zips
/// in a folder; in ascending name order, without those on the official list of missing skeletons. C = 3, V = 25, M ≤ 2, metres, 30
/// frames a second. What is done to the coordinates is that of a published pipeline: <c>ctr-gcn</c> (most papers since 2019),
/// <c>skeleton-contrast</c> (2s-AGCN's, and many self-supervised papers') or <c>st-gcn</c> (ST-GCN's, CrosSCLR's and its successors').
/// </summary>
/// <remarks>
/// Shahroudy et al., CVPR 2016, and Liu et al., TPAMI 2019; files, names and lists as on the authors' page of the data set. A file is
/// skipped as <c>damaged</c>, <c>empty</c>, <c>no-frame</c> (no body anywhere) or <c>no-actor</c> (no body that can be a person). Clips with
/// <c>empty-frames</c> or <c>many-bodies</c> (more than two) are noted, and what <c>ctr-gcn</c> left out of them: <c>body-short</c>,
/// <c>body-wide</c>, <c>body-third</c>.
/// </remarks>
/// <example><code>
/// using var source = NtuSource.Open("downloads/ntu", NtuSet.Ntu120);
/// using var reader = source.Open();
/// var first = reader.Read(0).Clips;
/// </code></example>
public sealed class NtuSource : ClipSource
{
    private readonly NtuFiles files;
    private readonly NtuFile[] used;
    private readonly NtuPreparation preparation;

    private NtuSource(NtuFiles files, NtuSet set, NtuPreparation preparation)
    {
        (this.files, Set, this.preparation) = (files, set, preparation);
        (used, Known) = Choose(files, set);
        if (used.Length == 0)
        {
            throw new KinemaException(ExitCode.Data, string.Create(CultureInfo.InvariantCulture,
                $"{files.Path}: of {Plural.Of(files.Files.Count, "clip")} none can be used for {set.Name}; the first: {Known[0].Reason}"));
        }
        Items = [.. used.Select(file => new SourceItem($"{file.Name}", files.Bytes(file)))];
    }

    /// <summary>What can be done to the coordinates, by name; the first is the one meant where none is named.</summary>
    public static IReadOnlyList<string> Preparations => NtuPreparation.Names;

    /// <summary>Which of the two.</summary>
    public NtuSet Set { get; }

    /// <inheritdoc/>
    public override string Name => Set.Name;

    /// <inheritdoc/>
    public override string Preparation => string.Create(CultureInfo.InvariantCulture, $"{preparation.Name} {preparation.Version}");

    /// <inheritdoc/>
    public override SkeletonLayout Layout => Layouts.Ntu;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Classes => Set.Classes;

    /// <summary>The clip files that are read, in ascending name order.</summary>
    public override IReadOnlyList<SourceItem> Items { get; }

    /// <summary>
    /// Files that are there and not read: <c>listed-missing</c>, <c>other-set</c> (NTU RGB+D 120 where 60 is asked for) and <c>duplicate</c>
    /// (of a clip that is there twice, the first in the order of paths is read).
    /// </summary>
    public override IReadOnlyList<SkippedClip> Known { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Protocol> Protocols => Set.Protocols;

    /// <summary>How many files are no clips and were passed over.</summary>
    public int IgnoredFiles => files.Ignored;

    /// <summary>The clips of the official set, without the listed ones, that are not here; none of a whole download.</summary>
    public override IEnumerable<string> Absent
    {
        get
        {
            var here = used.Select(file => file.Name).ToHashSet();
            return Set.Official.Where(name => !here.Contains(name) && !Set.Missing.Contains(name)).Select(name => $"{name}");
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Remarks
    {
        get
        {
            var (remarks, absent) = (new List<string>(), Absent.Count());
            if (IgnoredFiles > 0)
                remarks.Add(Invariant($"{IgnoredFiles} {(IgnoredFiles == 1 ? "file is no clip and is" : "files are no clips and are")} passed over: {OneLine.Some(files.IgnoredNames)}")
                    + (IgnoredFiles > files.IgnoredNames.Count ? Invariant($" and {IgnoredFiles - files.IgnoredNames.Count} more") : ""));
            if (absent > 0)
                remarks.Add(Invariant($"{absent} of the {Set.Official.Count() - Set.Missing.Count} clips of {Set.Title} are not there"));
            return remarks;
        }
    }

    /// <summary>Looks through a folder or zip; no clip is read yet.</summary>
    /// <param name="path">A zip as downloaded, or a folder with clip files or zips at any depth.</param>
    /// <param name="set">Which clips to take.</param>
    /// <param name="preparation">One of <see cref="Preparations"/>; null takes the first.</param>
    /// <exception cref="KinemaException">
    /// Nothing can be read, or there is no clip of the set (<see cref="ExitCode.Data"/>); there is no such preparation
    /// (<see cref="ExitCode.Usage"/>).
    /// </exception>
    public static NtuSource Open(string path, NtuSet set, string? preparation = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(set);
        var chosen = NtuPreparation.Get(preparation ?? Preparations[0]);
        return new NtuSource(NtuFiles.Find(path), set, chosen);
    }

    /// <inheritdoc/>
    protected internal override string ContentKey => files.Key(used);

    /// <inheritdoc/>
    public override ItemReader Open() => new Reader(this);

    private static (NtuFile[] Used, List<SkippedClip> Known) Choose(NtuFiles files, NtuSet set)
    {
        var (used, known) = (new List<NtuFile>(files.Files.Count), new List<SkippedClip>());
        foreach (var file in files.Files)
        {
            if (set.Foreign(file.Name) is { } reason)
                Skip(LeftOutByRule.OtherSet, reason);
            else if (set.Missing.Contains(file.Name))
                Skip(LeftOutByRule.ListedMissing, $"on the official list of clips without usable skeletons of {set.Title}");
            else if (used.Count > 0 && used[^1].Name == file.Name)
                Skip(LeftOutByRule.Duplicate, $"the clip is there twice; read is {files.Where(used[^1])}");
            else
                used.Add(file);

            void Skip(string kind, string reason) => known.Add(new SkippedClip($"{file.Name}", kind, $"{files.Where(file)}: {reason}"));
        }
        return ([.. used], known);
    }

    private sealed class Reader(NtuSource source) : ItemReader
    {
        private readonly NtuFiles.Reader files = source.files.Open();
        private readonly NtuBodies bodies = new();

        public override ItemClips Read(int item)
        {
            var file = source.used[item];
            var where = source.files.Where(file);
            var text = files.Read(file);
            if (NtuText.IsEmpty(text))
                return new ItemClips([], [new SkippedClip($"{file.Name}", "empty", $"{where}: the file is empty")], []);
            NtuText.Read(text, where, source.Layout, bodies);
            return source.preparation.Prepare(bodies, file.Name, where);
        }

        public override void Dispose()
        {
            files.Dispose();
            base.Dispose();
        }
    }
}
