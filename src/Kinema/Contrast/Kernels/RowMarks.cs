using System.Numerics;

namespace Kinema.Contrast.Kernels;

/// <summary>
/// A set of rows of a bank, a bit each, that gives them back in ascending order: looking through a bank's bits takes a fraction of sorting the
/// few hundred rows that an anchor is contrasted with.
/// </summary>
/// <param name="rows">B, the number of rows there are.</param>
internal sealed class RowMarks(int rows)
{
    private const int Bits = 64;

    private readonly ulong[] words = new ulong[(rows + Bits - 1) / Bits];

    /// <summary>B.</summary>
    internal int Rows { get; } = rows;

    /// <summary>Marks a row.</summary>
    /// <returns>Whether it was not marked before.</returns>
    internal bool Add(int row)
    {
        ref var word = ref words[row / Bits];
        var bit = 1UL << (row % Bits);
        if ((word & bit) != 0) return false;
        word |= bit;
        return true;
    }

    /// <summary>Gives back as many marked rows as there are, ascending, and forgets them.</summary>
    /// <param name="to">Has room for exactly those.</param>
    internal void TakeAscending(Span<int> to)
    {
        var next = 0;
        for (var i = 0; i < words.Length && next < to.Length; i++)
        {
            for (var word = words[i]; word != 0; word &= word - 1) to[next++] = (i * Bits) + BitOperations.TrailingZeroCount(word);
            words[i] = 0;
        }
    }
}
