using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets.Labels;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Conversion;

/// <summary>Clips of one's own as a source: read, mapped to the wanted layout, scaled, completed and checked, one by one.</summary>
public sealed class ConvertedSource : ClipSource
{
    private readonly ClipForm form;
    private readonly LayoutMap? map;
    private readonly ConvertOptions options;
    private readonly ClipLabels labels;
    private readonly bool[] expected;
    private readonly IReadOnlyList<string> remarks;

    internal ConvertedSource(
        ClipForm form, LayoutMap? map, ConvertOptions options, ClipLabels labels, string name, IReadOnlyList<Protocol> protocols,
        IReadOnlyList<string> remarks)
    {
        (this.form, this.map, this.options, this.labels, this.remarks) = (form, map, options, labels, remarks);
        (Name, Protocols) = (name, protocols);
        expected = map is null ? [.. Enumerable.Repeat(true, form.Layout.JointCount)] : [.. map.Sources.Select(sources => sources.Count > 0)];
        // 3: whoever is alone in every frame is one person. The number goes up whenever the same files come to other numbers.
        Preparation = string.Create(CultureInfo.InvariantCulture, $"convert 3, missing {options.Missing.ToString().ToLowerInvariant()}")
            + (options.Scale == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", scale {options.Scale:R}"))
            + (map is null ? "" : $", from {map.From.Name} {Fingerprint(map)}")
            + (options.MinimumScore == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", score {options.MinimumScore:R}"))
            + options.PersonsNamed;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Preparation { get; }

    /// <inheritdoc/>
    public override SkeletonLayout Layout => map?.To ?? form.Layout;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Classes => labels.Classes;

    /// <inheritdoc/>
    public override IReadOnlyList<SourceItem> Items => form.Items;

    /// <inheritdoc/>
    public override IReadOnlyList<Protocol> Protocols { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Remarks => remarks;

    /// <summary>What is odd about the set, known before its clips are read: classes without clips, labels that count from 1, ….</summary>
    public IReadOnlyList<DatasetFault> Faults => [.. form.Faults, .. labels.Faults];

    /// <summary>Of the files, of what lists, names and files say of every clip, and of the sides it is on.</summary>
    protected internal override string ContentKey => FileStamp.Hash(labels.Clips.Select(Told).Prepend(form.ContentKey));

    /// <inheritdoc/>
    public override ItemReader Open() => new Reader(this);

    /// <inheritdoc/>
    public override void Dispose()
    {
        form.Dispose();
        base.Dispose();
    }

    private string Told(ResolvedClip clip)
    {
        var facts = new ClipFacts(clip.Name, clip.Label, clip.Subject, clip.Camera, clip.Setup, 0, 0);
        return $"{facts}\t{string.Join('\t', Protocols.Select(protocol => protocol.Side(facts)))}";
    }

    /// <summary>Tells maps apart: two of one's own may have the same ends.</summary>
    internal static string Fingerprint(LayoutMap map)
    {
        var text = string.Join(';', map.Sources.Select(sources => string.Join(',', sources))) + string.Join(',', map.Axes);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
    }

    private sealed class Reader(ConvertedSource source) : ItemReader
    {
        private readonly FormReader reader = source.form.Open();
        private readonly MissingFill fill = new(source.Layout, source.expected, source.options.Missing);

        public override ItemClips Read(int item)
        {
            var (raw, name, where) = (reader.Read(item), source.Items[item].Name, source.form.Where(item));
            var points = source.map?.Apply(raw.Points, raw.Persons * raw.Frames) ?? raw.Points;
            for (var i = 0; source.options.Scale != 1 && i < points.Length; i++)
                points[i] *= source.options.Scale;
            var filled = fill.Apply(points, raw.Persons, raw.Frames, where);
            if (filled.Frames == 0)
                return new ItemClips([], [new SkippedClip(name, "no-frame", $"{where}: no joint is seen in any frame")], []);
            if (CoordinateCheck.FirstFault(filled.Points, filled.Frames, source.Layout) is { } fault)
                throw new KinemaException(ExitCode.Data, $"{where}: {fault}{CoordinateCheck.UnitHint(filled.Points, source.Layout, source.options.Scale)}");
            var told = source.labels.Clips[item];
            var clip = new SkeletonClip(name, filled.Frames, source.Layout.JointCount, filled.Persons, filled.Points)
            {
                Label = told.Label,
                Subject = told.Subject,
                Camera = told.Camera,
                Setup = told.Setup,
            };
            return new ItemClips([clip], [], [.. raw.Notes.Concat(filled.Notes).Select(note => new SkippedClip(name, note.Kind, note.Reason))]);
        }

        public override void Dispose()
        {
            reader.Dispose();
            base.Dispose();
        }
    }
}
