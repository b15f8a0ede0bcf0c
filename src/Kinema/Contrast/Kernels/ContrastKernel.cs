using Kinema.Torch;

namespace Kinema.Contrast.Kernels;

/// <summary>
/// The kernel of <see cref="CsreLoss"/> for single precision on the CPU. One pass over the bank (<see cref="BankScan"/>) chooses the rows,
/// the loss and its derivatives follow in closed form (<see cref="AnchorLoss"/>), and the gradient in the anchors is summed at once over
/// the few rows that matter: backward has an (N, D) tensor to scale, whatever was written into the bank since.
/// </summary>
internal sealed unsafe class ContrastKernel : CustomFunction
{
    private const int CachedFloats = 64 * 1024; // of the bank, in the second-level cache

    private Tensor? gradient;

    private ContrastKernel()
    {
    }

    /// <summary>Whether the kernel reads these types where they lie.</summary>
    internal static bool Takes(Tensor anchors, ClipBank bank) =>
        anchors.Type == ScalarType.Float32 && bank.Features.Value.Type == ScalarType.Float32
        && anchors.Device.Kind == DeviceKind.Cpu && bank.Features.Value.Device.Kind == DeviceKind.Cpu;

    /// <summary>Samples and contrasts.</summary>
    /// <param name="anchors">(N, D), of unit length.</param>
    /// <param name="labels">(N).</param>
    /// <param name="bank">After this batch was written.</param>
    /// <param name="options">Counts and temperature.</param>
    /// <param name="random">The source of the random negatives.</param>
    internal static ContrastTerm Apply(Tensor anchors, Tensor labels, ClipBank bank, CsreOptions options, Generator random)
    {
        using var region = Region(anchors, bank, options);
        var ofAnchors = RowClasses.Of(labels);
        using var classes = new RowClasses(bank);
        return Apply(anchors, ofAnchors, bank, classes, RandomNegatives.Draw(ofAnchors, classes.Memory, options.RandomNegatives, random), options);
    }

    /// <summary>Contrasts with random negatives that are given.</summary>
    /// <param name="anchors">(N, D), of unit length.</param>
    /// <param name="labels">(N).</param>
    /// <param name="bank">After this batch was written.</param>
    /// <param name="drawn">(N, Q'), rows.</param>
    /// <param name="options">Counts and temperature.</param>
    internal static ContrastTerm Apply(Tensor anchors, Tensor labels, ClipBank bank, Tensor drawn, CsreOptions options)
    {
        using var region = Region(anchors, bank, options);
        var rows = drawn.ToArray<int>().Chunk((int)drawn.Size(1)).ToArray();
        foreach (var row in rows) row.AsSpan().Sort();
        using var classes = new RowClasses(bank);
        return Apply(anchors, RowClasses.Of(labels), bank, classes, rows, options);
    }

    // One product by libtorch, which a profile sees without being told.
    protected override Tensor?[] Backward(Tensor?[] grads) => [gradient! * grads[0]!];

    // Every anchor times every row, and the rows that it is contrasted with once more for its gradient. Bank, labels and marks are read once.
    private static OperatorProfile.Region Region(Tensor anchors, ClipBank bank, CsreOptions options)
    {
        double n = anchors.Size(0), b = bank.Features.Value.Size(0), d = anchors.Size(1);
        double chosen = options.Positives + options.HardNegatives + options.RandomNegatives;
        return OperatorProfile.Kernel(
            "Contrast", n * (b + chosen) * d, (sizeof(float) * (b + (2 * n)) * d) + ((sizeof(long) + sizeof(bool)) * b), ScalarType.Float32);
    }

    private static ContrastTerm Apply(Tensor anchors, int[] labels, ClipBank bank, RowClasses classes, int[][] drawn, CsreOptions options)
    {
        anchors = anchors.Contiguous();
        var (function, used) = (new ContrastKernel(), 0);
        var loss = Record(function, [anchors], () =>
        {
            var rows = BankScan.Run(anchors, labels, bank.Features.Value, classes, drawn, options);
            var usable = Array.ConvertAll(rows, row =>
                row.Written.Positives >= options.Positives && row.Written.Negatives >= Math.Max(options.HardNegatives, options.RandomNegatives));
            used = usable.Count(yes => yes);
            var slopes = anchors.ZerosLike();
            var sum = Sum(rows, usable, used, bank.Features.Value, slopes, options.Temperature);
            function.gradient = function.Save(slopes);
            return Tensor.From<float>([(float)sum]).Reshape();
        });
        return new ContrastTerm(loss, Tensor.From<float>([used]).Reshape());
    }

    // The mean over anchors, and its gradient in each.
    private static double Sum(AnchorRows[] rows, bool[] usable, int used, Tensor bank, Tensor slopes, double temperature)
    {
        var losses = new double[rows.Length];
        var (dimension, count) = ((int)bank.Size(1), (int)bank.Size(0));
        fixed (float* pb = bank.Memory<float>(), pg = slopes.Memory<float>())
        {
            float* b = pb, g = pg;
            ParallelRange.For(0, rows.Length, 1, (from, to) =>
            {
                var lists = new List<RowSum>();
                for (var k = (int)from; k < to; k++)
                {
                    if (!usable[k]) continue;
                    var target = g + ((long)k * dimension);
                    if (rows[k].SawNaN)
                    {
                        // As with the plain operators: what is no number spreads, and the step is refused.
                        losses[k] = double.NaN;
                        new Span<float>(target, dimension).Fill(float.NaN);
                        continue;
                    }

                    losses[k] = AnchorLoss.Of(rows[k], temperature);
                    foreach (var list in (ScoredRows[])[rows[k].Positives, rows[k].HardNegatives, rows[k].RandomNegatives])
                        lists.Add(new RowSum(list, target));
                }

                // Some rows of the bank after the other for all anchors, which choose many of the same: they are fetched once.
                var block = Math.Max(1, CachedFloats / dimension);
                for (var end = block; end < count + block; end += block)
                    foreach (var list in lists) list.AddBelow(end, 1f / used, b, dimension);
            });
        }

        return used == 0 ? 0 : losses.Sum() / used;
    }
}
