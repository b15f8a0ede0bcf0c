using System.Runtime.Intrinsics;
using Kinema.Torch;

namespace Kinema.Contrast.Kernels;

/// <summary>
/// The kernel of <see cref="CsreLoss"/> for single precision on the CPU. One pass over the bank (<see cref="BankScan"/>) chooses the rows,
/// the loss and its derivatives follow in closed form (<see cref="AnchorLoss"/>), and the gradient in the anchors is summed at once over
/// the few rows that matter: backward has an (N, D) tensor to scale, whatever was written into the bank since.
/// </summary>
internal sealed unsafe class ContrastKernel : CustomFunction
{
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
        return Apply(anchors, ofAnchors, bank, classes, RandomNegatives.Draw(ofAnchors, classes.Span, options.RandomNegatives, random), options);
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
        var dimension = (int)bank.Size(1);
        fixed (float* pb = bank.Memory<float>(), pg = slopes.Memory<float>())
        {
            float* b = pb, g = pg;
            ParallelRange.For(0, rows.Length, 1, (from, to) =>
            {
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
                    AddRows(rows[k].Positives, 1f / used, b, target, dimension);
                    AddRows(rows[k].HardNegatives, 1f / used, b, target, dimension);
                    AddRows(rows[k].RandomNegatives, 1f / used, b, target, dimension);
                }
            });
        }

        return used == 0 ? 0 : losses.Sum() / used;
    }

    // By now the scores are derivatives. Four rows at a time: the sum is loaded and stored a quarter as often, in the same order of additions.
    private static void AddRows(ScoredRows rows, float scale, float* bank, float* target, int dimension)
    {
        var i = 0;
        for (; i + 4 <= rows.Rows.Length; i += 4) AddFour(rows, i, scale, bank, target, dimension);
        for (; i < rows.Rows.Length; i++)
        {
            var row = bank + ((long)rows.Rows[i] * dimension);
            var weight = rows.Similarity[i] * scale;
            var (d, factor) = (0, Vector256.Create(weight));
            for (; d + Vector256<float>.Count <= dimension; d += Vector256<float>.Count)
                Vector256.MultiplyAddEstimate(factor, Vector256.Load(row + d), Vector256.Load(target + d)).Store(target + d);
            for (; d < dimension; d++) target[d] += weight * row[d];
        }
    }

    private static void AddFour(ScoredRows rows, int first, float scale, float* bank, float* target, int dimension)
    {
        var row = rows.Rows.AsSpan(first, 4);
        var score = rows.Similarity.AsSpan(first, 4);
        float* r0 = bank + ((long)row[0] * dimension), r1 = bank + ((long)row[1] * dimension),
            r2 = bank + ((long)row[2] * dimension), r3 = bank + ((long)row[3] * dimension);
        float w0 = score[0] * scale, w1 = score[1] * scale, w2 = score[2] * scale, w3 = score[3] * scale;
        Vector256<float> f0 = Vector256.Create(w0), f1 = Vector256.Create(w1), f2 = Vector256.Create(w2), f3 = Vector256.Create(w3);
        var d = 0;
        for (; d + Vector256<float>.Count <= dimension; d += Vector256<float>.Count)
        {
            var sum = Vector256.MultiplyAddEstimate(f0, Vector256.Load(r0 + d), Vector256.Load(target + d));
            sum = Vector256.MultiplyAddEstimate(f1, Vector256.Load(r1 + d), sum);
            sum = Vector256.MultiplyAddEstimate(f2, Vector256.Load(r2 + d), sum);
            Vector256.MultiplyAddEstimate(f3, Vector256.Load(r3 + d), sum).Store(target + d);
        }

        for (; d < dimension; d++)
        {
            target[d] += w0 * r0[d];
            target[d] += w1 * r1[d];
            target[d] += w2 * r2[d];
            target[d] += w3 * r3[d];
        }
    }
}
