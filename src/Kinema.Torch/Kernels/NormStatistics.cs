using System.Runtime.Intrinsics;

namespace Kinema.Torch;

/// <summary>
/// The arithmetic of batch normalisation over the rows of a channels-last map in single precision. Rows may be longer than the channels that
/// are normalised. Sums run over blocks of rows whose number does not depend on the thread count, and the blocks are added in order: a run
/// repeats bit for bit.
/// </summary>
internal static unsafe class NormStatistics
{
    /// <summary>Rows of a block.</summary>
    internal const int BlockRows = 256;

    private const int SingleRows = 16; // summed in single precision before they go into a double; more would lose digits

    /// <summary>Blocks of a number of rows.</summary>
    internal static int Blocks(int rows) => (rows + BlockRows - 1) / BlockRows;

    /// <summary>μ and 1/σ of each channel: those of the batch while training, which also move the running ones, else the running ones.</summary>
    /// <param name="x">The first number of the first row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="step">From row to row.</param>
    /// <param name="norms">Side by side on the channels.</param>
    /// <param name="training">Which statistics.</param>
    /// <param name="mean">Gets μ.</param>
    /// <param name="inverse">Gets 1/σ.</param>
    /// <param name="wide">Whether with 512-bit registers; null asks the processor. For tests.</param>
    internal static void Of(float* x, int rows, long step, BatchNorm[] norms, bool training, float* mean, float* inverse, bool? wide = null)
    {
        if (training) OfBatch(x, rows, step, norms, mean, inverse, wide ?? Vector512.IsHardwareAccelerated);
        else OfRun(norms, mean, inverse);
    }

    /// <summary>Normalisation as one step, factor · x + offset.</summary>
    internal static void Affine(float* gamma, float* beta, float* mean, float* inverse, int channels, float* factor, float* offset)
    {
        for (var i = 0; i < channels; i++)
        {
            factor[i] = gamma[i] * inverse[i];
            offset[i] = beta[i] - (mean[i] * factor[i]);
        }
    }

    /// <summary>Adds blocks of two rows of sums in order.</summary>
    internal static (double[] First, double[] Second) Add(double* sums, int blocks, int channels)
    {
        var (first, second) = (new double[channels], new double[channels]);
        for (var block = 0; block < blocks; block++)
        {
            var at = block * 2 * channels;
            for (var c = 0; c < channels; c++)
            {
                first[c] += sums[at + c];
                second[c] += sums[at + channels + c];
            }
        }

        return (first, second);
    }

    /// <summary>
    /// From Σ g and Σ g (x - μ): dβ = Σ g, dγ = Σ g x̂, and the coefficients of dx = a g - b (x - μ) - k, that is
    /// γ/σ (g - mean(g) - x̂ mean(g x̂)), or γ/σ g with running statistics.
    /// </summary>
    internal static void Gradients(
        double[] sums, double[] products, int rows, bool training, float* gamma, float* inverse, int channels,
        float* dGamma, float* dBeta, float* a, float* b, float* k)
    {
        for (var i = 0; i < channels; i++)
        {
            var product = products[i] * inverse[i];
            (dBeta[i], dGamma[i]) = ((float)sums[i], (float)product);
            a[i] = gamma[i] * inverse[i];
            b[i] = training ? (float)(a[i] * inverse[i] * product / rows) : 0;
            k[i] = training ? (float)(a[i] * sums[i] / rows) : 0;
        }
    }

    /// <summary>
    /// Σ g and Σ g (x - μ) over some rows, each of as many numbers as there are channels; g = 0 where y is at most 0, else dy, or dy without y.
    /// <paramref name="gated"/>, if any, gets g.
    /// </summary>
    internal static void SumGradients(
        float* dy, float* x, float* y, float* mean, int from, int to, int channels, Span<double> sums, float* gated, bool? wide = null)
    {
        if (wide ?? Vector512.IsHardwareAccelerated) SumGradients<Lanes16>(dy, x, y, mean, from, to, channels, sums, gated);
        else SumGradients<Lanes8>(dy, x, y, mean, from, to, channels, sums, gated);
    }

    /// <summary>dx = a g - b (x - μ) - k over all rows, by all threads. dx may lie in the place of dy.</summary>
    internal static void InputGradients(
        float* dy, float* x, float* y, float* mean, float* a, float* b, float* k, int rows, long step, int channels, float* dx, bool? wide = null) =>
        KernelTasks.Run(Blocks(rows), block =>
        {
            var (from, to) = (block * BlockRows, Math.Min(rows, (block + 1) * BlockRows));
            if (wide ?? Vector512.IsHardwareAccelerated) InputGradients<Lanes16>(dy, x, y, mean, a, b, k, from, to, step, channels, dx);
            else InputGradients<Lanes8>(dy, x, y, mean, a, b, k, from, to, step, channels, dx);
        });

    // The first row serves as a pivot: sums of x - pivot stay small, so that the variance keeps its digits.
    private static void OfBatch(float* x, int rows, long step, BatchNorm[] norms, float* mean, float* inverse, bool wide)
    {
        var channels = norms.Sum(norm => (int)norm.Weight.Value.Size(0));
        var blocks = Blocks(rows);
        using var parts = Packed.Sums((long)blocks * 2 * channels);
        var sums = (double*)parts.Data;
        KernelTasks.Run(blocks, block =>
        {
            var (from, to) = (block * BlockRows, Math.Min(rows, (block + 1) * BlockRows));
            var part = new Span<double>(sums + ((long)block * 2 * channels), 2 * channels);
            if (wide) SumSquares<Lanes16>(x, from, to, step, channels, part);
            else SumSquares<Lanes8>(x, from, to, step, channels, part);
        });
        var (sum, squares) = Add(sums, blocks, channels);
        var channel = 0;
        foreach (var norm in norms)
        {
            norm.CountBatch();
            var runningMean = norm.RunningMean.Value.Memory<float>();
            var runningVariance = norm.RunningVariance.Value.Memory<float>();
            for (var i = 0; i < runningMean.Length; i++, channel++)
            {
                var shift = sum[channel] / rows;
                var average = x[channel] + shift;
                var variance = Math.Max(0, (squares[channel] / rows) - (shift * shift));
                mean[channel] = (float)average;
                inverse[channel] = (float)(1 / Math.Sqrt(variance + norm.Epsilon));
                var unbiased = variance * rows / (rows - 1);
                runningMean[i] = (float)(((1 - norm.Momentum) * runningMean[i]) + (norm.Momentum * average));
                runningVariance[i] = (float)(((1 - norm.Momentum) * runningVariance[i]) + (norm.Momentum * unbiased));
            }
        }
    }

    private static void OfRun(BatchNorm[] norms, float* mean, float* inverse)
    {
        foreach (var norm in norms)
        {
            var runningMean = norm.RunningMean.Value.Memory<float>();
            var runningVariance = norm.RunningVariance.Value.Memory<float>();
            for (var i = 0; i < runningMean.Length; i++)
            {
                *mean++ = runningMean[i];
                *inverse++ = (float)(1 / Math.Sqrt(runningVariance[i] + norm.Epsilon));
            }
        }
    }

    private static void SumSquares<TLanes>(float* x, int from, int to, long step, int channels, Span<double> sums)
        where TLanes : struct, ILanes<TLanes>
    {
        var side = stackalloc float[2 * TLanes.Count];
        var whole = channels - (channels % TLanes.Count);
        for (var first = from; first < to; first += SingleRows) // few rows at a time: all of a cache line is used before it goes
        {
            var end = Math.Min(to, first + SingleRows);
            for (var c = 0; c < whole; c += TLanes.Count)
            {
                var pivot = TLanes.Load(x + c);
                TLanes sum = default, squares = default;
                for (var row = first; row < end; row++)
                {
                    var value = TLanes.Subtract(TLanes.Load(x + (row * step) + c), pivot);
                    sum = TLanes.Add(sum, value);
                    squares = TLanes.MultiplyAdd(value, value, squares);
                }

                AddTo(sum, squares, side, sums[c..], sums[(channels + c)..]);
            }
        }

        for (var c = whole; c < channels; c++)
        {
            double sum = 0, squares = 0;
            for (var row = from; row < to; row++)
            {
                double value = x[(row * step) + c] - x[c];
                sum += value;
                squares += value * value;
            }

            (sums[c], sums[channels + c]) = (sum, squares);
        }
    }

    private static void SumGradients<TLanes>(
        float* dy, float* x, float* y, float* mean, int from, int to, int channels, Span<double> sums, float* gated)
        where TLanes : struct, ILanes<TLanes>
    {
        var side = stackalloc float[2 * TLanes.Count];
        var whole = channels - (channels % TLanes.Count);
        for (var first = from; first < to; first += SingleRows)
        {
            var end = Math.Min(to, first + SingleRows);
            for (var c = 0; c < whole; c += TLanes.Count)
            {
                var average = TLanes.Load(mean + c);
                TLanes sum = default, product = default;
                for (var row = first; row < end; row++)
                {
                    var at = ((long)row * channels) + c;
                    var g = TLanes.Load(dy + at);
                    if (y is not null) g = TLanes.Gate(g, TLanes.Load(y + at));
                    if (gated is not null) TLanes.Store(g, gated + at);
                    sum = TLanes.Add(sum, g);
                    product = TLanes.MultiplyAdd(g, TLanes.Subtract(TLanes.Load(x + at), average), product);
                }

                AddTo(sum, product, side, sums[c..], sums[(channels + c)..]);
            }
        }

        for (var c = whole; c < channels; c++)
        {
            double sum = 0, product = 0;
            for (var row = from; row < to; row++)
            {
                var at = ((long)row * channels) + c;
                var value = y is not null && y[at] <= 0 ? 0 : dy[at];
                if (gated is not null) gated[at] = value;
                double g = value;
                sum += g;
                product += g * (x[at] - mean[c]);
            }

            (sums[c], sums[channels + c]) = (sum, product);
        }
    }

    private static void InputGradients<TLanes>(
        float* dy, float* x, float* y, float* mean, float* a, float* b, float* k, int from, int to, long step, int channels, float* dx)
        where TLanes : struct, ILanes<TLanes>
    {
        for (var row = from; row < to; row++)
        {
            var at = row * step;
            var c = 0;
            for (; c + TLanes.Count <= channels; c += TLanes.Count)
            {
                var g = TLanes.Load(dy + at + c);
                if (y is not null) g = TLanes.Gate(g, TLanes.Load(y + at + c));
                var centred = TLanes.Subtract(TLanes.Load(x + at + c), TLanes.Load(mean + c));
                var rest = TLanes.MultiplyAdd(TLanes.Load(b + c), centred, TLanes.Load(k + c));
                TLanes.Store(TLanes.Subtract(TLanes.Multiply(TLanes.Load(a + c), g), rest), dx + at + c);
            }

            for (; c < channels; c++)
            {
                var g = y is not null && y[at + c] <= 0 ? 0 : dy[at + c];
                dx[at + c] = (a[c] * g) - ((b[c] * (x[at + c] - mean[c])) + k[c]);
            }
        }
    }

    // Single sums would be five times further from the truth than the framework's.
    private static void AddTo<TLanes>(TLanes first, TLanes second, float* side, Span<double> firstSums, Span<double> secondSums)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes.Store(first, side);
        TLanes.Store(second, side + TLanes.Count);
        for (var j = 0; j < TLanes.Count; j += 4)
        {
            Span<double> one = firstSums[j..], two = secondSums[j..];
            (Vector256.Create<double>(one) + Vector256.Create((double)side[j], side[j + 1], side[j + 2], side[j + 3])).CopyTo(one);
            var at = TLanes.Count + j;
            (Vector256.Create<double>(two) + Vector256.Create((double)side[at], side[at + 1], side[at + 2], side[at + 3])).CopyTo(two);
        }
    }
}
