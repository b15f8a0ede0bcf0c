namespace Kinema.Torch;

/// <summary>Multiply-adds of a kernel's products, for a profile: a kernel may make some in bf16 and others, of few numbers, in single precision.</summary>
/// <param name="Single">Of those in single precision.</param>
/// <param name="Half">Of those in bf16.</param>
internal readonly record struct ProductWork(double Single, double Half)
{
    /// <summary>All of them.</summary>
    internal double MultiplyAdds => Single + Half;

    /// <summary>bf16 as soon as one product is made in it.</summary>
    internal ScalarType Type => Half > 0 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>Of a product of rows of k numbers (of all segments).</summary>
    internal static ProductWork Of(ProductType type, long k, double multiplyAdds) =>
        Bf16Products.Takes(type, k) ? new(0, multiplyAdds) : new(multiplyAdds, 0);

    /// <summary>Of both.</summary>
    public static ProductWork operator +(ProductWork a, ProductWork b) => new(a.Single + b.Single, a.Half + b.Half);
}
