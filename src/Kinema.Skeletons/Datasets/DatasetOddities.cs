using System.Globalization;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>What is odd about the clips of a set, as faults: each kind is one line that counts the clips and names the first.</summary>
internal sealed class DatasetOddities(ClipDataset dataset, ClipScan[] scans)
{
    /// <summary>Above this share of clips, odd bones are no longer a sensor's usual mistakes but, say, mixed units or joints in another order.</summary>
    private const double UsualShare = 0.1;

    public IEnumerable<DatasetFault> List(IReadOnlyList<ProtocolCopies> protocols, IReadOnlyList<BoneOutlier> bones)
    {
        var wild = Names(scan => scan.WildFrames > 0);
        if (wild.Count > 0)
            yield return Fault(FaultSeverity.Error, "not-finite",
                $"a body has a NaN or an infinity in {scans.Sum(scan => scan.WildFrames)} of {Bodies} frames{EachBody}, {In(wild)}");
        foreach (var protocol in protocols.Where(found => found.Copies.Count > 0))
        {
            var (copy, original) = (dataset.Clips[protocol.Copies[0].Clip].Name, dataset.Clips[protocol.Copies[0].Original].Name);
            var where = protocol.Protocol == ClipProtocol.Official ? "" : $"{protocol.Protocol}: ";
            var more = protocol.Copies.Count > 1 ? ", …" : "";
            yield return Warning("copy",
                $"{where}{protocol.Copies.Count} of {protocol.TestClips} test clips equal training clips, number for number: {copy} equals {original}{more}");
        }
        var single = dataset.Clips.Where(clip => clip.Frames == 1).Select(clip => clip.Name).ToList();
        if (single.Count > 0)
            yield return Warning("single-frame", $"{Have(single.Count)} a single frame: {OneLine.Some(single)}");
        var zero = Names(scan => scan.ZeroJoints > 0);
        if (zero.Count > 0)
            yield return Warning("zero-joint",
                $"{scans.Sum(scan => scan.ZeroJoints)} joints lie at exactly ({Zeros}), {In(zero)}");
        if (ClipScan.CenterOf(dataset, scans) is var center && center != CenterAtOrigin.Nowhere)
        {
            var where = center == CenterAtOrigin.EveryFrame ? "in every frame" : "at the beginning of every clip";
            yield return Fault(FaultSeverity.Note, "centred",
                $"the centre, {dataset.Layout.Joints[dataset.Layout.Center]}, lies at ({Zeros}) {where}: the clips are measured from it, or it was never seen there");
        }
        var empty = Names(scan => scan.ZeroFrames > 0);
        if (empty.Count > 0)
            // One of several persons may come late or leave.
            yield return Fault(
                scans.Index().Any(scan => scan.Item.ZeroFrames > 0 && dataset.Clips[scan.Index].Persons == 1) ? FaultSeverity.Warning : FaultSeverity.Note,
                "zero-frame",
                $"a body is all zeros in {scans.Sum(scan => scan.ZeroFrames)} of {Bodies} frames{EachBody}, {In(empty)}");
        foreach (var group in bones.GroupBy(bone => bone.Oddity))
            yield return Bones(group.Key, [.. group.OrderByDescending(bone => bone.Size)]);
        var unlabelled = dataset.Clips.Where(clip => clip.Label < 0).Select(clip => clip.Name).ToList();
        if (unlabelled.Count > 0)
            yield return Fault(FaultSeverity.Note, "unlabelled", $"{Have(unlabelled.Count)} no label: {OneLine.Some(unlabelled)}");
    }

    // Two people in a frame are two frames of a body: without that, more of them are zero than the set has frames.
    private long Bodies => dataset.Clips.Sum(clip => (long)clip.Frames * clip.Persons);

    private string Zeros => dataset.Layout.Dimensions == 2 ? "0, 0" : "0, 0, 0";

    private string EachBody => dataset.Clips.Any(clip => clip.Persons > 1) ? " (each of several persons counted)" : "";

    private DatasetFault Bones(BoneOddity oddity, BoneOutlier[] worst)
    {
        var share = (double)worst.Length / dataset.Clips.Count;
        var severity = share > UsualShare ? FaultSeverity.Warning : FaultSeverity.Note;
        var some = OneLine.Some([.. worst.Select(Describe)]);
        var clips = Plural.Of(worst.Length, "clip");
        return oddity == BoneOddity.Length
            ? Fault(severity, "bone-length",
                $"{clips} ({100 * share:0.0} %) with a bone less than half or more than twice as long as the set's median: {some}")
            : Fault(severity, "bone-unsteady",
                $"{clips} ({100 * share:0.0} %) with a bone whose length varies by more than itself between its quartiles: {some}");
    }

    private string Describe(BoneOutlier bone) => $"{dataset.Clips[bone.Clip].Name} ({dataset.Layout.Joints[bone.Joint]}, {Amount(bone)})";

    private static string Amount(BoneOutlier bone) => bone.Oddity == BoneOddity.Length
        ? string.Create(CultureInfo.InvariantCulture, $"{bone.Length:0.###} against {bone.Usual:0.###}")
        : string.Create(CultureInfo.InvariantCulture, $"{100 * bone.Spread:0} %");

    private static string In(List<string> clips) => $"in {Plural.Of(clips.Count, "clip")}: {OneLine.Some(clips)}";

    private static string Have(int clips) => FormattableString.Invariant($"{clips} {(clips == 1 ? "clip has" : "clips have")}");

    private List<string> Names(Func<ClipScan, bool> which) => [.. dataset.Clips.Where((_, i) => which(scans[i])).Select(clip => clip.Name)];

    private static DatasetFault Warning(string kind, FormattableString message) => Fault(FaultSeverity.Warning, kind, message);

    private static DatasetFault Fault(FaultSeverity severity, string kind, FormattableString message) =>
        new(severity, kind, message.ToString(CultureInfo.InvariantCulture));
}
