namespace Kinema.Torch;

/// <summary>What the factors of a kernel's products are rounded to. Maps, weights and sums are single precision in either case.</summary>
internal enum ProductType
{
    /// <summary>Nothing: single precision.</summary>
    Float32,

    /// <summary>bf16: eight bits of mantissa, the range of single precision. For <see cref="Autograd.Autocast"/>.</summary>
    BFloat16,
}

/// <summary>Asks the thread what products are to be made in.</summary>
internal static class ProductTypes
{
    /// <summary>What a kernel that is called now, on this thread, multiplies in. A kernel keeps it for its backward, which runs elsewhere.</summary>
    internal static ProductType Here => Autograd.CastsOnCpu ? ProductType.BFloat16 : ProductType.Float32;
}
