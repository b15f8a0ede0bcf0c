using Kinema.Torch;
using static Kinema.Torch.Products;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// A convolution over time of one clip in channels-last memory, C → C', with zeros beyond both ends: each tap is a segment of a product of
/// rows over the padded clip, [T + 2·pad][V][C].
/// </summary>
/// <param name="Taps">Frames that one output sees, odd.</param>
/// <param name="Dilation">Distance of the taps in frames.</param>
/// <param name="Stride">Frames from output to output.</param>
/// <param name="In">C.</param>
/// <param name="Out">C'.</param>
/// <param name="Type">What the products are made in.</param>
internal readonly unsafe record struct TemporalTaps(int Taps, int Dilation, int Stride, int In, int Out, ProductType Type = ProductType.Float32)
{
    /// <summary>Frames of zeros before and behind a clip.</summary>
    internal int Pad => Dilation * (Taps - 1) / 2;

    /// <summary>Numbers of a padded clip of T frames and V joints with C channels.</summary>
    internal long Padded(int frames, int joints, int channels) => (frames + (2L * Pad)) * joints * channels;

    /// <summary>What <see cref="Forward"/> multiplies for a number of rows of the output: over all taps at once.</summary>
    internal ProductWork ForwardWork(double rows) => ProductWork.Of(Type, (long)Taps * In, rows * Taps * In * Out);

    /// <summary>What <see cref="InputGradient"/>, over all taps of a frame at once, and <see cref="WeightGradient"/>, tap by tap, multiply.</summary>
    internal ProductWork BackwardWork(double rows) =>
        ProductWork.Of(Type, (long)Math.Max(1, Taps / Apart) * Out, rows * Taps * In * Out) + ProductWork.Of(Type, In, rows * Taps * In * Out);

    /// <summary>W (C', C, taps) in the order of <see cref="Forward"/>: [panel of C'][tap][C][16].</summary>
    internal Packed ForwardWeights(float* weight)
    {
        return Pack(Out, In * Taps, In, Taps, weight, [[.. Enumerable.Range(0, Taps)]]);
    }

    /// <summary>
    /// W (C', C, taps) in the order of <see cref="InputGradient"/>: [panel of C][tap][C'][16], taps from last to first, those together that meet in
    /// one frame.
    /// </summary>
    internal Packed BackwardWeights(float* weight)
    {
        var (taps, apart) = (Taps, Apart);
        int[][] sets = [.. Enumerable.Range(0, Math.Min(apart, taps)).Select(
            set => (int[])[.. Enumerable.Range(0, taps).Where(i => i % apart == set).Select(i => taps - 1 - i)])];
        return Pack(In, Taps, Out, In * Taps, weight, sets);
    }

    /// <summary>y[t', v, o] = b[o] + Σ_tap Σ_i W[o, i, tap] x[t'·stride + dilation·(tap - middle), v, i].</summary>
    /// <param name="padded">The clip with its zeros.</param>
    /// <param name="frames">T', of the output.</param>
    /// <param name="joints">V.</param>
    /// <param name="weights">The first panel wanted of <see cref="ForwardWeights"/>.</param>
    /// <param name="bias">Of the same panel, [panel of C'][16]; null for zeros.</param>
    /// <param name="y">The output's first channel of that panel in its first row.</param>
    /// <param name="step">From row to row of the output.</param>
    /// <param name="columns">Channels of the output from there on.</param>
    internal void Forward(float* padded, int frames, int joints, float* weights, float* bias, float* y, long step, int columns)
    {
        long panel = (long)Taps * In * Panel, segment = (long)Dilation * joints * In;
        if (Stride == 1)
        {
            RowsOfPanels(padded, In, frames * joints, Taps, segment, In, weights, panel, bias, Panel, false, y, Panel, step, columns, Type);
            return;
        }

        for (var t = 0; t < frames; t++)
        {
            var first = padded + ((long)t * Stride * joints * In);
            RowsOfPanels(first, In, joints, Taps, segment, In, weights, panel, bias, Panel, false, y + (t * joints * step), Panel, step, columns, Type);
        }
    }

    /// <summary>
    /// The gradient of the clip, dx[t, v, i], [T][V][C], from the gradient of the output between zeros. With a stride the frames of the clip are
    /// seen by different taps, and each is the sum of its own.
    /// </summary>
    /// <param name="paddedGradient">As <see cref="PadGradient"/> makes it.</param>
    /// <param name="frames">T, of the clip.</param>
    /// <param name="joints">V.</param>
    /// <param name="weights">The first panel wanted of <see cref="BackwardWeights"/>.</param>
    /// <param name="dx">The first channel of that panel, [T][V][C].</param>
    /// <param name="columns">Channels from there on.</param>
    internal void InputGradient(float* paddedGradient, int frames, int joints, float* weights, float* dx, int columns)
    {
        var (frame, tap, apart) = ((long)joints * Out, (long)Out * Panel, Apart);
        if (Stride == 1)
        {
            RowsOfPanels(
                paddedGradient, Out, frames * joints, Taps, Dilation * frame, Out, weights, Taps * tap, null, 0, false, dx, Panel, In, columns, Type);
            return;
        }

        var sets = Math.Min(apart, Taps);
        for (var t = 0; t < frames; t++, dx += (long)joints * In)
        {
            // Tap i from the end sees, at frame t, the output at (t - pad + dilation·i) / stride, if that is a whole number.
            var (first, before) = (0, 0);
            while (first < sets && (t - Pad + (Dilation * first)) % Stride != 0) before += TapsOf(first++, apart);
            if (first == sets)
            {
                for (var v = 0; v < joints; v++) new Span<float>(dx + ((long)v * In), columns).Clear();
                continue;
            }

            var from = paddedGradient + ((((t - Pad + (Dilation * first)) / Stride) + (Pad / Stride)) * frame);
            RowsOfPanels(
                from, Out, joints, TapsOf(first, apart), Dilation * apart / Stride * frame, Out, weights + (before * tap), Taps * tap, null, 0, false, dx,
                Panel, In, columns, Type);
        }
    }

    /// <summary>Puts the gradient of the output between as many frames of zeros as <see cref="InputGradient"/> sees beyond its ends.</summary>
    /// <param name="dy">The output's first channel in its first row.</param>
    /// <param name="step">From row to row.</param>
    /// <param name="frames">T, of the clip.</param>
    /// <param name="joints">V.</param>
    /// <param name="to">As many numbers as <see cref="PaddedGradient"/> says.</param>
    internal void PadGradient(float* dy, long step, int frames, int joints, float* to)
    {
        int frame = joints * Out, before = Pad / Stride, own = (frames + Stride - 1) / Stride;
        var end = to + PaddedGradient(frames, joints);
        new Span<float>(to, before * frame).Clear();
        to += (long)before * frame;
        for (var row = 0; row < own * joints; row++, dy += step, to += Out) new ReadOnlySpan<float>(dy, Out).CopyTo(new Span<float>(to, Out));
        new Span<float>(to, checked((int)(end - to))).Clear();
    }

    /// <summary>Numbers of the gradient of the output between its zeros, for a clip of T frames and V joints.</summary>
    internal long PaddedGradient(int frames, int joints) => ((Pad / Stride) + 1L + ((frames - 1 + Pad) / Stride)) * joints * Out;

    /// <summary>Adds the gradients of the weights, [panel of C'][tap][C][16], and of the bias, [panel of C'][16].</summary>
    /// <param name="padded">The clip with its zeros.</param>
    /// <param name="dy">The gradient of the output.</param>
    /// <param name="step">From row to row of it.</param>
    /// <param name="frames">T', of the output.</param>
    /// <param name="joints">V.</param>
    /// <param name="side">Memory, as much as <see cref="Side"/> says.</param>
    /// <param name="dWeights">To be added to.</param>
    /// <param name="dBias">To be added to.</param>
    internal void WeightGradient(float* padded, float* dy, long step, int frames, int joints, float* side, float* dWeights, float* dBias)
    {
        int rows = frames * joints, slab = rows * Panel, panel = Taps * In * Panel, panels = Panels(Out), atOnce = PanelsAtOnce(Type, In);
        for (var p = 0; p < panels; p += atOnce)
        {
            var here = Math.Min(atOnce, panels - p);
            for (var i = p; i < p + here; i++)
            {
                var columns = Math.Min(Panel, Out - (i * Panel));
                var to = side + ((i - p) * slab);
                if (columns < Panel) new Span<float>(to, slab).Clear();
                Floats.CopyColumns(dy + (i * Panel), step, to, Panel, rows, columns);
                Floats.AddRows(to, rows, dBias + (i * Panel));
            }

            for (var tap = 0; tap < Taps; tap++)
            {
                var x = padded + ((long)tap * Dilation * joints * In);
                var to = dWeights + ((((long)p * Taps) + tap) * In * Panel);
                // With a stride the rows of one output frame are neighbours only.
                var (runs, length) = Stride == 1 ? (1, rows) : (frames, joints);
                for (var t = 0; t < runs; t++)
                    OuterOfPanels(x + ((long)t * Stride * joints * In), In, In, side + ((long)t * joints * Panel), slab, Panel, length, to, panel, here, Type);
            }
        }
    }

    /// <summary>Numbers that <see cref="WeightGradient"/> wants at its side for T' frames of V joints.</summary>
    internal long Side(int frames, int joints) => (long)Math.Min(PanelsAtOnce(Type, In), Panels(Out)) * frames * joints * Panel;

    /// <summary>The way back from [panel of C'][tap][C][16] to W (C', C, taps).</summary>
    internal void UnpackWeights(float* packed, float* weight)
    {
        for (var o = 0; o < Out; o++)
            for (var i = 0; i < In; i++)
                for (var tap = 0; tap < Taps; tap++)
                    weight[((((long)o * In) + i) * Taps) + tap] = packed[((((((long)(o / Panel) * Taps) + tap) * In) + i) * Panel) + (o % Panel)];
    }

    // Every how many-th tap sees the same frame of the clip, from different frames of the output.
    private int Apart
    {
        get
        {
            var (divisor, rest) = (Stride, Dilation);
            while (rest != 0) (divisor, rest) = (rest, divisor % rest);
            return Stride / divisor;
        }
    }

    // How many those are, of the set with that tap from the end.
    private int TapsOf(int set, int apart) => (Taps - set + apart - 1) / apart;

    // [panel of columns][tap][row][16] of numbers that lie their steps apart, zeros behind the last column; the taps of one set are multiplied together.
    private Packed Pack(int columns, int stepColumn, int rows, int stepRow, float* from, int[][] sets)
    {
        var next = (long)Taps * rows * Panel;
        var result = Packed.Empty(Panels(columns) * next);
        int[] order = [.. sets.SelectMany(set => set)];
        KernelTasks.Run(Panels(columns), panel =>
        {
            var to = result.Data + (panel * next);
            foreach (var tap in order)
                for (var row = 0; row < rows; row++, to += Panel)
                    for (var j = 0; j < Panel; j++)
                    {
                        var column = (panel * Panel) + j;
                        to[j] = column < columns ? from[((long)column * stepColumn) + ((long)row * stepRow) + tap] : 0;
                    }
        });
        var first = result.Data;
        foreach (var set in sets)
        {
            Bf16Products.Pack(Type, first, Panels(columns), next, (long)set.Length * rows);
            first += (long)set.Length * rows * Panel;
        }

        return result;
    }
}
