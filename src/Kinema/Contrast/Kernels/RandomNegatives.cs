using Kinema.Skeletons.Augmentations;
using Kinema.Torch;

namespace Kinema.Contrast.Kernels;

/// <summary>
/// The random negatives of every anchor: Q' written rows of other classes, uniformly without replacement. Written rows are drawn until Q' different
/// ones of other classes have come: of W rows, of which O are of other classes, that takes W ln(O / (O - Q')) numbers on average, at most 0.7 W.
/// Where more than half of the O are wanted, the list of them is shuffled as far as needed instead. One number of the source is the key of a
/// call, and each anchor has numbers of its own from it: anchors are drawn for side by side, and the same for every device and number of threads.
/// </summary>
internal static class RandomNegatives
{
    private const int SmallestPart = 8; // anchors worth a thread
    private const double Keys = 1L << 53;

    /// <summary>Draws.</summary>
    /// <param name="anchors">(N), the class of each anchor.</param>
    /// <param name="classes">(B), the class of each row, negative where nothing was written.</param>
    /// <param name="count">Q'.</param>
    /// <param name="random">The source.</param>
    /// <returns>For each anchor its rows, ascending; fewer than Q' where there are fewer.</returns>
    internal static int[][] Draw(int[] anchors, ReadOnlyMemory<int> classes, int count, Generator random)
    {
        var key = Key(random);
        var written = Written(classes.Span);
        var ofClass = CountsOf(written, classes.Span);
        var drawn = new int[anchors.Length][];
        ParallelRange.For(0, anchors.Length, SmallestPart, (from, to) =>
        {
            var taken = new RowMarks(classes.Length);
            for (var a = (int)from; a < to; a++)
            {
                var numbers = new ClipRandom(key, epoch: 0, instance: a, RandomPurpose.Negatives);
                var others = written.Length - (anchors[a] < ofClass.Length ? ofClass[anchors[a]] : 0);
                drawn[a] = others >= 2L * count
                    ? Rejecting(written, classes.Span, anchors[a], count, taken, ref numbers)
                    : Shuffling(written, classes.Span, anchors[a], Math.Min(count, others), taken, ref numbers);
            }
        });
        return drawn;
    }

    private static long Key(Generator random)
    {
        using var scope = TensorScope.Begin();
        var drawn = Tensor.Empty([1], ScalarType.Float64);
        Init.Uniform(drawn, 0, 1, random);
        return (long)(drawn.ToArray<double>()[0] * Keys);
    }

    private static int[] CountsOf(int[] rows, ReadOnlySpan<int> classes)
    {
        var largest = -1;
        foreach (var row in rows) largest = Math.Max(largest, classes[row]);
        var counts = new int[largest + 1];
        foreach (var row in rows) counts[classes[row]]++;
        return counts;
    }

    private static int[] Rejecting(int[] written, ReadOnlySpan<int> classes, int own, int count, RowMarks taken, ref ClipRandom numbers)
    {
        var rows = new int[count];
        for (var found = 0; found < count;)
        {
            var row = written[numbers.NextInt(written.Length)];
            if (classes[row] != own && taken.Add(row)) found++;
        }

        taken.TakeAscending(rows);
        return rows;
    }

    private static int[] Shuffling(int[] written, ReadOnlySpan<int> classes, int own, int count, RowMarks taken, ref ClipRandom numbers)
    {
        var others = new List<int>(written.Length);
        foreach (var row in written)
            if (classes[row] != own) others.Add(row);
        for (var i = 0; i < count && others.Count > count; i++) // of all there is nothing to choose
        {
            var other = i + numbers.NextInt(others.Count - i);
            (others[i], others[other]) = (others[other], others[i]);
        }

        var rows = new int[count];
        for (var i = 0; i < count; i++) taken.Add(others[i]);
        taken.TakeAscending(rows);
        return rows;
    }

    private static int[] Written(ReadOnlySpan<int> classes)
    {
        var count = 0;
        foreach (var label in classes) count += label >= 0 ? 1 : 0;
        var rows = new int[count];
        for (int row = 0, i = 0; row < classes.Length; row++)
            if (classes[row] >= 0) rows[i++] = row;
        return rows;
    }
}
