using static Kinema.Torch.Products;

namespace Kinema.Torch;

/// <summary>
/// y = x Wᵀ + b over the last axis in single precision on the CPU, with its gradients: what a 1×1 convolution of a channels-last map is. On
/// the long and narrow products of a skeleton network it is faster than a BLAS, and both cores of a small machine are busy to the end.
/// </summary>
internal sealed unsafe class RowProduct : CustomFunction
{
    private const int RowBlock = 48;    // rows whose numbers stay in the caches
    private const int OuterBlock = 128; // rows of a gradient of weights, likewise
    private const int ChainBlocks = 8;  // of those, added up before their sum is: a chain of additions as long as all rows would lose digits
    private const int Tasks = 16;       // pieces that a gradient of weights is cut into at least

    private readonly Tensor x, weight;
    private readonly bool hasBias;
    private readonly ProductType type;

    private RowProduct(Tensor x, Tensor weight, bool hasBias, ProductType type)
    {
        (this.x, this.weight) = (Save(x), Save(weight));
        (this.hasBias, this.type) = (hasBias, type);
    }

    /// <summary>Whether the kernel is for these sizes of x and y; others are for <see cref="Functional.Linear"/>.</summary>
    internal static bool Takes(Tensor x, Tensor weight) =>
        Floats.Take(x) && Floats.Take(weight) && x.Elements / x.Size(-1) * weight.Size(0) <= Floats.MaxElements;

    /// <summary>x (…, C), W (C', C), b (C') or null; (…, C').</summary>
    /// <exception cref="ArgumentException">The shapes do not go together.</exception>
    internal static Tensor Apply(Tensor x, Tensor weight, Tensor? bias)
    {
        if (weight.Dims != 2 || weight.Size(1) != x.Size(-1) || (bias is not null && bias.Elements != weight.Size(0)))
            throw new ArgumentException(
                $"a product of rows wants x (…, C), W (C', C) and b (C'); got {x.ShapeText()}, {weight.ShapeText()}, {bias?.ShapeText() ?? "none"}");
        (x, weight) = (x.Contiguous(), weight.Contiguous());
        Tensor[] inputs = bias is null ? [x, weight] : [x, weight, bias];
        var type = ProductTypes.Here;
        return IsRecorded(inputs) ? Record(new RowProduct(x, weight, bias is not null, type), inputs, Product) : Product();

        Tensor Product() => Forward(x, weight, bias?.Contiguous(), type);
    }

    // x, W and y.
    private static double Bytes(double rows, double k, double columns) => sizeof(float) * ((rows * k) + (k * columns) + (rows * columns));

    private static Tensor Forward(Tensor x, Tensor weight, Tensor? bias, ProductType type)
    {
        int columns = (int)weight.Size(0), k = (int)weight.Size(1), rows = (int)(x.Elements / k);
        using var region = OperatorProfile.Kernel("RowProduct", ProductWork.Of(type, k, (double)rows * k * columns), Bytes(rows, k, columns));
        var y = Tensor.Empty([.. x.Sizes[..^1], columns]);
        using var packed = Packed.Transposed(Floats.Of(weight), columns, k, type);
        using var offsets = bias is null ? null : Packed.Transposed(Floats.Of(bias), columns, 1);
        float* px = Floats.Of(x), py = Floats.Of(y), w = packed.Data, b = offsets is null ? null : offsets.Data;
        KernelTasks.Run((rows + RowBlock - 1) / RowBlock, task =>
        {
            var first = (long)task * RowBlock;
            var count = (int)Math.Min(RowBlock, rows - first);
            RowsOfPanels(px + (first * k), k, count, 1, 0, k, w, (long)k * Panel, b, Panel, false, py + (first * columns), Panel, columns, columns, type);
        });
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        return y;
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        int columns = (int)weight.Size(0), k = (int)weight.Size(1), rows = (int)(x.Elements / k);
        var dy = grads[0]!.Contiguous();
        var once = (double)rows * k * columns;
        using var region = OperatorProfile.Kernel(
            "RowProduct backward", ProductWork.Of(type, columns, once) + ProductWork.Of(type, k, once), 2 * Bytes(rows, k, columns)); // dx and dW
        Tensor dx = Tensor.Empty(x.Sizes.ToArray()), dWeight = Tensor.Empty([columns, k]);
        var dBias = hasBias ? Tensor.Empty([columns]) : null;
        float* px = Floats.Of(x), pdy = Floats.Of(dy), pdx = Floats.Of(dx), pdw = Floats.Of(dWeight), pdb = dBias is null ? null : Floats.Of(dBias);
        using var back = Packed.Plain(Floats.Of(weight), k, columns, k, type);

        // Weights: some panels of columns by groups of rows, the groups then added in order. Neither depends on the number of threads.
        var panels = Panels(columns);
        var atOnce = Math.Min(panels, PanelsAtOnce(type, k));
        var sets = (panels + atOnce - 1) / atOnce;
        var groups = Math.Clamp((Tasks + sets - 1) / sets, 1, Math.Max(1, rows / OuterBlock));
        var group = (((rows + groups - 1) / groups) + OuterBlock - 1) / OuterBlock * OuterBlock;
        long piece = (k + 1) * Panel;
        using var parts = Packed.Empty(panels * groups * piece); // [panel][group][k and the bias][16]
        var blocks = (rows + RowBlock - 1) / RowBlock;
        KernelTasks.Run((sets * groups) + blocks, task =>
        {
            if (task >= sets * groups)
            {
                var first = (long)(task - (sets * groups)) * RowBlock;
                var count = (int)Math.Min(RowBlock, rows - first);
                RowsOfPanels(
                    pdy + (first * columns), columns, count, 1, 0, columns, back.Data, (long)columns * Panel, null, 0, false, pdx + (first * k),
                    Panel, k, k, type);
                return;
            }

            int panel = task / groups * atOnce, from = task % groups * group, to = Math.Min(rows, from + group), here = Math.Min(atOnce, panels - panel);
            var sums = parts.Data + (((panel * groups) + (task % groups)) * piece);
            int weights = k * Panel, blocksDone = 0;
            float* side = Scratch.Take(0, (long)here * OuterBlock * Panel), chain = Scratch.Take(1, (long)here * weights);
            new Span<float>(side, here * OuterBlock * Panel).Clear();
            new Span<float>(chain, here * weights).Clear();
            for (var p = 0; p < here; p++) new Span<float>(sums + (p * groups * piece), (int)piece).Clear();
            for (long row = from; row < to; row += OuterBlock)
            {
                var block = (int)Math.Min(OuterBlock, to - row);
                for (var p = 0; p < here; p++)
                {
                    var first = (panel + p) * Panel;
                    var slab = side + (p * OuterBlock * Panel);
                    Floats.CopyColumns(pdy + (row * columns) + first, columns, slab, Panel, block, Math.Min(Panel, columns - first));
                    if (pdb is not null) Floats.AddRows(slab, block, sums + (p * groups * piece) + weights);
                }

                OuterOfPanels(px + (row * k), k, k, side, OuterBlock * Panel, Panel, block, chain, weights, here, type);
                if (++blocksDone % ChainBlocks != 0 && row + OuterBlock < to) continue;
                for (var p = 0; p < here; p++) Floats.Add(chain + (p * weights), sums + (p * groups * piece), weights);
                new Span<float>(chain, here * weights).Clear();
            }
        });
        KernelTasks.Run(panels, panel =>
        {
            var sum = parts.Data + (panel * groups * piece);
            Floats.Sum(sum, groups, (int)piece, sum);
            var width = Math.Min(Panel, columns - (panel * Panel));
            Unpack(sum, k, pdw + ((long)panel * Panel * k), width);
            for (var j = 0; j < width && pdb is not null; j++) pdb[(panel * Panel) + j] = sum[(k * Panel) + j];
        });
        GC.KeepAlive(dy);
        return hasBias ? [dx, dWeight, dBias] : [dx, dWeight];
    }
}
