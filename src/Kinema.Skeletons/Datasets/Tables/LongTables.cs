using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;
using Microsoft.Win32.SafeHandles;

namespace Kinema.Skeletons.Datasets.Tables;

/// <summary>Tables with a column that says which clip a row belongs to, of any size: they are read once for an index, then clip by clip.</summary>
internal sealed class LongTables : ClipForm
{
    private readonly TableIndex index;
    private readonly string[] paths;
    private readonly SourceItem[] items;
    private readonly ReadingOptions options;

    /// <summary>Opens tables that lie on the disk and reads them once.</summary>
    /// <exception cref="KinemaException">A table is damaged or cannot be read (<see cref="ExitCode.Data"/>).</exception>
    public LongTables(IReadOnlyList<string> paths, SkeletonLayout? layout, ReadingOptions options)
    {
        this.paths = [.. paths];
        this.options = options;
        index = new TableIndex(layout);
        foreach (var path in paths)
        {
            try
            {
                using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
                index.Add(stream, path);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new KinemaException(ExitCode.Data, $"{path}: cannot be read: {error.Message}", error);
            }
        }
        items = [.. index.Clips.Select(clip => new SourceItem(clip.Name, clip.Bytes))];
    }

    public override SkeletonLayout Layout => index.Schemas[0].Layout;

    public override IReadOnlyList<SourceItem> Items => items;

    public override IReadOnlyList<DatasetFault> Faults => [.. UnknownColumns.In(index.Schemas, paths)];

    public override string Where(int item) => $"{paths[index.Clips[item].Runs[0].Table]}: clip {OneLine.Of(index.Clips[item].Name)}";

    public override ClipMarks? Marks(int item) => index.Clips[item].Marks;

    public override string ContentKey => FileStamp.Of(paths);

    public override FormReader Open() => new Reader(this);

    // One table is open at a time: clips come table by table, and there may be more tables than a process may have files open.
    private sealed class Reader(LongTables tables) : FormReader
    {
        private byte[] buffer = [];
        private SafeFileHandle? file;
        private int table = -1;

        public override RawClip Read(int item)
        {
            var indexed = tables.index.Clips[item];
            if (indexed.Bytes > ClipLimits.Bytes)
                throw ClipLimits.TooLarge(tables.Where(item), indexed.Bytes);
            Open(indexed.Runs[0].Table);
            var clip = new TableClip(tables.index.Schemas[table], tables.options.MinimumScore, tables.paths[table]);
            foreach (var run in indexed.Runs)
            {
                var rest = Bytes(run);
                var isCut = !rest.IsEmpty && rest[^1] != (byte)'\n';           // only the end of the file has none
                for (var number = run.Line; TableText.NextLine(ref rest, out var line); number++)
                {
                    if (!TableText.IsBlank(line))
                        clip.Add(line, number, isLast: isCut && rest.IsEmpty);
                }
            }
            return clip.Finish(tables.options.MaximumPersons);
        }

        public override void Dispose() => file?.Dispose();

        private void Open(int wanted)
        {
            if (table == wanted)
                return;
            file?.Dispose();
            (file, table) = (null, -1);
            try
            {
                file = File.OpenHandle(tables.paths[wanted], options: FileOptions.RandomAccess);
                table = wanted;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new KinemaException(ExitCode.Data, $"{tables.paths[wanted]}: cannot be read: {error.Message}", error);
            }
        }

        private ReadOnlySpan<byte> Bytes(TableRun run)
        {
            if (buffer.Length < run.Length)
                buffer = new byte[run.Length];
            var filled = 0;
            try
            {
                for (int count; filled < run.Length; filled += count)
                {
                    count = RandomAccess.Read(file!, buffer.AsSpan(filled, run.Length - filled), run.Offset + filled);
                    if (count == 0)
                        throw new KinemaException(ExitCode.Data, $"{tables.paths[run.Table]}: became shorter while it was read");
                }
            }
            catch (IOException error)
            {
                throw new KinemaException(ExitCode.Data, $"{tables.paths[run.Table]}: cannot be read: {error.Message}", error);
            }
            return buffer.AsSpan(0, run.Length);
        }
    }
}
