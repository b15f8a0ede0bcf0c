using System.Buffers;

namespace Kinema.Contrast.Kernels;

/// <summary>
/// The K largest of a stream of values, with the row each came from; of equal values the earlier rows. Room for 2K: when it is full the
/// smaller half is dropped, and from then on only what exceeds the smallest value kept gets in. Few of a long stream do, so that a value
/// costs one comparison.
/// </summary>
internal sealed class Shortlist : IDisposable
{
    private readonly int keep;
    private readonly float[] values;
    private readonly int[] rows;
    private int count, thresholdRow = -1;

    /// <summary>An empty list.</summary>
    /// <param name="keep">K, at least 1.</param>
    /// <param name="offered">The most values that will be offered: no room is taken for more.</param>
    internal Shortlist(int keep, int offered)
    {
        this.keep = keep;
        Room = (int)Math.Min(2L * keep, Math.Max(1, offered));
        values = ArrayPool<float>.Shared.Rent(Room);
        rows = ArrayPool<int>.Shared.Rent(Room);
    }

    /// <summary>What a value has to exceed.</summary>
    internal float Threshold { get; private set; } = float.NegativeInfinity;

    /// <summary>Whether a value was offered that compares with none.</summary>
    internal bool SawNaN { get; private set; }

    private int Room { get; }

    /// <summary>Takes a value that exceeds <see cref="Threshold"/>, or NaN.</summary>
    internal void Add(float value, int row)
    {
        if (float.IsNaN(value))
        {
            SawNaN = true;
            return;
        }

        if (count == Room) Prune();
        if (!Before(value, row, Threshold, thresholdRow)) return;
        values[count] = value;
        rows[count++] = row;
    }

    /// <summary>Takes what another list kept.</summary>
    internal void AddAll(Shortlist other)
    {
        for (var i = 0; i < other.count; i++)
            if (other.values[i] >= Threshold) Add(other.values[i], other.rows[i]);
        SawNaN |= other.SawNaN;
    }

    /// <summary>The K largest, or all where there were fewer, in no order.</summary>
    internal (Memory<float> Values, Memory<int> Rows) Best()
    {
        Prune();
        return (values.AsMemory(0, count), rows.AsMemory(0, count));
    }

    /// <summary>Gives its room back.</summary>
    public void Dispose()
    {
        ArrayPool<float>.Shared.Return(values);
        ArrayPool<int>.Shared.Return(rows);
    }

    // Hoare's selection: afterwards the K largest come first, and the smallest of them is known.
    private void Prune()
    {
        if (count <= keep) return;
        int low = 0, high = count - 1;
        while (low < high)
        {
            var (pivot, pivotRow) = Middle(low, (low + high) >>> 1, high);
            int i = low, j = high;
            while (i <= j)
            {
                while (Before(values[i], rows[i], pivot, pivotRow)) i++;
                while (Before(pivot, pivotRow, values[j], rows[j])) j--;
                if (i > j) break;
                (values[i], values[j]) = (values[j], values[i]);
                (rows[i], rows[j]) = (rows[j], rows[i]);
                i++;
                j--;
            }

            // Everything before i comes no later than the pivot, everything after j no earlier.
            if (keep - 1 <= j) high = j;
            else if (keep - 1 >= i) low = i;
            else break;
        }

        count = keep;
        (Threshold, thresholdRow) = (values[0], rows[0]);
        for (var i = 1; i < keep; i++)
            if (Before(Threshold, thresholdRow, values[i], rows[i])) (Threshold, thresholdRow) = (values[i], rows[i]);
    }

    private (float Value, int Row) Middle(int a, int b, int c)
    {
        if (Before(values[b], rows[b], values[a], rows[a])) (a, b) = (b, a);
        if (Before(values[c], rows[c], values[b], rows[b])) b = c;
        if (Before(values[b], rows[b], values[a], rows[a])) b = a;
        return (values[b], rows[b]);
    }

    // Of equal values the earlier row comes first: what is kept does not depend on how the rows were shared out.
    private static bool Before(float value, int row, float other, int otherRow) => value > other || (value == other && row < otherRow);
}
