using System.Runtime.Intrinsics;

namespace Kinema.Torch;

/// <summary>
/// The kernel of <see cref="NormActivation"/> for single precision on the CPU. The map is seen as rows (N·T·V) of C channels; sums are those of
/// <see cref="NormStatistics"/>, which repeat bit for bit.
/// </summary>
internal sealed unsafe class NormActivationKernel : CustomFunction
{
    private readonly Tensor x, scale, mean, inverse;
    private readonly Tensor? y;
    private readonly bool relu, hasResidual, training;
    private readonly bool? wide;

    private NormActivationKernel(Tensor x, Tensor scale, Tensor mean, Tensor inverse, Tensor? y, bool hasResidual, bool training, bool? wide)
    {
        this.x = Save(x);
        this.scale = Save(scale);
        this.mean = Save(mean);
        this.inverse = Save(inverse);
        this.y = y is null ? null : Save(y);
        (relu, this.hasResidual, this.training, this.wide) = (y is not null, hasResidual, training, wide);
    }

    internal static bool Takes(Tensor x) => Floats.Take(x) && x.Dims == 4;

    internal static Tensor Apply(Tensor x, BatchNorm[] norms, Tensor weight, Tensor bias, Tensor? residual, bool relu, bool? wide)
    {
        var (n, c, t, v) = x.Sizes4();
        var channels = (int)c;
        var rows = (int)(n * t * v);
        var training = norms[0].Training;
        x = x.Contiguous(MemoryFormat.ChannelsLast);
        residual = residual?.Contiguous(MemoryFormat.ChannelsLast);
        var maps = 2 + (training ? 1 : 0) + (residual is null ? 0 : 1);                     // x, y; x for the statistics; the residual
        using var region = OperatorProfile.Kernel("NormActivation", (double)rows * channels, (double)maps * rows * channels * sizeof(float));

        Tensor output, mean, inverse;
        using (Autograd.NoGrad())
        {
            output = Tensor.Empty([n, c, t, v], format: MemoryFormat.ChannelsLast);
            mean = Tensor.Empty([c]);
            inverse = Tensor.Empty([c]);
            float* pm = Floats.Of(mean), pi = Floats.Of(inverse);
            NormStatistics.Of(Floats.Of(x), rows, channels, norms, training, pm, pi, wide);
            using var affine = Packed.Empty(2L * channels);
            NormStatistics.Affine(Floats.Of(weight), Floats.Of(bias), pm, pi, channels, affine.Data, affine.Data + channels);
            Normalise(x, rows, channels, affine.Data, affine.Data + channels, residual, relu, output, wide);
        }

        Tensor[] inputs = residual is null ? [x, weight, bias] : [x, weight, bias, residual];
        if (!IsRecorded(inputs)) return output;
        var function = new NormActivationKernel(x, weight, mean, inverse, relu ? output : null, residual is not null, training, wide);
        return Record(function, inputs, () => output);
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var (n, c, t, v) = x.Sizes4();
        int channels = (int)c, rows = (int)(n * t * v);
        var dy = grads[0]!.Contiguous(MemoryFormat.ChannelsLast);
        var gates = hasResidual && relu;                                                    // then what passed the ReLU is a gradient, too
        var maps = 3 + (relu ? 1 : 0) + (gates ? 1 : 0);                                    // dy, x, dx; y; dResidual
        using var region = OperatorProfile.Kernel("NormActivation backward", 3.0 * rows * channels, (double)maps * rows * channels * sizeof(float));
        var blocks = NormStatistics.Blocks(rows);
        using var parts = Packed.Sums((long)blocks * 2 * channels);
        var sums = (double*)parts.Data;
        var dResidual = gates ? Tensor.Empty([n, c, t, v], format: MemoryFormat.ChannelsLast) : null;
        float* pdy = Floats.Of(dy), px = Floats.Of(x), py = y is null ? null : Floats.Of(y), pm = Floats.Of(mean);
        float* pdr = dResidual is null ? null : Floats.Of(dResidual);
        KernelTasks.Run(blocks, block => NormStatistics.SumGradients(
            pdy, px, py, pm, block * NormStatistics.BlockRows, Math.Min(rows, (block + 1) * NormStatistics.BlockRows), channels,
            new Span<double>(sums + ((long)block * 2 * channels), 2 * channels), pdr, wide));

        Tensor dWeight = Tensor.Empty([c]), dBias = Tensor.Empty([c]);
        var (sum, products) = NormStatistics.Add(sums, blocks, channels);
        using var coefficients = Packed.Empty(3L * channels);
        float* a = coefficients.Data, b = a + channels, k = b + channels;
        NormStatistics.Gradients(sum, products, rows, training, Floats.Of(scale), Floats.Of(inverse), channels, Floats.Of(dWeight), Floats.Of(dBias), a, b, k);

        var dx = Tensor.Empty([n, c, t, v], format: MemoryFormat.ChannelsLast);
        float* pdx = Floats.Of(dx), pg = gates ? pdr : pdy, gate = gates ? null : py;
        NormStatistics.InputGradients(pg, px, gate, pm, a, b, k, rows, channels, channels, pdx, wide);
        GC.KeepAlive(dy);
        return hasResidual ? [dx, dWeight, dBias, dResidual ?? dy] : [dx, dWeight, dBias];
    }

    private static void Normalise(Tensor x, int rows, int channels, float* factor, float* offset, Tensor? residual, bool relu, Tensor y, bool? wide)
    {
        float* px = Floats.Of(x), py = Floats.Of(y), pr = residual is null ? null : Floats.Of(residual);
        KernelTasks.Run(NormStatistics.Blocks(rows), block =>
        {
            long first = (long)block * NormStatistics.BlockRows * channels;
            var count = Math.Min(NormStatistics.BlockRows, rows - (block * NormStatistics.BlockRows));
            if (wide ?? Vector512.IsHardwareAccelerated)
                Normalise<Lanes16>(px + first, count, channels, factor, offset, pr is null ? null : pr + first, relu, py + first);
            else Normalise<Lanes8>(px + first, count, channels, factor, offset, pr is null ? null : pr + first, relu, py + first);
        });
    }

    private static void Normalise<TLanes>(float* x, int rows, int channels, float* factor, float* offset, float* residual, bool relu, float* y)
        where TLanes : struct, ILanes<TLanes>
    {
        for (var row = 0; row < rows; row++)
        {
            var at = (long)row * channels;
            var c = 0;
            for (; c + TLanes.Count <= channels; c += TLanes.Count)
            {
                var value = TLanes.MultiplyAdd(TLanes.Load(x + at + c), TLanes.Load(factor + c), TLanes.Load(offset + c));
                if (residual is not null) value = TLanes.Add(value, TLanes.Load(residual + at + c));
                if (relu) value = TLanes.Max(value, default);
                TLanes.Store(value, y + at + c);
            }

            for (; c < channels; c++)
            {
                var value = (x[at + c] * factor[c]) + offset[c];
                if (residual is not null) value += residual[at + c];
                y[at + c] = relu ? MathF.Max(value, 0) : value;
            }
        }
    }
}
