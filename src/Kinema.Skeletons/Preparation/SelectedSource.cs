using System.IO.Enumeration;
using System.Text.RegularExpressions;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;
using static System.FormattableString;

namespace Kinema.Skeletons.Preparation;

/// <summary>
/// The part of a source whose items have certain names: some clips for a first look, those of one camera, those a published number was
/// measured on.
/// </summary>
/// <example><code>
/// using var source = new SelectedSource(ClipSources.Open("ntu60", "ntu.zip"), "S001C001*");    // setup 1, camera 1
/// </code></example>
public sealed partial class SelectedSource : ClipSource
{
    private const string Only = ", only '";

    private readonly ClipSource whole;
    private readonly string pattern;
    private readonly int[] items;

    /// <summary>Selects.</summary>
    /// <param name="whole">Taken over.</param>
    /// <param name="pattern">What the names of items look like: <c>*</c> stands for any text, <c>?</c> for any character; case counts.</param>
    /// <exception cref="KinemaException">No item has such a name (<see cref="ExitCode.Data"/>); the source is disposed of.</exception>
    public SelectedSource(ClipSource whole, string pattern)
    {
        ArgumentNullException.ThrowIfNull(whole);
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        (this.whole, this.pattern) = (whole, pattern);
        items = [.. Enumerable.Range(0, whole.Items.Count).Where(item => IsLike(whole.Items[item].Name))];
        if (items.Length == 0)
        {
            var first = whole.Items.Count > 0 ? $", which are like {whole.Items[0].Name}" : "";
            whole.Dispose();
            throw new KinemaException(
                ExitCode.Data, Invariant($"{whole.Name}: none of the names of its {Plural.Of(whole.Items.Count, "item")}{first}, is like '{pattern}'"));
        }
        Items = [.. items.Select(item => whole.Items[item])];
    }

    /// <inheritdoc/>
    public override string Name => whole.Name;

    /// <summary>That of the whole, and the pattern: a part is not taken for the whole, nor for another part.</summary>
    public override string Preparation => $"{whole.Preparation}{Only}{pattern}'";

    /// <summary>The name of a preparation without the pattern of a part: the clips of a part are prepared as those of the whole.</summary>
    /// <param name="preparation">Of a whole or of a part of it, which may have been mapped or scaled since.</param>
    public static string WholeOf(string preparation) => Part().Replace(preparation, "");

    // A pattern may hold anything, so its end is told by what may stand behind it.
    [GeneratedRegex(", only '.*?'(?=$|, (only|from|scale|persons) )")]
    private static partial Regex Part();

    /// <inheritdoc/>
    public override SkeletonLayout Layout => whole.Layout;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Classes => whole.Classes;

    /// <inheritdoc/>
    public override IReadOnlyList<SourceItem> Items { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<SkippedClip> Known => [.. whole.Known.Where(clip => IsLike(clip.Name))];

    /// <inheritdoc/>
    public override IEnumerable<string> Absent => whole.Absent.Where(IsLike);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, int> LeftOutBefore => whole.LeftOutBefore;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Remarks =>
        [.. whole.Remarks, Invariant($"{items.Length} of {Plural.Of(whole.Items.Count, "item")} {(items.Length == 1 ? "is" : "are")} read: those named like '{pattern}'")];

    /// <inheritdoc/>
    public override IReadOnlyList<Protocol> Protocols => whole.Protocols;

    /// <inheritdoc/>
    public override StoredType Precision => whole.Precision;

    /// <inheritdoc/>
    public override bool InOrder => whole.InOrder;

    /// <inheritdoc/>
    protected internal override string ContentKey => whole.ContentKey;

    /// <inheritdoc/>
    public override ItemReader Open() => new Reader(whole.Open(), items);

    /// <inheritdoc/>
    public override void Dispose()
    {
        whole.Dispose();
        base.Dispose();
    }

    private bool IsLike(string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    private sealed class Reader(ItemReader whole, int[] items) : ItemReader
    {
        public override ItemClips Read(int item) => whole.Read(items[item]);

        public override void Dispose()
        {
            whole.Dispose();
            base.Dispose();
        }
    }
}
