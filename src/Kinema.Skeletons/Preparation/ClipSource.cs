using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Preparation;

/// <summary>
/// A data set in the files it comes in: which items it holds, how one of them is read, and how its clips are divided for training and
/// test. <c>ClipPreparation</c> runs over it and writes the packed form. Nothing is read before it is asked for.
/// </summary>
public abstract class ClipSource : IDisposable
{
    /// <summary>What the set is called, such as <c>ntu60</c>; the packed file keeps it.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// What is done to the coordinates, by name and version, such as <c>ctr-gcn 1</c>. The packed file keeps it; a pipeline reads it there,
    /// and a half-made file of another preparation is not gone on with.
    /// </summary>
    public abstract string Preparation { get; }

    /// <summary>The joints of every clip.</summary>
    public abstract SkeletonLayout Layout { get; }

    /// <summary>The names of the classes; a label is an index into this list.</summary>
    public abstract IReadOnlyList<string> Classes { get; }

    /// <summary>What can be read, in the order of the output. An item is what is read at once: mostly a file.</summary>
    public abstract IReadOnlyList<SourceItem> Items { get; }

    /// <summary>Clips known without reading to be missing from the output, such as those of an official list, and why.</summary>
    public virtual IReadOnlyList<SkippedClip> Known => [];

    /// <summary>
    /// The names of further clips that official lists name and of which there is no file: of a set whose lists name a hundred thousand, not one by
    /// one in <see cref="Known"/>.
    /// </summary>
    public virtual IEnumerable<string> Absent => [];

    /// <summary>How many clips had been left out already of a set that this one is made of, by <see cref="SkippedClip.Kind"/>.</summary>
    public virtual IReadOnlyDictionary<string, int> LeftOutBefore => new Dictionary<string, int>();

    /// <summary>What is worth saying about the whole, a line each, such as how many files were passed over.</summary>
    public virtual IReadOnlyList<string> Remarks => [];

    /// <summary>What tells against all that is read, in one line, such as that a packed set was changed; null where nothing does.</summary>
    public virtual string? Doubt => null;

    /// <summary>The ways the clips are divided; the first is the one meant where none is named.</summary>
    public abstract IReadOnlyList<Protocol> Protocols { get; }

    /// <summary>Float64 where the published pipeline computes in double, else Float32.</summary>
    public virtual StoredType Precision => StoredType.Float32;

    /// <summary>Whether items can only be read in order, by one reader: those of a compressed array.</summary>
    public virtual bool InOrder => false;

    /// <summary>
    /// What else the output depends on, besides what is told above: when the files were written, what a list says of the clips. A half-made
    /// file is gone on with only where this is the same. It is asked for once, before clips are read.
    /// </summary>
    protected internal virtual string ContentKey => "";

    /// <summary>A reader for the use of one thread.</summary>
    public abstract ItemReader Open();

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>Reads the items of a source; not shared between threads.</summary>
public abstract class ItemReader : IDisposable
{
    /// <summary>
    /// Reads one item. What is wrong with a single clip is returned as a skipped clip; so is a fault of the whole item, thrown by the
    /// parsers as a <see cref="KinemaException"/> with <see cref="ExitCode.Data"/>, once the caller has caught it.
    /// </summary>
    /// <param name="item">An index into <see cref="ClipSource.Items"/>.</param>
    /// <exception cref="KinemaException">The item is damaged: <c>file: line: what</c>.</exception>
    public abstract ItemClips Read(int item);

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>What is read at once.</summary>
/// <param name="Name">Unique in the source: the clip's name, or that of the recording it is cut from.</param>
/// <param name="Bytes">Its size as stored, 0 if unknown: with the name it tells whether the input is the one of an interrupted run, and it is what
/// is kept free for the item before it is read.</param>
public readonly record struct SourceItem(string Name, long Bytes);

/// <summary>What became of an item.</summary>
/// <param name="Clips">None, one or, of a long recording, many; names are unique in the whole source.</param>
/// <param name="Skipped">Those that could not be used.</param>
/// <param name="Notes">Oddities of clips that were kept, for counting: <see cref="SkippedClip.Kind"/> and reason.</param>
public sealed record ItemClips(IReadOnlyList<SkeletonClip> Clips, IReadOnlyList<SkippedClip> Skipped, IReadOnlyList<SkippedClip> Notes)
{
    /// <summary>One clip, nothing to say.</summary>
    public static ItemClips One(SkeletonClip clip) => new([clip], [], []);
}

/// <summary>A clip that is not in the output, or one with something odd about it.</summary>
/// <param name="Name">The clip, or the item if it has no clip of its own.</param>
/// <param name="Kind">A stable word to count by, such as <c>no-frame</c>, <c>damaged</c>, <c>absent</c>, <c>bad-label</c>.</param>
/// <param name="Reason">One line: file, line, what.</param>
public sealed record SkippedClip(string Name, string Kind, string Reason)
{
    internal static SkippedClip Of(string name, string kind, FormattableString reason) => new(name, kind, FormattableString.Invariant(reason));
}

/// <summary>A way to divide clips into those that train and those that test.</summary>
/// <param name="Name">Such as <c>xsub</c>; <c>official</c> where the set has only one.</param>
/// <param name="Side"><c>train</c>, <c>test</c> (or another part's name), or null for a clip that takes no part.</param>
/// <param name="Classes">The labels that take part, where not all do; they are numbered anew in this order.</param>
public sealed record Protocol(string Name, Func<ClipFacts, string?> Side, IReadOnlyList<int>? Classes = null);

/// <summary>What is known of a clip without its coordinates.</summary>
/// <param name="Name">The clip's name.</param>
/// <param name="Label">The class, 0-based; -1 if unknown.</param>
/// <param name="Subject">Who performs, from 1; 0 if unknown.</param>
/// <param name="Camera">The camera or view, from 1; 0 if unknown.</param>
/// <param name="Setup">The arrangement of cameras, from 1; 0 if unknown.</param>
/// <param name="Frames">T.</param>
/// <param name="Persons">M.</param>
public readonly record struct ClipFacts(string Name, int Label, int Subject, int Camera, int Setup, int Frames, int Persons)
{
    /// <summary>The facts of a clip.</summary>
    /// <param name="clip">The clip.</param>
    public static ClipFacts Of(SkeletonClip clip) => new(clip.Name, clip.Label, clip.Subject, clip.Camera, clip.Setup, clip.Frames, clip.Persons);
}
