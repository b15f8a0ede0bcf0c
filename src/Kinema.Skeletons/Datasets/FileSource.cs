using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>A set whose items are files of a folder or zip.</summary>
internal abstract class FileSource : ClipSource
{
    private readonly ClipFiles files;
    private readonly IReadOnlyList<FoundFile> found;
    private readonly Func<FoundFile, int>? labelFile;

    /// <param name="files">The folder or zip.</param>
    /// <param name="found">The items, in order.</param>
    /// <param name="known">What is known to be missing.</param>
    /// <param name="labelFile">The place of the file that an item takes its labels from, if it does: an item is as large as both.</param>
    private protected FileSource(
        ClipFiles files, IEnumerable<FoundFile> found, IEnumerable<SkippedClip> known, Func<FoundFile, int>? labelFile = null)
    {
        (this.files, this.labelFile) = (files, labelFile);
        this.found = [.. found];
        Items = [.. this.found.Select(file =>
            new SourceItem(file.Name, files.Sizes[file.Index] + (labelFile is null ? 0 : files.Sizes[labelFile(file)])))];
        Known = [.. known];
    }

    public sealed override IReadOnlyList<SourceItem> Items { get; }

    public sealed override IReadOnlyList<SkippedClip> Known { get; }

    /// <summary>Of the items and the files of their labels. Divisions are asked for when all clips are there, so their files do not matter.</summary>
    protected internal sealed override string ContentKey => files.Key(
        found.Select(file => file.Index).Concat(labelFile is null ? [] : found.Select(labelFile).Distinct()));

    public sealed override ItemReader Open() => new Reader(this);

    /// <summary>What is in a file.</summary>
    /// <param name="file">One of those given to the constructor.</param>
    /// <param name="where">What to call it in messages.</param>
    /// <param name="reader">Reads it, and others that belong to it.</param>
    /// <exception cref="KinemaException">It is damaged (<see cref="ExitCode.Data"/>).</exception>
    private protected abstract ItemClips Read(FoundFile file, string where, ClipFiles.Reader reader);

    private sealed class Reader(FileSource source) : ItemReader
    {
        private readonly ClipFiles.Reader reader = source.files.Open();

        public override ItemClips Read(int item)
        {
            var file = source.found[item];
            return source.Read(file, source.files.Where(file.Index), reader);
        }

        public override void Dispose()
        {
            reader.Dispose();
            base.Dispose();
        }
    }
}
