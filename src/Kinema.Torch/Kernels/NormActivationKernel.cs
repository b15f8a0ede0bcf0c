using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Kinema.Torch;

/// <summary>
/// The kernel of <see cref="NormActivation"/> for single precision on the CPU. The map is seen as rows (N·T·V) of C channels. Sums run over
/// blocks of rows whose number does not depend on the thread count, and the blocks are added in order: a run repeats bit for bit.
/// </summary>
internal sealed unsafe class NormActivationKernel : CustomFunction
{
    private const int BlockRows = 256;
    private const int SingleRows = 16; // summed in single precision before they go into a double

    private readonly Tensor x, scale, mean, inverse;
    private readonly Tensor? y;
    private readonly bool relu, hasResidual, training;

    private NormActivationKernel(Tensor x, Tensor scale, Tensor mean, Tensor inverse, Tensor? y, bool hasResidual, bool training)
    {
        this.x = Save(x);
        this.scale = Save(scale);
        this.mean = Save(mean);
        this.inverse = Save(inverse);
        this.y = y is null ? null : Save(y);
        (relu, this.hasResidual, this.training) = (y is not null, hasResidual, training);
    }

    internal static bool Takes(Tensor x) => x.Type == ScalarType.Float32 && x.Device.Kind == DeviceKind.Cpu && x.Dims == 4 && x.Elements > 0;

    internal static Tensor Apply(Tensor x, BatchNorm[] norms, Tensor weight, Tensor bias, Tensor? residual, bool relu)
    {
        var (n, c, t, v) = x.Sizes4();
        var channels = (int)c;
        var rows = (int)(n * t * v);
        var training = norms[0].Training;
        x = x.Contiguous(MemoryFormat.ChannelsLast);
        residual = residual?.Contiguous(MemoryFormat.ChannelsLast);
        using var region = OperatorProfile.Kernel("NormActivation", (double)rows * channels, (residual is null ? 2.0 : 3.0) * rows * channels * sizeof(float));

        Tensor output, mean, inverse;
        using (Autograd.NoGrad())
        {
            output = Tensor.Empty([n, c, t, v], format: MemoryFormat.ChannelsLast);
            mean = Tensor.Empty([c]);
            inverse = Tensor.Empty([c]);
            if (training) BatchStatistics(x, rows, channels, norms, mean, inverse);
            else RunningStatistics(norms, mean, inverse);
            Normalise(x, rows, channels, weight, bias, mean, inverse, residual, relu, output);
        }

        var function = new NormActivationKernel(x, weight, mean, inverse, relu ? output : null, residual is not null, training);
        Tensor[] inputs = residual is null ? [x, weight, bias] : [x, weight, bias, residual];
        return Record(function, inputs, () => output);
    }

    // With g = dy where y > 0: dβ = Σ g, dγ = Σ g x̂, dx = γ/σ (g - mean(g) - x̂ mean(g x̂)); with running statistics dx = γ/σ g.
    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var (n, c, t, v) = x.Sizes4();
        int channels = (int)c, rows = (int)(n * t * v);
        var dy = grads[0]!.Contiguous(MemoryFormat.ChannelsLast);
        var maps = 3 + (relu ? 1 : 0) + (hasResidual && relu ? 1 : 0);                      // dy, x, dx; y; dResidual
        using var region = OperatorProfile.Kernel("NormActivation backward", 3.0 * rows * channels, (double)maps * rows * channels * sizeof(float));
        var blocks = Blocks(rows);
        var sums = new double[blocks * 2 * channels];
        float* pdy = Pointer(dy), px = Pointer(x), py = y is null ? null : Pointer(y), pm = Pointer(mean), pi = Pointer(inverse), pw = Pointer(scale);
        ParallelRange.For(0, blocks, 1, (from, to) =>
        {
            for (var block = from; block < to; block++)
                SumGradients(pdy, px, py, pm, (int)block * BlockRows, Math.Min(rows, ((int)block + 1) * BlockRows), channels, sums.AsSpan((int)block * 2 * channels, 2 * channels));
        });
        var dWeight = Tensor.Empty([c]);
        var dBias = Tensor.Empty([c]);
        var (sumG, sumGx) = Add(sums, blocks, channels);
        float* dw = Pointer(dWeight), db = Pointer(dBias);
        var (a, b, k) = (new float[channels], new float[channels], new float[channels]); // dx = a g - b (x - μ) - k
        for (var i = 0; i < channels; i++)
        {
            var gx = sumGx[i] * pi[i];
            (db[i], dw[i]) = ((float)sumG[i], (float)gx);
            a[i] = pw[i] * pi[i];
            b[i] = training ? (float)(a[i] * pi[i] * gx / rows) : 0;
            k[i] = training ? (float)(a[i] * sumG[i] / rows) : 0;
        }

        var dx = Tensor.Empty([n, c, t, v], format: MemoryFormat.ChannelsLast);
        var dResidual = hasResidual && relu ? Tensor.Empty([n, c, t, v], format: MemoryFormat.ChannelsLast) : null;
        float* pdx = Pointer(dx), pdr = dResidual is null ? null : Pointer(dResidual);
        ParallelRange.For(0, blocks, 1, (from, to) =>
            InputGradients(pdy, px, py, pm, a, b, k, (int)from * BlockRows, (int)Math.Min(rows, to * BlockRows), channels, pdx, pdr));
        GC.KeepAlive(dy);
        return hasResidual ? [dx, dWeight, dBias, dResidual ?? dy] : [dx, dWeight, dBias];
    }

    private static int Blocks(int rows) => (rows + BlockRows - 1) / BlockRows;

    // The first row serves as a pivot: sums of x - pivot stay small, so that the variance keeps its digits.
    private static void BatchStatistics(Tensor x, int rows, int channels, BatchNorm[] norms, Tensor mean, Tensor inverse)
    {
        var blocks = Blocks(rows);
        var sums = new double[blocks * 2 * channels];
        var px = Pointer(x);
        ParallelRange.For(0, blocks, 1, (from, to) =>
        {
            for (var block = from; block < to; block++)
                SumSquares(px, (int)block * BlockRows, Math.Min(rows, ((int)block + 1) * BlockRows), channels, sums.AsSpan((int)block * 2 * channels, 2 * channels));
        });
        var (sum, squares) = Add(sums, blocks, channels);
        float* pm = Pointer(mean), pi = Pointer(inverse);
        var channel = 0;
        foreach (var norm in norms)
        {
            norm.CountBatch();
            var runningMean = norm.RunningMean.Value.Memory<float>();
            var runningVariance = norm.RunningVariance.Value.Memory<float>();
            for (var i = 0; i < runningMean.Length; i++, channel++)
            {
                var shift = sum[channel] / rows;
                var average = px[channel] + shift;
                var variance = Math.Max(0, (squares[channel] / rows) - (shift * shift));
                pm[channel] = (float)average;
                pi[channel] = (float)(1 / Math.Sqrt(variance + norm.Epsilon));
                var unbiased = variance * rows / (rows - 1);
                runningMean[i] = (float)(((1 - norm.Momentum) * runningMean[i]) + (norm.Momentum * average));
                runningVariance[i] = (float)(((1 - norm.Momentum) * runningVariance[i]) + (norm.Momentum * unbiased));
            }
        }
    }

    private static void RunningStatistics(BatchNorm[] norms, Tensor mean, Tensor inverse)
    {
        float* pm = Pointer(mean), pi = Pointer(inverse);
        foreach (var norm in norms)
        {
            var runningMean = norm.RunningMean.Value.Memory<float>();
            var runningVariance = norm.RunningVariance.Value.Memory<float>();
            for (var i = 0; i < runningMean.Length; i++)
            {
                *pm++ = runningMean[i];
                *pi++ = (float)(1 / Math.Sqrt(runningVariance[i] + norm.Epsilon));
            }
        }
    }

    private static void SumSquares(float* x, int from, int to, int channels, Span<double> sums)
    {
        var c = 0;
        for (; c + Vector512<float>.Count <= channels; c += Vector512<float>.Count)
        {
            var pivot = Vector512.Load(x + c);
            DoubleSum sums1 = default, sums2 = default;
            for (var first = from; first < to; first += SingleRows)
            {
                Vector512<float> sum = default, squares = default;
                for (var row = first; row < Math.Min(to, first + SingleRows); row++)
                {
                    var value = Vector512.Load(x + ((long)row * channels) + c) - pivot;
                    sum += value;
                    squares = Vector512.FusedMultiplyAdd(value, value, squares);
                }

                sums1.Add(sum);
                sums2.Add(squares);
            }

            sums1.CopyTo(sums[c..]);
            sums2.CopyTo(sums[(channels + c)..]);
        }

        for (; c < channels; c++)
        {
            double sum = 0, squares = 0;
            for (var row = from; row < to; row++)
            {
                double value = x[((long)row * channels) + c] - x[c];
                sum += value;
                squares += value * value;
            }

            (sums[c], sums[channels + c]) = (sum, squares);
        }
    }

    private static void Normalise(
        Tensor x, int rows, int channels, Tensor weight, Tensor bias, Tensor mean, Tensor inverse, Tensor? residual, bool relu, Tensor y)
    {
        float* px = Pointer(x), py = Pointer(y), pr = residual is null ? null : Pointer(residual);
        float* pw = Pointer(weight), pb = Pointer(bias), pm = Pointer(mean), pi = Pointer(inverse);
        var (factor, offset) = (new float[channels], new float[channels]);
        for (var i = 0; i < channels; i++)
        {
            factor[i] = pw[i] * pi[i];
            offset[i] = pb[i] - (pm[i] * factor[i]);
        }

        ParallelRange.For(0, rows, BlockRows, (from, to) =>
        {
            fixed (float* f = factor, o = offset)
            {
                for (var row = from; row < to; row++)
                {
                    float* source = px + (row * channels), target = py + (row * channels), added = pr is null ? null : pr + (row * channels);
                    var c = 0;
                    for (; c + Vector512<float>.Count <= channels; c += Vector512<float>.Count)
                    {
                        var value = Vector512.FusedMultiplyAdd(Vector512.Load(source + c), Vector512.Load(f + c), Vector512.Load(o + c));
                        if (added is not null) value += Vector512.Load(added + c);
                        if (relu) value = Vector512.Max(value, default);
                        value.Store(target + c);
                    }

                    for (; c < channels; c++)
                    {
                        var value = (source[c] * f[c]) + o[c];
                        if (added is not null) value += added[c];
                        target[c] = relu ? MathF.Max(value, 0) : value;
                    }
                }
            }
        });
    }

    private static void SumGradients(float* dy, float* x, float* y, float* mean, int from, int to, int channels, Span<double> sums)
    {
        var c = 0;
        for (; c + Vector512<float>.Count <= channels; c += Vector512<float>.Count)
        {
            var average = Vector512.Load(mean + c);
            DoubleSum sums1 = default, sums2 = default;
            for (var first = from; first < to; first += SingleRows)
            {
                Vector512<float> sum = default, product = default;
                for (var row = first; row < Math.Min(to, first + SingleRows); row++)
                {
                    var at = ((long)row * channels) + c;
                    var g = Masked(Vector512.Load(dy + at), y is null ? null : y + at);
                    sum += g;
                    product = Vector512.FusedMultiplyAdd(g, Vector512.Load(x + at) - average, product);
                }

                sums1.Add(sum);
                sums2.Add(product);
            }

            sums1.CopyTo(sums[c..]);
            sums2.CopyTo(sums[(channels + c)..]);
        }

        for (; c < channels; c++)
        {
            double sum = 0, product = 0;
            for (var row = from; row < to; row++)
            {
                var at = ((long)row * channels) + c;
                double g = y is null || y[at] > 0 ? dy[at] : 0;
                sum += g;
                product += g * (x[at] - mean[c]);
            }

            (sums[c], sums[channels + c]) = (sum, product);
        }
    }

    private static void InputGradients(
        float* dy, float* x, float* y, float* mean, float[] a, float[] b, float[] k, int from, int to, int channels, float* dx, float* dResidual)
    {
        fixed (float* pa = a, pb = b, pk = k)
        {
            for (var row = from; row < to; row++)
            {
                var at = (long)row * channels;
                var c = 0;
                for (; c + Vector512<float>.Count <= channels; c += Vector512<float>.Count)
                {
                    var g = Masked(Vector512.Load(dy + at + c), y is null ? null : y + at + c);
                    if (dResidual is not null) g.Store(dResidual + at + c);
                    var centred = Vector512.Load(x + at + c) - Vector512.Load(mean + c);
                    var value = (Vector512.Load(pa + c) * g) - (Vector512.Load(pb + c) * centred) - Vector512.Load(pk + c);
                    value.Store(dx + at + c);
                }

                for (; c < channels; c++)
                {
                    var g = y is null || y[at + c] > 0 ? dy[at + c] : 0;
                    if (dResidual is not null) dResidual[at + c] = g;
                    dx[at + c] = (pa[c] * g) - (pb[c] * (x[at + c] - mean[c])) - pk[c];
                }
            }
        }
    }

    /// <summary>Sixteen sums in double precision. Single ones would be five times further from the truth than the framework's.</summary>
    private struct DoubleSum
    {
        private Vector512<double> lower, upper;

        internal void Add(Vector512<float> values)
        {
            lower += Vector512.WidenLower(values);
            upper += Vector512.WidenUpper(values);
        }

        internal readonly void CopyTo(Span<double> to)
        {
            lower.CopyTo(to);
            upper.CopyTo(to[Vector512<double>.Count..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Masked(Vector512<float> gradient, float* y) =>
        y is null ? gradient : Vector512.ConditionalSelect(Vector512.GreaterThan(Vector512.Load(y), default), gradient, default);

    private static (double[] First, double[] Second) Add(double[] sums, int blocks, int channels)
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

    private static float* Pointer(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.Memory<float>()));
}
