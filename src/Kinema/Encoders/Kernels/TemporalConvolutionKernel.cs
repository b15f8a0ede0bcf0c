using Kinema.Torch;
using static Kinema.Torch.Products;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// The kernel of <see cref="TemporalConvolution"/> for single precision on the CPU. A piece of work is a clip and some panels of sixteen
/// channels, so that one clip alone keeps several cores busy; of the weights' gradient it is some panels and a tap, over all clips in order,
/// so that nothing of the weights' size is kept for each clip, as <see cref="TemporalTaps.WeightGradient"/> would need.
/// </summary>
internal sealed unsafe class TemporalConvolutionKernel : CustomFunction
{
    private const int OuterBlock = 128; // rows of a gradient of weights that stay in the second-level cache

    private readonly TemporalTaps taps;
    private readonly Tensor x, weight;
    private readonly bool hasBias;

    private TemporalConvolutionKernel(TemporalTaps taps, Tensor x, Tensor weight, bool hasBias)
    {
        (this.taps, this.hasBias) = (taps, hasBias);
        (this.x, this.weight) = (Save(x), Save(weight));
    }

    internal static Tensor Apply(TemporalTaps taps, Tensor x, Tensor weight, Tensor? bias)
    {
        x = x.Contiguous(MemoryFormat.ChannelsLast);
        (weight, bias) = (weight.Contiguous(), bias?.Contiguous());
        Tensor[] inputs = bias is null ? [x, weight] : [x, weight, bias];
        return IsRecorded(inputs) ? Record(new TemporalConvolutionKernel(taps, x, weight, bias is not null), inputs, Output) : Output();

        Tensor Output() => Forward(taps, x, weight, bias);
    }

    private static Tensor Forward(TemporalTaps taps, Tensor x, Tensor weight, Tensor? bias)
    {
        var s = ConvolutionShape.Of(x, taps);
        using var region = OperatorProfile.Kernel("TemporalConvolution", taps.ForwardWork(s.Rows), s.Bytes(taps));
        var y = Tensor.Empty([s.N, taps.Out, s.Frames, s.V], format: MemoryFormat.ChannelsLast);
        using var weights = taps.ForwardWeights(Floats.Of(weight));
        using var offsets = bias is null ? null : Packed.Transposed(Floats.Of(bias), taps.Out, 1);
        float* px = Floats.Of(x), py = Floats.Of(y), w = weights.Data, b = offsets is null ? null : offsets.Data;
        ClipsAndPanels.Run(s.N, taps.Out, (n, panel, columns) =>
        {
            var padded = Scratch.Take(0, taps.Padded(s.T, s.V, taps.In));
            Pad(px + ((long)n * s.T * s.V * taps.In), s.T * s.V * taps.In, taps.Pad * s.V * taps.In, padded);
            taps.Forward(
                padded, s.Frames, s.V, w + ((long)panel * taps.Taps * taps.In * Panel), b is null ? null : b + (panel * Panel),
                py + ((long)n * s.Frames * s.V * taps.Out) + (panel * Panel), taps.Out, columns);
        });
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        return y;
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var s = ConvolutionShape.Of(x, taps);
        var dy = grads[0]!.Contiguous(MemoryFormat.ChannelsLast);
        using var region = OperatorProfile.Kernel("TemporalConvolution backward", taps.BackwardWork(s.Rows), 2 * s.Bytes(taps));
        var dx = Tensor.Empty(x.Sizes.ToArray(), format: MemoryFormat.ChannelsLast);
        using (var weights = taps.BackwardWeights(Floats.Of(weight)))
        {
            float* pdy = Floats.Of(dy), pdx = Floats.Of(dx), w = weights.Data;
            ClipsAndPanels.Run(s.N, taps.In, (n, panel, columns) =>
            {
                var gradient = Scratch.Take(0, taps.PaddedGradient(s.T, s.V));
                taps.PadGradient(pdy + ((long)n * s.Frames * s.V * taps.Out), taps.Out, s.T, s.V, gradient);
                taps.InputGradient(
                    gradient, s.T, s.V, w + ((long)panel * taps.Taps * taps.Out * Panel), pdx + ((long)n * s.T * s.V * taps.In) + (panel * Panel), columns);
            });
        }

        Tensor dWeight = Tensor.Empty(weight.Sizes.ToArray()), dBias = Tensor.Empty([taps.Out]);
        WeightGradient(s, dy, dWeight, dBias);
        GC.KeepAlive(dy);
        return hasBias ? [dx, dWeight, dBias] : [dx, dWeight];
    }

    private void WeightGradient(ConvolutionShape s, Tensor dy, Tensor dWeight, Tensor dBias)
    {
        float* px = Floats.Of(x), pdy = Floats.Of(dy), pdw = Floats.Of(dWeight), pdb = Floats.Of(dBias);
        int panels = Panels(taps.Out), atOnce = Math.Min(panels, PanelsAtOnce(taps.Type, taps.In)), sets = (panels + atOnce - 1) / atOnce;
        var rows = s.Frames * s.V;
        var spec = taps;
        KernelTasks.Run(sets * spec.Taps, task =>
        {
            int first = task / spec.Taps * atOnce, tap = task % spec.Taps, here = Math.Min(atOnce, panels - first);
            long slab = (long)rows * Panel, piece = (long)spec.In * Panel;
            float* side = Scratch.Take(0, here * slab), sums = Scratch.Take(1, here * piece), biases = Scratch.Take(2, here * Panel);
            var ofClip = Scratch.Take(3, here * piece); // a chain of additions as long as all clips would lose digits
            new Span<float>(sums, checked((int)(here * piece))).Clear();
            new Span<float>(biases, here * Panel).Clear();
            new Span<float>(side, checked((int)(here * slab))).Clear(); // channels behind the last stay zero
            for (var n = 0; n < s.N; n++)
            {
                for (var p = 0; p < here; p++)
                {
                    var channel = (first + p) * Panel;
                    Floats.CopyColumns(
                        pdy + ((long)n * rows * spec.Out) + channel, spec.Out, side + (p * slab), Panel, rows, Math.Min(Panel, spec.Out - channel));
                    if (tap == 0) Floats.AddRows(side + (p * slab), rows, biases + (p * Panel));
                }

                new Span<float>(ofClip, (int)(here * piece)).Clear();
                AddTap(spec, s, px + ((long)n * s.T * s.V * spec.In), side, tap, here, ofClip);
                Floats.Add(ofClip, sums, (int)(here * piece));
            }

            for (var p = 0; p < here; p++)
            {
                for (var j = 0; j < Panel && ((first + p) * Panel) + j < spec.Out; j++)
                {
                    var o = ((first + p) * Panel) + j;
                    for (var i = 0; i < spec.In; i++) pdw[((((long)o * spec.In) + i) * spec.Taps) + tap] = sums[(p * piece) + (i * Panel) + j];
                    if (tap == 0) pdb[o] = biases[(p * Panel) + j];
                }
            }
        });
        GC.KeepAlive(dy);
    }

    // One clip's share of Σ_t' x[t'·stride + shift] dy[t'], over the t' that see a frame of the clip there.
    private static void AddTap(TemporalTaps taps, ConvolutionShape s, float* clip, float* side, int tap, int here, float* sums)
    {
        int shift = taps.Dilation * (tap - ((taps.Taps - 1) / 2)), frame = s.V * taps.In;
        long slab = (long)s.Frames * s.V * Panel, piece = (long)taps.In * Panel;
        var from = shift >= 0 ? 0 : (-shift + taps.Stride - 1) / taps.Stride;
        var to = s.T - shift <= 0 ? 0 : Math.Min(s.Frames, (s.T - shift + taps.Stride - 1) / taps.Stride);
        // With a stride the rows of one frame are neighbours only.
        var length = taps.Stride == 1 ? OuterBlock : s.V;
        for (int row = from * s.V, end = to * s.V; row < end; row += length)
        {
            var at = (long)row * taps.In;
            if (taps.Stride != 1) at = (long)(row / s.V) * taps.Stride * frame;
            OuterOfPanels(
                clip + at + ((long)shift * frame), taps.In, taps.In, side + ((long)row * Panel), slab, Panel, Math.Min(length, end - row),
                sums, piece, here, taps.Type);
        }
    }

    private static void Pad(float* from, int count, int zeros, float* to)
    {
        new Span<float>(to, zeros).Clear();
        new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to + zeros, count));
        new Span<float>(to + zeros + count, zeros).Clear();
    }
}

/// <summary>Sizes of a convolution over time: N clips of T frames and V joints become Frames frames.</summary>
internal readonly record struct ConvolutionShape(int N, int T, int V, int Frames)
{
    internal static ConvolutionShape Of(Tensor x, TemporalTaps taps)
    {
        var (n, _, t, v) = x.Sizes4();
        return new ConvolutionShape((int)n, (int)t, (int)v, ((int)t + taps.Stride - 1) / taps.Stride);
    }

    // Of the output.
    internal double Rows => (double)N * Frames * V;

    // x, W and y.
    internal double Bytes(TemporalTaps taps) =>
        sizeof(float) * (((double)N * V * ((T * taps.In) + (Frames * taps.Out))) + ((double)taps.Taps * taps.In * taps.Out));
}
