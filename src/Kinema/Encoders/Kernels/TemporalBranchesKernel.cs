using Kinema.Torch;
using static Kinema.Torch.Products;

namespace Kinema.Encoders.Kernels;

/// <summary>The kernel of <see cref="TemporalBranches"/> for single precision on the CPU. One piece of work is one clip.</summary>
internal sealed unsafe class TemporalBranchesKernel : CustomFunction
{
    private readonly BranchShape s;
    private readonly TemporalTaps[] taps;
    private readonly Tensor entries, gamma, statistics, factors;
    private readonly Tensor[] weights;
    private readonly bool training;

    private TemporalBranchesKernel(
        BranchShape shape, TemporalTaps[] taps, Tensor entries, Tensor gamma, Tensor statistics, Tensor factors, Tensor[] weights, bool training)
    {
        (s, this.taps, this.training) = (shape, taps, training);
        (this.entries, this.gamma, this.statistics, this.factors) = (Save(entries), Save(gamma), Save(statistics), Save(factors));
        this.weights = [.. weights.Select(weight => Save(weight))];
    }

    internal static Tensor Apply(Tensor entries, Tensor? direct, BatchNorm[] norms, Conv2d[] convolutions, int stride)
    {
        entries = entries.Contiguous(MemoryFormat.ChannelsLast);
        direct = direct?.Contiguous(MemoryFormat.ChannelsLast);
        var s = BranchShape.Of(entries, (int)norms[0].Weight.Value.Size(0), stride);
        var type = ProductTypes.Here;
        TemporalTaps[] taps = [new(TemporalBranches.Taps, 1, stride, s.C, s.C, type), new(TemporalBranches.Taps, 2, stride, s.C, s.C, type)];
        Tensor gamma = Tensor.Cat(0, [.. norms.Select(norm => norm.Weight.Value)]), beta = Tensor.Cat(0, [.. norms.Select(norm => norm.Bias.Value)]);
        Tensor[] weights = [.. convolutions.Select(convolution => convolution.Weight.Value.Contiguous())];
        Tensor[] inputs = [entries, gamma, beta, weights[0], convolutions[0].Bias!.Value, weights[1], convolutions[1].Bias!.Value];
        if (direct is not null) inputs = [.. inputs, direct];
        var training = norms[0].Training;
        using var region = OperatorProfile.Kernel("TemporalBranches", taps[0].ForwardWork(s.Rows) + taps[1].ForwardWork(s.Rows), s.Bytes);

        Tensor statistics, factors; // mean and 1/σ; factor and offset of the normalisation
        using (Autograd.NoGrad())
        {
            (statistics, factors) = (Tensor.Empty([2, 3 * s.C]), Tensor.Empty([2, 3 * s.C]));
            float* mean = Floats.Of(statistics), inverse = mean + (3 * s.C), factor = Floats.Of(factors), offset = factor + (3 * s.C);
            NormStatistics.Of(Floats.Of(entries), s.N * s.T * s.V, s.Channels, norms, training, mean, inverse);
            NormStatistics.Affine(Floats.Of(gamma), Floats.Of(beta), mean, inverse, 3 * s.C, factor, offset);
        }

        return IsRecorded(inputs)
            ? Record(new TemporalBranchesKernel(s, taps, entries, gamma, statistics, factors, weights, training), inputs, Outputs)
            : Outputs();

        Tensor Outputs() => Forward(s, taps, entries, direct, factors, weights, [inputs[4], inputs[6]]);
    }

    private static Tensor Forward(BranchShape s, TemporalTaps[] taps, Tensor entries, Tensor? direct, Tensor factors, Tensor[] weights, Tensor[] biases)
    {
        var y = Tensor.Empty([s.N, 4 * s.C, s.Frames, s.V], format: MemoryFormat.ChannelsLast);
        float* pe = Floats.Of(entries), py = Floats.Of(y), pd = direct is null ? null : Floats.Of(direct), factor = Floats.Of(factors),
            offset = factor + (3 * s.C);
        using Packed w0 = taps[0].ForwardWeights(Floats.Of(weights[0])), w1 = taps[1].ForwardWeights(Floats.Of(weights[1]));
        using Packed b0 = Packed.Transposed(Floats.Of(biases[0]), s.C, 1), b1 = Packed.Transposed(Floats.Of(biases[1]), s.C, 1);
        KernelTasks.Run(s.N * 3, task =>
        {
            var (n, branch) = (task / 3, task % 3);
            var clip = pe + ((long)n * s.T * s.V * s.Channels);
            var to = py + ((long)n * s.Frames * s.V * 4 * s.C) + (branch * s.C);
            if (branch < 2)
            {
                var padded = Scratch.Take(0, taps[branch].Padded(s.T, s.V, s.C));
                ClipBranch.Activate(s, clip, factor, offset, branch, taps[branch].Pad, padded);
                taps[branch].Forward(padded, s.Frames, s.V, (branch == 0 ? w0 : w1).Data, (branch == 0 ? b0 : b1).Data, to, 4 * s.C, s.C);
                return;
            }

            var activated = Scratch.Take(0, (long)s.T * s.V * s.C);
            ClipBranch.Activate(s, clip, factor, offset, 2, 0, activated);
            ClipBranch.Pool(s, activated, to, 4 * s.C);
            for (var row = 0; row < s.Frames * s.V; row++)
            {
                var from = pd is null ? clip + ((long)row * s.Channels) + (3 * s.C) : pd + ((((long)n * s.Frames * s.V) + row) * s.C);
                new ReadOnlySpan<float>(from, s.C).CopyTo(new Span<float>(to + ((long)row * 4 * s.C) + s.C, s.C));
            }
        });
        GC.KeepAlive(entries);
        GC.KeepAlive(direct);
        GC.KeepAlive(factors);
        return y;
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var dy = grads[0]!.Contiguous(MemoryFormat.ChannelsLast);
        using var region = OperatorProfile.Kernel(
            "TemporalBranches backward", taps[0].BackwardWork(s.Rows) + taps[1].BackwardWork(s.Rows), 2 * s.Bytes);
        var dEntries = Tensor.Empty(entries.Sizes.ToArray(), format: MemoryFormat.ChannelsLast);
        var dDirect = s.Stride == 1 ? null : Tensor.Empty([s.N, s.C, s.Frames, s.V], format: MemoryFormat.ChannelsLast);
        float* pe = Floats.Of(entries), pdy = Floats.Of(dy), pde = Floats.Of(dEntries), pdd = dDirect is null ? null : Floats.Of(dDirect);
        float* mean = Floats.Of(statistics), factor = Floats.Of(factors), offset = factor + (3 * s.C);
        using Packed w0 = taps[0].BackwardWeights(Floats.Of(weights[0])), w1 = taps[1].BackwardWeights(Floats.Of(weights[1]));
        var weightPiece = (long)Panels(s.C) * TemporalBranches.Taps * s.C * Panel;
        var piece = 2 * (weightPiece + (Panels(s.C) * Panel)); // per clip: weights and bias of both convolutions
        using var parts = Packed.Empty(s.N * piece);
        using var ofChannels = Packed.Sums(s.N * 6L * s.C);    // per clip: Σ g and Σ g (E - μ) of each normalised channel
        var sums = (double*)ofChannels.Data;
        KernelTasks.Run(s.N, n =>
        {
            long rows = (long)s.T * s.V, outputs = (long)s.Frames * s.V;
            float* clip = pe + (n * rows * s.Channels), dClip = pde + (n * rows * s.Channels), dOut = pdy + (n * outputs * 4 * s.C),
                part = parts.Data + (n * piece);
            new Span<float>(part, (int)piece).Clear();
            var dActivated = Scratch.Take(2, rows * s.C);
            for (var branch = 0; branch < 3; branch++)
            {
                if (branch < 2)
                {
                    var tap = taps[branch];
                    var padded = Scratch.Take(0, tap.Padded(s.T, s.V, s.C));
                    var gradient = Scratch.Take(1, tap.PaddedGradient(s.T, s.V));
                    ClipBranch.Activate(s, clip, factor, offset, branch, tap.Pad, padded);
                    var dWeight = part + (branch * (weightPiece + (Panels(s.C) * Panel)));
                    tap.WeightGradient(
                        padded, dOut + (branch * s.C), 4 * s.C, s.Frames, s.V, Scratch.Take(3, tap.Side(s.Frames, s.V)), dWeight, dWeight + weightPiece);
                    tap.PadGradient(dOut + (branch * s.C), 4 * s.C, s.T, s.V, gradient);
                    tap.InputGradient(gradient, s.T, s.V, (branch == 0 ? w0 : w1).Data, dActivated, s.C);
                }
                else
                {
                    var activated = Scratch.Take(0, rows * s.C);
                    ClipBranch.Activate(s, clip, factor, offset, 2, 0, activated);
                    ClipBranch.PoolGradient(s, activated, dOut + (2 * s.C), 4 * s.C, dActivated);
                }

                ClipBranch.GateAndSum(s, clip, factor, offset, mean, branch, dActivated, dClip, new Span<double>(sums + (n * 6 * s.C), 6 * s.C));
            }

            for (var row = 0; row < outputs; row++)
            {
                var to = pdd is null ? dClip + (row * s.Channels) + (3 * s.C) : pdd + (((n * outputs) + row) * s.C);
                new ReadOnlySpan<float>(dOut + (row * 4 * s.C) + (3 * s.C), s.C).CopyTo(new Span<float>(to, s.C));
            }
        });

        var (dGamma, dBeta) = Normalised(sums, pe, pde);
        Tensor?[] convolutions = [.. Enumerable.Range(0, 2).SelectMany(branch => Convolution(branch, parts, piece, weightPiece))];
        GC.KeepAlive(dy);
        return dDirect is null ? [dEntries, dGamma, dBeta, .. convolutions] : [dEntries, dGamma, dBeta, .. convolutions, dDirect];
    }

    // Through the normalisation: dE = γ/σ (g - mean(g) - x̂ mean(g x̂)), in the place of g; with running statistics γ/σ g.
    private (Tensor Gamma, Tensor Beta) Normalised(double* sums, float* pe, float* pde)
    {
        int channels = 3 * s.C, rows = s.N * s.T * s.V;
        var (total, products) = NormStatistics.Add(sums, s.N, channels);
        Tensor dGamma = Tensor.Empty([channels]), dBeta = Tensor.Empty([channels]);
        float* mean = Floats.Of(statistics), inverse = mean + channels;
        using var coefficients = Packed.Empty(3L * channels);
        float* a = coefficients.Data, b = a + channels, k = b + channels;
        NormStatistics.Gradients(total, products, rows, training, Floats.Of(gamma), inverse, channels, Floats.Of(dGamma), Floats.Of(dBeta), a, b, k);
        NormStatistics.InputGradients(pde, pe, null, mean, a, b, k, rows, s.Channels, channels, pde);
        return (dGamma, dBeta);
    }

    private Tensor[] Convolution(int branch, Packed parts, long piece, long weightPiece)
    {
        Tensor dWeight = Tensor.Empty(weights[branch].Sizes.ToArray()), dBias = Tensor.Empty([s.C]);
        var length = (int)weightPiece + (Panels(s.C) * Panel);
        var sum = parts.Data + (branch * length);
        Floats.Sum(sum, s.N, piece, length, sum);
        taps[branch].UnpackWeights(sum, Floats.Of(dWeight));
        new ReadOnlySpan<float>(sum + weightPiece, s.C).CopyTo(new Span<float>(Floats.Of(dBias), s.C));
        return [dWeight, dBias];
    }
}

/// <summary>Sizes of the branches: N clips, Channels of the entries, C of a branch, T frames that become Frames, V joints.</summary>
internal readonly record struct BranchShape(int N, int Channels, int C, int T, int V, int Stride)
{
    internal int Frames => (T + Stride - 1) / Stride;

    // Of the output.
    internal double Rows => (double)N * Frames * V;

    // Entries and y.
    internal double Bytes => sizeof(float) * (double)N * V * ((T * Channels) + (Frames * 4 * C));

    internal static BranchShape Of(Tensor entries, int branch, int stride)
    {
        var (n, c, t, v) = entries.Sizes4();
        return new BranchShape((int)n, (int)c, branch, (int)t, (int)v, stride);
    }
}
