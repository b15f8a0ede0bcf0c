using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Datasets.Poses;

/// <summary>One JSON file (or JSON-lines file) for every clip.</summary>
internal sealed class PoseFiles(InputFiles files, IReadOnlyList<InputFile> chosen, SkeletonLayout layout, ReadingOptions options)
    : FileForm(files, chosen)
{
    public override SkeletonLayout Layout => layout;

    protected override RawClip Parse(ReadOnlySpan<byte> bytes, string where)
    {
        var sheet = new PoseSheet(where);
        PoseJson.Read(bytes, sheet);
        return new PoseReader(sheet, layout, options).Clip();
    }
}
