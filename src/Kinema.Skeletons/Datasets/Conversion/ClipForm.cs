using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Conversion;

/// <summary>Clips in one of the forms people keep them in: which there are, and how one is read. An item is one clip.</summary>
internal abstract class ClipForm : IDisposable
{
    /// <summary>The joints of the clips as the files have them.</summary>
    public abstract SkeletonLayout Layout { get; }

    /// <summary>The clips, by name and size.</summary>
    public abstract IReadOnlyList<SourceItem> Items { get; }

    /// <summary>Whether the files themselves may say what a clip shows, or who is in it.</summary>
    public virtual bool HasMarks => true;

    /// <summary>What is worth saying about the whole.</summary>
    public virtual IReadOnlyList<DatasetFault> Faults => [];

    /// <summary>Files beside them that hold clips of forms which are read one file at a time.</summary>
    public IReadOnlyList<string> LeftAside { get; set; } = [];

    /// <summary>Where a clip lies, for messages.</summary>
    public abstract string Where(int item);

    /// <summary>What the file says of a clip, where that is known without reading it; else null.</summary>
    public virtual ClipMarks? Marks(int item) => null;

    /// <summary>Tells whether the files are the ones they were, without reading them.</summary>
    public abstract string ContentKey { get; }

    /// <summary>A reader for the use of one thread.</summary>
    public abstract FormReader Open();

    public virtual void Dispose()
    {
    }
}

/// <summary>Reads the clips of a form; not shared between threads.</summary>
internal abstract class FormReader : IDisposable
{
    /// <summary>Reads one clip.</summary>
    /// <exception cref="KinemaException">It is damaged, or no such clip (<see cref="ExitCode.Data"/>).</exception>
    public abstract RawClip Read(int item);

    public virtual void Dispose()
    {
    }
}

/// <summary>A form with one file for every clip.</summary>
/// <param name="files">Where they lie.</param>
/// <param name="chosen">Those that hold clips.</param>
internal abstract class FileForm(InputFiles files, IReadOnlyList<InputFile> chosen) : ClipForm
{
    private readonly SourceItem[] items = [.. chosen.Select(file => new SourceItem(file.ClipName, file.Bytes))];

    public override IReadOnlyList<SourceItem> Items => items;

    public override string Where(int item) => files.Where(chosen[item]);

    public override string ContentKey => files.Key(chosen);

    public override FormReader Open() => new FileReader(this, files, chosen);

    /// <summary>Reads a clip from the bytes of its file.</summary>
    protected abstract RawClip Parse(ReadOnlySpan<byte> bytes, string where);

    private sealed class FileReader(FileForm form, InputFiles files, IReadOnlyList<InputFile> chosen) : FormReader
    {
        private readonly InputFiles.Reader reader = files.Open();

        public override RawClip Read(int item) => form.Parse(reader.Read(chosen[item]), form.Where(item));

        public override void Dispose() => reader.Dispose();
    }
}
