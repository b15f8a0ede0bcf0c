using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Datasets.Foreign;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Poses;

/// <summary>One JSON file (or JSON-lines file) for every clip.</summary>
internal sealed class PoseFiles(InputFiles files, IReadOnlyList<InputFile> chosen, SkeletonLayout layout, ReadingOptions options)
    : FileForm(files, chosen)
{
    public override SkeletonLayout Layout => layout;

    /// <summary>Refuses a clip of Kinetics-skeleton, which has a reader of its own.</summary>
    /// <exception cref="KinemaException">It is one (<see cref="ExitCode.Data"/>).</exception>
    internal static void RefuseKinetics(ReadOnlySpan<byte> bytes, SkeletonLayout layout, string where)
    {
        // One file must not come to two clips: that reader keeps two bodies of each frame, puts 0 in the middle of the picture and fills no gaps.
        if (layout.JointCount == KineticsClip.Joints && KineticsClip.Is(bytes))
        {
            throw new KinemaException(ExitCode.Data, $"{where}: a clip of Kinetics-skeleton; these are read from a folder or zip with train/*.json and "
                + "val/*.json: put it into one, and name no format");
        }
    }

    protected override RawClip Parse(ReadOnlySpan<byte> bytes, string where)
    {
        RefuseKinetics(bytes, layout, where);
        var sheet = new PoseSheet(where);
        PoseJson.Read(bytes, sheet);
        return new PoseReader(sheet, layout, options).Clip();
    }
}
