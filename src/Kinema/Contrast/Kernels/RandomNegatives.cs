using Kinema.Torch;

namespace Kinema.Contrast.Kernels;

/// <summary>
/// The random negatives of every anchor: Q' written rows of other classes, uniformly without replacement. Written rows are drawn until Q' different
/// ones of other classes have come: of W rows, of which O are of other classes, that takes W ln(O / (O - Q')) numbers on average, at most 0.7 W.
/// Where more than half of the O are wanted, the list of them is shuffled as far as needed instead. The numbers come from the processor, the
/// same for every device.
/// </summary>
internal static class RandomNegatives
{
    /// <summary>Draws.</summary>
    /// <param name="anchors">(N), the class of each anchor.</param>
    /// <param name="classes">(B), the class of each row, negative where nothing was written.</param>
    /// <param name="count">Q'.</param>
    /// <param name="random">The source.</param>
    /// <returns>For each anchor its rows, ascending; fewer than Q' where there are fewer.</returns>
    internal static int[][] Draw(ReadOnlySpan<int> anchors, ReadOnlySpan<int> classes, int count, Generator random)
    {
        using var scope = TensorScope.Begin();
        var numbers = new Numbers(random);
        var written = Written(classes);
        var ofClass = CountsOf(written, classes);
        var taken = new RowMarks(classes.Length);
        var drawn = new int[anchors.Length][];
        for (var a = 0; a < anchors.Length; a++)
        {
            var others = written.Length - (anchors[a] < ofClass.Length ? ofClass[anchors[a]] : 0);
            drawn[a] = others >= 2L * count
                ? Rejecting(written, classes, anchors[a], count, taken, numbers)
                : Shuffling(written, classes, anchors[a], Math.Min(count, others), taken, numbers);
        }

        return drawn;
    }

    private static int[] CountsOf(int[] rows, ReadOnlySpan<int> classes)
    {
        var largest = -1;
        foreach (var row in rows) largest = Math.Max(largest, classes[row]);
        var counts = new int[largest + 1];
        foreach (var row in rows) counts[classes[row]]++;
        return counts;
    }

    private static int[] Rejecting(int[] written, ReadOnlySpan<int> classes, int own, int count, RowMarks taken, Numbers numbers)
    {
        var rows = new int[count];
        for (var found = 0; found < count;)
        {
            var row = written[numbers.Below(written.Length)];
            if (classes[row] != own && taken.Add(row)) found++;
        }

        taken.TakeAscending(rows);
        return rows;
    }

    private static int[] Shuffling(int[] written, ReadOnlySpan<int> classes, int own, int count, RowMarks taken, Numbers numbers)
    {
        var others = new List<int>(written.Length);
        foreach (var row in written)
            if (classes[row] != own) others.Add(row);
        for (var i = 0; i < count && others.Count > count; i++) // of all there is nothing to choose
        {
            var other = i + numbers.Below(others.Count - i);
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

    // Numbers from 0 to below 1, in double: with the 24 bits of single precision some rows of a large bank would come more often than others.
    private sealed class Numbers(Generator random)
    {
        private const int Stretch = 1024;

        private readonly Tensor drawn = Tensor.Empty([Stretch], ScalarType.Float64);
        private readonly double[] stretch = new double[Stretch];
        private int next = Stretch;

        internal int Below(int end)
        {
            if (next == Stretch)
            {
                Init.Uniform(drawn, 0, 1, random);
                drawn.Memory<double>().CopyTo(stretch);
                next = 0;
            }

            return Math.Min((int)(stretch[next++] * end), end - 1);
        }
    }
}
