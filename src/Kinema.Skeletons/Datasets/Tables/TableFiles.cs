using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Tables;

/// <summary>One table for every clip: a row a frame, or a row a joint. Every file may have its own header.</summary>
internal sealed class TableFiles : FileForm
{
    private readonly InputFiles files;
    private readonly InputFile first;
    private readonly SkeletonLayout layout;
    private readonly ReadingOptions options;

    public TableFiles(InputFiles files, IReadOnlyList<InputFile> chosen, SkeletonLayout layout, ReadingOptions options)
        : base(files, chosen) => (this.files, first, this.layout, this.options) = (files, chosen[0], layout, options);

    public override SkeletonLayout Layout => layout;

    /// <summary>Of the first table: that of the others would be the same, as many times as there are clips.</summary>
    public override IReadOnlyList<DatasetFault> Faults
    {
        get
        {
            try
            {
                using var reader = files.Open();
                var where = files.Where(first);
                return [.. UnknownColumns.In([First(reader.Read(first), layout, where, out _, out _)], [where])];
            }
            catch (KinemaException error) when (error.ExitCode == ExitCode.Data)
            {
                return [];                             // it is named when it is read in earnest
            }
        }
    }

    /// <summary>A layout that the first table tells, or the given one.</summary>
    public static SkeletonLayout LayoutOf(ReadOnlySpan<byte> bytes, SkeletonLayout? layout, string where) => First(bytes, layout, where, out _, out _).Layout;

    protected override RawClip Parse(ReadOnlySpan<byte> bytes, string where) => Parse(bytes, layout, options, where);

    public static RawClip Parse(ReadOnlySpan<byte> bytes, SkeletonLayout layout, ReadingOptions options, string where)
    {
        var schema = First(bytes, layout, where, out var rest, out var number);
        var clip = new TableClip(schema, options.MinimumScore, where);
        for (; TableText.NextLine(ref rest, out var line); number++)
        {
            if (!TableText.IsBlank(line))
                clip.Add(line, number, isLast: rest.IsEmpty && bytes[^1] != (byte)'\n');
        }
        return clip.Finish(options.MaximumPersons);
    }

    // The schema, and the lines of data behind it, of which the first has the given number.
    private static TableSchema First(
        ReadOnlySpan<byte> bytes, SkeletonLayout? layout, string where, out ReadOnlySpan<byte> rest, out int number)
    {
        rest = TableText.Content(bytes, where);
        for (number = 1; ; number++)
        {
            var data = rest;
            if (!TableText.NextLine(ref rest, out var line))
                throw new KinemaException(ExitCode.Data, $"{where}: the file is empty");
            if (TableText.IsBlank(line))
                continue;
            var schema = TableSchema.Read(line, number, layout, where);
            if (schema.HasHeader)
                number++;
            else
                rest = data;
            return schema;
        }
    }
}
