using System.Runtime.Intrinsics;
using Kinema.Torch;

namespace Kinema.Contrast.Kernels;

/// <summary>
/// The random negatives of every anchor: the Q' rows with the largest of independent uniform keys. The keys are those that
/// <see cref="HybridSampler"/> draws for all anchors and rows at once, in the same order, but only a stretch of one anchor's exists at a
/// time. (Where the last place falls between two equal keys, once in some 400 draws of 512 from 40,000 rows, either row may be taken.)
/// </summary>
internal static class RandomNegatives
{
    private const int Stretch = 8192;

    /// <summary>Draws.</summary>
    /// <param name="anchors">(N), the class of each anchor.</param>
    /// <param name="classes">(B), the class of each row, negative where nothing was written.</param>
    /// <param name="count">Q'.</param>
    /// <param name="random">Left where one draw of N·B numbers would leave it.</param>
    /// <returns>For each anchor its rows, ascending; fewer than Q' where there are fewer.</returns>
    internal static int[][] Draw(ReadOnlySpan<int> anchors, ReadOnlySpan<int> classes, int count, Generator random)
    {
        using var scope = TensorScope.Begin();
        var whole = Tensor.Empty([Math.Min(Stretch, classes.Length)]);
        var drawn = new int[anchors.Length][];
        for (var a = 0; a < anchors.Length; a++)
        {
            using var best = new Shortlist(count, classes.Length);
            for (var first = 0; first < classes.Length; first += Stretch)
            {
                var length = Math.Min(Stretch, classes.Length - first);
                var keys = length == whole.Size(0) ? whole : whole.Narrow(0, 0, length);
                Init.Uniform(keys, 0, 1, random);
                Offer(best, keys.Memory<float>(), classes.Slice(first, length), anchors[a], first);
            }

            drawn[a] = best.Best().Rows.ToArray();
            drawn[a].AsSpan().Sort();
        }

        return drawn;
    }

    private static void Offer(Shortlist best, ReadOnlySpan<float> keys, ReadOnlySpan<int> classes, int anchor, int first)
    {
        var i = 0;
        for (; i + Vector256<float>.Count <= keys.Length; i += Vector256<float>.Count)
        {
            var beyond = Vector256.GreaterThan(Vector256.Create(keys[i..]), Vector256.Create(best.Threshold));
            if (beyond == default) continue;
            for (var bits = beyond.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
                OfferOne(i + System.Numerics.BitOperations.TrailingZeroCount(bits), keys, classes);
        }

        for (; i < keys.Length; i++) OfferOne(i, keys, classes);

        void OfferOne(int at, ReadOnlySpan<float> values, ReadOnlySpan<int> ofRows)
        {
            if (ofRows[at] >= 0 && ofRows[at] != anchor && values[at] > best.Threshold) best.Add(values[at], first + at);
        }
    }
}
