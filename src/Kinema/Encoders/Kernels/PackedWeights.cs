using Kinema.Torch;
using static Kinema.Torch.Products;

namespace Kinema.Encoders.Kernels;

/// <summary>Weights in the order in which the products of a kernel read them; the memory of one call.</summary>
internal sealed unsafe class PackedWeights : IDisposable
{
    private readonly Packed memory;
    private readonly int panels, panelLength;

    private PackedWeights(long length, int panels, int panelLength)
    {
        memory = Packed.Empty(length);
        (this.panels, this.panelLength) = (panels, panelLength);
    }

    /// <summary>The first number.</summary>
    internal float* Data => memory.Data;

    /// <summary>The panel p of relation r.</summary>
    internal float* At(int r, int p) => Data + ((((long)r * panels) + p) * panelLength);

    /// <summary>W (R, C', K): [r][panel of C'][K][16].</summary>
    internal static PackedWeights PerRelation(float* weight, int relations, int columns, int k, ProductType type = ProductType.Float32)
    {
        var count = Panels(columns);
        var result = new PackedWeights((long)relations * count * k * Panel, count, k * Panel);
        for (var r = 0; r < relations; r++) PackTransposed(weight + ((long)r * columns * k), columns, k, result.At(r, 0));
        Bf16Products.Pack(type, result.Data, (long)relations * count, (long)k * Panel, k);
        return result;
    }

    /// <summary>b (R, C'): [r][panel of C'][16].</summary>
    internal static PackedWeights Bias(float* bias, int relations, int columns) => PerRelation(bias, relations, columns, 1);

    /// <summary>W₄ (R, C', K) for Q's gradient: [r][panel of C'][panel of K][16 of C'][16 of K].</summary>
    internal static PackedWeights BackToRelations(float* weight, in AggregationShape s, ProductType type)
    {
        var length = Panels(s.K) * Panel * Panel;
        var result = new PackedWeights((long)s.R * s.Panels * length, s.Panels, length);
        for (var r = 0; r < s.R; r++)
            for (var p = 0; p < s.Panels; p++)
                PackPadded(weight + ((((long)r * s.Out) + (p * Panel)) * s.K), s.K, Math.Min(Panel, s.Out - (p * Panel)), s.K, result.At(r, p), Panel * Panel);
        Bf16Products.Pack(type, result.Data, (long)s.R * s.Panels * Panels(s.K), Panel * Panel, Panel);
        return result;
    }

    /// <summary>W₃ (R·C', C) for x's gradient: [panel of C][panel of C'][r][16 of C'][16 of C], the order of the values' panels.</summary>
    internal static PackedWeights BackToInput(float* weight, in AggregationShape s, ProductType type)
    {
        var step = s.Panels * s.R * Panel * Panel; // from a panel of C to the next
        var result = new PackedWeights((long)Panels(s.C) * step, 0, 0);
        for (var p = 0; p < s.Panels; p++)
            for (var r = 0; r < s.R; r++)
                PackPadded(
                    weight + ((((long)r * s.Out) + (p * Panel)) * s.C), s.C, Math.Min(Panel, s.Out - (p * Panel)), s.C,
                    result.Data + (((p * s.R) + r) * Panel * Panel), step);
        Bf16Products.Pack(type, result.Data, Panels(s.C), step, (long)s.Panels * s.R * Panel);
        return result;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => memory.Dispose();

    // At most sixteen rows of (rows, columns): a panel of columns after the other, each sixteen rows deep with zeros behind the last.
    private static void PackPadded(float* from, long stepFrom, int rows, int columns, float* to, long stepTo)
    {
        for (var first = 0; first < columns; first += Panel, to += stepTo)
        {
            var width = Math.Min(Panel, columns - first);
            new Span<float>(to, Panel * Panel).Clear();
            for (var i = 0; i < rows; i++)
                for (var j = 0; j < width; j++) to[(i * Panel) + j] = from[(i * stepFrom) + first + j];
        }
    }
}
