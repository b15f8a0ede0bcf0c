namespace Kinema.Torch;

/// <summary>What the factors of a kernel's products are rounded to. Maps, weights and sums are single precision in either case.</summary>
internal enum ProductType
{
    /// <summary>Nothing: single precision.</summary>
    Float32,

    /// <summary>bf16: eight bits of mantissa, the range of single precision. For <see cref="Autograd.Autocast"/>.</summary>
    BFloat16,
}

/// <summary>Which instructions multiply bf16, as the bridge numbers them.</summary>
public enum BFloat16Unit
{
    /// <summary>None: plain C++.</summary>
    Portable = 0,

    /// <summary>None: vectors of eight single-precision numbers.</summary>
    Avx2 = 1,

    /// <summary>The bf16 dot products of AVX-512.</summary>
    Avx512 = 2,

    /// <summary>The tiles of AMX.</summary>
    Amx = 3,
}

/// <summary>Asks the thread what products are to be made in.</summary>
internal static class ProductTypes
{
    /// <summary>What a kernel that is called now, on this thread, multiplies in. A kernel keeps it for its backward, which runs elsewhere.</summary>
    internal static ProductType Here => Autograd.CastsOnCpu ? ProductType.BFloat16 : ProductType.Float32;

    /// <summary>The same as a tensor's type, for a profile.</summary>
    internal static ScalarType Scalar(this ProductType type) => type == ProductType.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
}
