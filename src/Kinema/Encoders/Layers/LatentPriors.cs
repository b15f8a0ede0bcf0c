using Kinema.Torch;

namespace Kinema.Encoders.Layers;

/// <summary>
/// Where the classes of InfoGCN's latent vectors belong: vectors of one length at right angles, and how far the classes are from them. They come
/// from a seed of their own and not of the run, so that no checkpoint has to hold them. Of more classes than there are right angles it is the
/// columns of the matrix that are so, as the framework's orthogonal start has it, which the authors call.
/// </summary>
internal static class LatentPriors
{
    private const ulong Seed = 1;

    /// <summary>The priors, one a row: by Gram and Schmidt, the first rows the same however many there are up to D.</summary>
    /// <param name="classes">K.</param>
    /// <param name="d">D.</param>
    /// <param name="length">Of each; of each column where K > D.</param>
    /// <returns>(K, D).</returns>
    internal static Tensor Of(int classes, int d, double length)
    {
        var (wide, rows) = (classes <= d, AtRightAngles(Math.Min(classes, d), Math.Max(classes, d)));
        var priors = new float[classes * d];
        for (var k = 0; k < classes; k++)
            for (var i = 0; i < d; i++) priors[(k * d) + i] = (float)(rows[wide ? (k * d) + i : (i * classes) + k] * length);
        return Tensor.From<float>(priors, classes, d);
    }

    // So many vectors of length 1, one a row, of d numbers.
    private static double[] AtRightAngles(int count, int d)
    {
        var rows = new double[count * d];
        using (TensorScope.Begin())
        {
            using var random = new Generator(Seed);
            for (var i = 0; i < count; i++) Tensor.Randn([d], random, ScalarType.Float64).ToArray<double>().CopyTo(rows, i * d);
        }

        for (var i = 0; i < count; i++)
        {
            var row = rows.AsSpan(i * d, d);
            for (var j = 0; j < i; j++)
            {
                var before = rows.AsSpan(j * d, d);
                var along = Dot(row, before);
                for (var k = 0; k < d; k++) row[k] -= along * before[k];
            }

            var scale = 1 / Math.Sqrt(Dot(row, row));
            for (var k = 0; k < d; k++) row[k] *= scale;
        }

        return rows;

        static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
        {
            double sum = 0;
            for (var k = 0; k < left.Length; k++) sum += left[k] * right[k];
            return sum;
        }
    }

    /// <summary>
    /// Mean, over the classes that the batch has, of the squared distance between the mean of their clips and their prior, over D. Each clip stands
    /// for its class with the share that it has in it: no class that is absent comes in, and the number of classes is not asked for.
    /// </summary>
    /// <param name="z">(N, D).</param>
    /// <param name="labels">(N).</param>
    /// <param name="priors">One a row, (K or more, D).</param>
    internal static Tensor Discrepancy(Tensor z, Tensor labels, Tensor priors)
    {
        var same = labels.Unsqueeze(1).Eq(labels.Unsqueeze(0)).To(z.Type);               // (N, N)
        var share = Tensor.Ones([1], z.Type, z.Device) / same.Sum(1, keepDim: true);     // (N, 1), one over the clips of the class
        var difference = (same * share).MatMul(z) - priors.IndexSelect(0, labels);       // (N, D)
        return (difference * difference * share).Sum() / (share.Sum() * z.Size(1));
    }
}
