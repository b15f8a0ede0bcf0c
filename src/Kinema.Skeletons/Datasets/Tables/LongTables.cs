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
    private readonly SafeFileHandle[] handles;
    private readonly SourceItem[] items;
    private readonly ReadingOptions options;

    /// <summary>Opens tables that lie on the disk and reads them once.</summary>
    /// <exception cref="KinemaException">A table is damaged or cannot be read (<see cref="ExitCode.Data"/>).</exception>
    public LongTables(IReadOnlyList<string> paths, SkeletonLayout? layout, ReadingOptions options)
    {
        this.paths = [.. paths];
        this.options = options;
        index = new TableIndex(layout);
        handles = new SafeFileHandle[paths.Count];
        try
        {
            for (var i = 0; i < paths.Count; i++)
            {
                handles[i] = File.OpenHandle(paths[i], options: FileOptions.RandomAccess);
                using var stream = new FileStream(paths[i], FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
                index.Add(stream, paths[i]);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new KinemaException(ExitCode.Data, $"{string.Join(", ", paths)}: cannot be read: {error.Message}", error);
        }
        catch
        {
            Dispose();
            throw;
        }
        items = [.. index.Clips.Select(clip => new SourceItem(clip.Name, clip.Bytes))];
    }

    public override SkeletonLayout Layout => index.Schemas[0].Layout;

    public override IReadOnlyList<SourceItem> Items => items;

    public override string Where(int item) => $"{paths[index.Clips[item].Runs[0].Table]}: clip {OneLine.Of(index.Clips[item].Name)}";

    public override ClipMarks? Marks(int item) => index.Clips[item].Marks;

    public override FormReader Open() => new Reader(this);

    public override void Dispose()
    {
        foreach (var handle in handles)
            handle?.Dispose();
    }

    private sealed class Reader(LongTables tables) : FormReader
    {
        private byte[] buffer = [];

        public override RawClip Read(int item)
        {
            var indexed = tables.index.Clips[item];
            if (indexed.Bytes > ClipLimits.Bytes)
                throw ClipLimits.TooLarge(tables.Where(item), indexed.Bytes);
            var table = indexed.Runs[0].Table;
            var clip = new TableClip(tables.index.Schemas[table], tables.options.MinimumScore, tables.paths[table]);
            foreach (var run in indexed.Runs)
            {
                var rest = Bytes(run);
                for (var number = run.Line; TableText.NextLine(ref rest, out var line); number++)
                {
                    if (!TableText.IsBlank(line))
                        clip.Add(line, number);
                }
            }
            return clip.Finish(tables.options.MaximumPersons);
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
                    count = RandomAccess.Read(tables.handles[run.Table], buffer.AsSpan(filled, run.Length - filled), run.Offset + filled);
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
