using System.Buffers;

namespace Kinema.Contrast.Kernels;

/// <summary>
/// The K largest of a stream of values, with the row each came from; of equal values the earlier rows. Room for 2K: when it is full the
/// smaller half is dropped, and from then on only what exceeds the smallest value kept gets in. Few of a long stream do, so that a value
/// costs one comparison.
/// </summary>
internal sealed class Shortlist : IDisposable
{
    private const uint Sign = 0x8000_0000;

    [ThreadStatic] private static RowMarks? marks;
    [ThreadStatic] private static float[]? ofRow;

    private readonly int keep, rows;
    private readonly ulong[] entries; // value and row in one number, the better the larger: a selection guesses every other comparison wrong
    private int count;
    private ulong least;              // of those kept; what is not above it does not get in

    /// <summary>An empty list.</summary>
    /// <param name="keep">K, at least 1.</param>
    /// <param name="rows">Rows that there are. No more values than that are offered, each of another row: no room is taken for more.</param>
    internal Shortlist(int keep, int rows)
    {
        (this.keep, this.rows) = (keep, rows);
        Room = (int)Math.Min(2L * keep, Math.Max(1, rows));
        entries = ArrayPool<ulong>.Shared.Rent(Room);
    }

    /// <summary>What a value has to exceed.</summary>
    internal float Threshold { get; private set; } = float.NegativeInfinity;

    /// <summary>Whether a value was offered that compares with none.</summary>
    internal bool SawNaN { get; private set; }

    private int Room { get; }

    /// <summary>Takes a value that exceeds <see cref="Threshold"/>, or NaN.</summary>
    internal void Add(float value, int row)
    {
        if (float.IsNaN(value)) SawNaN = true;
        else Add(Entry(value, row));
    }

    /// <summary>Takes what another list kept.</summary>
    internal void AddAll(Shortlist other)
    {
        foreach (var entry in other.entries.AsSpan(0, other.count)) Add(entry);
        SawNaN |= other.SawNaN;
    }

    /// <summary>The K largest, or all where there were fewer, by ascending row. The list is used up.</summary>
    internal ScoredRows TakeSorted()
    {
        Prune();
        var result = new ScoredRows(new int[count], new float[count]); // before marks are set: who runs out of memory leaves none
        if (marks is null || marks.Rows < rows) (marks, ofRow) = (new RowMarks(rows), new float[rows]);
        foreach (var entry in entries.AsSpan(0, count))
        {
            marks.Add(Row(entry));
            ofRow![Row(entry)] = Value((uint)(entry >> 32));
        }

        marks.TakeAscending(result.Rows);
        for (var i = 0; i < count; i++) result.Similarity[i] = ofRow![result.Rows[i]];
        count = 0;
        return result;
    }

    /// <summary>Gives its room back.</summary>
    public void Dispose() => ArrayPool<ulong>.Shared.Return(entries);

    private void Add(ulong entry)
    {
        if (entry <= least) return;
        if (count == Room)
        {
            Prune();
            if (entry <= least) return;
        }

        entries[count++] = entry;
    }

    // Hoare's selection: afterwards the K largest come first, and the smallest of them is known.
    private void Prune()
    {
        if (count <= keep) return;
        var span = entries.AsSpan(0, count);
        int low = 0, high = count - 1;
        while (low < high)
        {
            var pivot = Middle(span[low], span[(low + high) >>> 1], span[high]);
            int i = low, j = high;
            while (i <= j)
            {
                while (span[i] > pivot) i++;
                while (pivot > span[j]) j--;
                if (i > j) break;
                (span[i], span[j]) = (span[j], span[i]);
                i++;
                j--;
            }

            // Everything before i comes no later than the pivot, everything after j no earlier.
            if (keep - 1 <= j) high = j;
            else if (keep - 1 >= i) low = i;
            else break;
        }

        count = keep;
        least = ulong.MaxValue;
        foreach (var entry in span[..keep]) least = Math.Min(least, entry);
        Threshold = Value((uint)(least >> 32));
    }

    private static ulong Middle(ulong a, ulong b, ulong c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));

    // The bits of a number of single precision, turned so that they are in the numbers' order; -0 counts as 0. Of equal values the earlier row
    // is the larger entry, so that what is kept does not depend on how the rows were shared out.
    private static ulong Entry(float value, int row)
    {
        var bits = BitConverter.SingleToUInt32Bits(value + 0f);
        return ((ulong)((bits & Sign) != 0 ? ~bits : bits | Sign) << 32) | ~(uint)row;
    }

    private static int Row(ulong entry) => (int)~(uint)entry;

    private static float Value(uint ordered) => BitConverter.UInt32BitsToSingle((ordered & Sign) != 0 ? ordered ^ Sign : ~ordered);
}
