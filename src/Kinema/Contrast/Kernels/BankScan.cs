using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Kinema.Torch;

namespace Kinema.Contrast.Kernels;

/// <summary>What one anchor is contrasted with.</summary>
/// <param name="Positives">P rows, the least similar of its class, ascending.</param>
/// <param name="HardNegatives">Q rows, the most similar of other classes, ascending.</param>
/// <param name="RandomNegatives">Q' rows of other classes, ascending.</param>
/// <param name="Written">Rows of its class that were written, and rows of other classes.</param>
/// <param name="SawNaN">Whether a similarity was no number.</param>
internal sealed record AnchorRows(
    ScoredRows Positives, ScoredRows HardNegatives, ScoredRows RandomNegatives, (int Positives, int Negatives) Written, bool SawNaN);

/// <summary>Rows of the bank with the anchor's similarity to each, later the loss's derivative in it.</summary>
internal sealed record ScoredRows(int[] Rows, float[] Similarity);

/// <summary>
/// Compares every anchor with every row of the bank, once: each thread walks over its part of the rows, multiplies a few of them with all
/// anchors, and keeps of the products only what gets onto an anchor's <see cref="Shortlist"/>. The (N, B) similarities never exist.
/// </summary>
internal static unsafe class BankScan
{
    private const int Block = RowProducts.Rows; // at a time; they stay in the first cache for all anchors
    private const int CacheLine = 64;
    private const int SmallestPart = 1024;      // rows worth a thread

    /// <summary>Chooses the hard rows and looks up the random ones.</summary>
    /// <param name="anchors">(N, D), of unit length.</param>
    /// <param name="anchorClasses">(N).</param>
    /// <param name="bank">(B, D), of unit length.</param>
    /// <param name="classes">(B).</param>
    /// <param name="drawn">For each anchor its random negatives, ascending.</param>
    /// <param name="options">How many hard ones.</param>
    internal static AnchorRows[] Run(Tensor anchors, int[] anchorClasses, Tensor bank, RowClasses classes, int[][] drawn, CsreOptions options)
    {
        var (rows, n) = (classes.Count, anchorClasses.Length);
        var parts = (int)Math.Clamp(rows / SmallestPart, 1, Math.Max(1, TorchRuntime.Threads));
        var random = Array.ConvertAll(drawn, row => new float[row.Length]);
        var found = new Part[parts];
        fixed (float* pa = anchors.Memory<float>(), pb = bank.Memory<float>())
        {
            float* a = pa, b = pb;
            var dimension = (int)bank.Size(1);
            ParallelRange.For(0, parts, 1, (from, to) =>
            {
                for (var i = (int)from; i < to; i++)
                {
                    var (first, last) = ((int)((long)rows * i / parts), (int)((long)rows * (i + 1) / parts));
                    found[i] = new Part(n, rows, options);
                    found[i].Walk(a, anchorClasses, b, classes, dimension, first, last, drawn, random);
                }
            });
        }

        var result = new AnchorRows[n];
        ParallelRange.For(0, n, 1, (from, to) =>
        {
            for (var k = (int)from; k < to; k++) result[k] = Merge(found, k, new ScoredRows(drawn[k], random[k]));
        });
        foreach (var part in found) part.Dispose();
        return result;
    }

    private static AnchorRows Merge(Part[] parts, int anchor, ScoredRows random)
    {
        var (far, near, positives, filled) = (parts[0].Far[anchor], parts[0].Near[anchor], 0, 0);
        foreach (var part in parts)
        {
            if (part != parts[0])
            {
                far.AddAll(part.Far[anchor]);
                near.AddAll(part.Near[anchor]);
            }

            positives += part.Positives[anchor];
            filled += part.Filled;
        }

        var (hard, least) = (near.TakeSorted(), far.TakeSorted()); // the sums of the loss run in the order of rows, whoever found them
        var distances = least.Similarity;
        for (var i = 0; i < distances.Length; i++) distances[i] = -distances[i];
        return new AnchorRows(least, hard, random, (positives, filled - positives), far.SawNaN || near.SawNaN);
    }

    /// <summary>What one thread found in its rows.</summary>
    private sealed class Part : IDisposable
    {
        internal Part(int anchors, int rows, CsreOptions options)
        {
            // Room for all rows: the first part's lists also take what the others kept.
            Far = [.. Enumerable.Range(0, anchors).Select(_ => new Shortlist(options.Positives, rows))];
            Near = [.. Enumerable.Range(0, anchors).Select(_ => new Shortlist(options.HardNegatives, rows))];
            Positives = new int[anchors];
        }

        internal Shortlist[] Far { get; }

        internal Shortlist[] Near { get; }

        internal int[] Positives { get; }

        internal int Filled { get; private set; }

        internal void Walk(
            float* anchors, int[] anchorClasses, float* bank, RowClasses ofRows, int dimension, int first, int last, int[][] drawn, float[][] random)
        {
            var n = anchorClasses.Length;
            var classes = ofRows.Span;
            var bytes = Block * dimension * sizeof(float);
            var products = stackalloc float[Block];
            var ofBlock = stackalloc int[Block];
            var next = new int[n];
            for (var k = 0; k < n; k++) next[k] = Lowest(drawn[k], first);
            for (var start = first; start < last; start += Block)
            {
                var count = Math.Min(Block, last - start);
                for (var i = 0; i < Block; i++) ofBlock[i] = i < count ? classes[start + i] : -1;
                for (var i = 0; i < count; i++) Filled += ofBlock[i] >= 0 ? 1 : 0;
                for (var k = 0; k < n; k++)
                {
                    // A share of the next rows is fetched while these are multiplied.
                    if (Sse.IsSupported && start + (2 * Block) <= last)
                    {
                        var ahead = (byte*)(bank + ((long)(start + Block) * dimension));
                        for (var line = k * bytes / n; line < (k + 1) * bytes / n; line += CacheLine) Sse.Prefetch0(ahead + line);
                    }

                    RowProducts.Multiply(anchors + ((long)k * dimension), bank + ((long)start * dimension), dimension, count, products);
                    Choose(k, anchorClasses[k], products, ofBlock, start);
                    for (; next[k] < drawn[k].Length && drawn[k][next[k]] < start + count; next[k]++)
                        random[k][next[k]] = products[drawn[k][next[k]] - start];
                }
            }
        }

        public void Dispose()
        {
            foreach (var list in Far) list.Dispose();
            foreach (var list in Near) list.Dispose();
        }

        private void Choose(int anchor, int own, float* products, int* classes, int start)
        {
            var (far, near) = (Far[anchor], Near[anchor]);
            var label = Vector256.Create(own);
            var (product, ofRow) = (Vector256.Load(products), Vector256.Load(classes));
            var same = Vector256.Equals(ofRow, label);
            var other = Vector256.AndNot(Vector256.GreaterThanOrEqual(ofRow, Vector256<int>.Zero), same);
            Positives[anchor] += BitOperations.PopCount(same.ExtractMostSignificantBits());
            // "Not at most" rather than "more than": NaN has to be noticed.
            var notNear = Vector256.LessThanOrEqual(product, Vector256.Create(near.Threshold)).AsInt32();
            var notFar = Vector256.LessThanOrEqual(-product, Vector256.Create(far.Threshold)).AsInt32();
            for (var bits = Vector256.AndNot(other, notNear).ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
            {
                var at = BitOperations.TrailingZeroCount(bits);
                near.Add(products[at], start + at);
            }

            for (var bits = Vector256.AndNot(same, notFar).ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
            {
                var at = BitOperations.TrailingZeroCount(bits);
                far.Add(-products[at], start + at);
            }
        }

        private static int Lowest(int[] ascending, int least)
        {
            var at = Array.BinarySearch(ascending, least);
            return at < 0 ? ~at : at;
        }
    }
}
