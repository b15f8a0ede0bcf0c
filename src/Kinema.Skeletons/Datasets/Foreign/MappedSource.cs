using System.Globalization;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>Finished files with the joints of another layout, or in another unit, than theirs; <see cref="Preparation"/> says so.</summary>
internal sealed class MappedSource : ClipSource
{
    private readonly ClipSource whole;
    private readonly LayoutMap? map;
    private readonly string path;

    /// <param name="whole">Taken over; scales its clips itself, before it checks them.</param>
    /// <param name="map">From its layout; null for none.</param>
    /// <param name="scale">What coordinates are multiplied by.</param>
    /// <param name="path">What the clips are read from, for messages.</param>
    public MappedSource(ClipSource whole, LayoutMap? map, double scale, string path)
    {
        (this.whole, this.map, this.path) = (whole, map, path);
        Preparation = whole.Preparation
            + (scale == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", scale {scale:R}"))
            + (map is null ? "" : $", from {map.From.Name} {ConvertedSource.Fingerprint(map)}");
    }

    public override string Name => whole.Name;

    public override string Preparation { get; }

    public override SkeletonLayout Layout => map?.To ?? whole.Layout;

    public override IReadOnlyList<string> Classes => whole.Classes;

    public override IReadOnlyList<SourceItem> Items => whole.Items;

    public override IReadOnlyList<SkippedClip> Known => whole.Known;

    public override IEnumerable<string> Absent => whole.Absent;

    public override IReadOnlyDictionary<string, int> LeftOutBefore => whole.LeftOutBefore;

    public override IReadOnlyList<string> Remarks => whole.Remarks;

    public override IReadOnlyList<Protocol> Protocols => whole.Protocols;

    public override StoredType Precision => whole.Precision;

    public override bool InOrder => whole.InOrder;

    // Map and scale are in the preparation's name already.
    protected internal override string ContentKey => whole.ContentKey;

    public override ItemReader Open() => map is null ? whole.Open() : new Reader(whole.Open(), map, path);

    public override void Dispose()
    {
        whole.Dispose();
        base.Dispose();
    }

    private sealed class Reader(ItemReader whole, LayoutMap map, string path) : ItemReader
    {
        public override ItemClips Read(int item)
        {
            var read = whole.Read(item);
            var (clips, skipped) = (new List<SkeletonClip>(), new List<SkippedClip>(read.Skipped));
            foreach (var clip in read.Clips)
            {
                var points = Map(clip);
                var where = $"{path}: clip {clip.Name}, mapped to layout {map.To.Name}";
                if (CoordinateCheck.FirstFault(points, clip.Frames, map.To) is { } fault)
                    skipped.Add(new SkippedClip(clip.Name, "damaged", $"{where}: {fault}"));
                else if (points.AsSpan().IndexOfAnyExcept(0.0) < 0)
                    skipped.Add(new SkippedClip(clip.Name, "no-frame", $"{where}: holds nothing but zeros"));
                else
                    clips.Add(clip.With(map.To.JointCount, points));
            }
            return read with { Clips = clips, Skipped = skipped };
        }

        // Of a picture's joint that was not seen a mean would lie anywhere. In space the origin is a place like others, that of the centre of a
        // prepared clip.
        private double[] Map(SkeletonClip clip)
        {
            var points = clip.Coordinates.ToArray();
            if (map.From.Dimensions == 2) Blank(points, SeenJoints.In(map.From, points, clip.Frames));
            var mapped = map.Apply(points, clip.Persons * clip.Frames);
            for (var i = 0; i < mapped.Length; i++)
            {
                if (double.IsNaN(mapped[i]) || mapped[i] == 0)
                    mapped[i] = 0;                             // -0, too
            }
            return mapped;
        }

        private void Blank(Span<double> points, SeenJoints seen)
        {
            var row = map.From.JointCount * 3;
            for (var start = 0; start < points.Length; start += row)
            {
                var person = points.Slice(start, row);
                var isShown = SeenJoints.Shows(person);
                for (var joint = 0; joint < map.From.JointCount; joint++)
                {
                    if (!isShown || !seen.IsSeen(person, joint)) person.Slice(joint * 3, 2).Fill(double.NaN);
                }
            }
        }

        public override void Dispose()
        {
            whole.Dispose();
            base.Dispose();
        }
    }
}
