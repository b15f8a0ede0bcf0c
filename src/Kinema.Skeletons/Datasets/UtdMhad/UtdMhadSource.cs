using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage.Matlab;

namespace Kinema.Skeletons.Datasets.UtdMhad;

/// <summary>
/// UTD-MHAD (Chen, Jafari and Kehtarnavaz, ICIP 2015): 861 clips of 27 actions by 8 people, four trials each, 20 joints of the first Kinect
/// in metres at 30 frames a second. Files <c>aA_sS_tT_skeleton.mat</c> at any depth, each with one variable <c>d_skel</c>, (V, 3, T).
/// </summary>
internal sealed class UtdMhadSource : FileSource
{
    private static readonly SkeletonLayout Joints = Layouts.Get("utd-mhad");

    private UtdMhadSource(ClipFiles files, FoundFiles found)
        : base(files, found.Files, [.. found.Doubles, .. found.Missing(UtdMhadName.Published, files)])
    {
    }

    public override string Name => "utd-mhad";

    public override string Preparation => "as-recorded 1";

    public override SkeletonLayout Layout => Joints;

    public override IReadOnlyList<string> Classes => UtdMhadName.Classes;

    /// <summary>The authors': subjects 1, 3, 5 and 7 train.</summary>
    public override IReadOnlyList<Protocol> Protocols { get; } = [OddEven.Subjects("official")];

    public static UtdMhadSource At(string path)
    {
        var files = ClipFiles.Open(path);
        return new UtdMhadSource(files, FoundFiles.Some(files, most: 2 * 864, "UTD-MHAD clip: files are named like a1_s1_t1_skeleton.mat",
            inside => UtdMhadName.Of(inside)?.ToString()));
    }

    private protected override ItemClips Read(FoundFile file, string where, ClipFiles.Reader reader) =>
        ItemClips.One(Parse(reader.Read(file.Index), UtdMhadName.Of($"{file.Name}_skeleton.mat")!.Value, where));

    internal static SkeletonClip Parse(ReadOnlySpan<byte> content, UtdMhadName name, string where)
    {
        const string variable = "d_skel";
        var array = MatFile.Read(content, where, ClipLimits.Bytes).Get(variable);
        var v = Joints.JointCount;
        // MATLAB leaves out a last dimension of one frame.
        if (array.Dimensions is not [20, 3] and not [20, 3, _])
            throw Refusal.Data($"{where}: {variable} is (V, 3, T) with V = {v} joints; got ({string.Join(", ", array.Dimensions)})");
        var frames = array.Dimensions is [_, _, var last] ? last : 1;
        if (frames is < 1 or > ClipLimits.Frames)
            throw Refusal.Data($"{where}: the clip has {frames} frames; one has 1 to {ClipLimits.Frames}");
        var coordinates = new double[array.Values.Length];
        for (var t = 0; t < frames; t++)
        {
            for (var c = 0; c < 3; c++)
            {
                for (var joint = 0; joint < v; joint++)
                    coordinates[(((t * v) + joint) * 3) + c] = array.Values[joint + (v * (c + (3 * t)))];
            }
        }
        return CoordinateCheck.FirstFault(coordinates, frames, Joints) is { } fault
            ? throw Refusal.Data($"{where}: {fault}")
            : new SkeletonClip(name.ToString(), frames, v, 1, coordinates) { Label = name.Action - 1, Subject = name.Subject };
    }
}
