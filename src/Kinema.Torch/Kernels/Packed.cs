using System.Runtime.InteropServices;

namespace Kinema.Torch;

/// <summary>Numbers in the order in which <see cref="Products"/> read them; the memory of one call.</summary>
internal sealed unsafe class Packed : IDisposable
{
    private Packed(long length) => Data = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, length) * sizeof(float), 64);

    /// <summary>The first number.</summary>
    internal float* Data { get; }

    /// <summary>Memory of any content.</summary>
    internal static Packed Empty(long length) => new(length);

    /// <summary>
    /// Zeros in double precision, for sums: the collector would take an array of this size for long-lived, and clean up everything for it.
    /// </summary>
    internal static Packed Sums(long length)
    {
        var result = new Packed(2 * length);
        new Span<double>(result.Data, checked((int)length)).Clear();
        return result;
    }

    /// <summary>B (columns, k) for y = x Bᵀ: [panel of columns][k][16].</summary>
    internal static Packed Transposed(float* b, int columns, int k, ProductType type = ProductType.Float32)
    {
        var result = new Packed((long)Products.Panels(columns) * k * Products.Panel);
        Products.PackTransposed(b, columns, k, result.Data);
        Bf16Products.Pack(type, result.Data, Products.Panels(columns), (long)k * Products.Panel, k);
        return result;
    }

    /// <summary>B (k, columns) for y = x B, its rows <paramref name="step"/> apart: [panel of columns][k][16].</summary>
    internal static Packed Plain(float* b, long step, int k, int columns, ProductType type = ProductType.Float32)
    {
        var result = new Packed((long)Products.Panels(columns) * k * Products.Panel);
        Products.Pack(b, step, k, columns, result.Data);
        Bf16Products.Pack(type, result.Data, Products.Panels(columns), (long)k * Products.Panel, k);
        return result;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => NativeMemory.AlignedFree(Data);
}
