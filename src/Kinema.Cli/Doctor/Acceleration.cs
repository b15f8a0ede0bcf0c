using System.Globalization;
using Kinema.Torch;

namespace Kinema.Cli.Doctor;

/// <summary>
/// What makes training fast on a processor, and what is slower without. Results are the same; nothing here fails. Judges what it is given, so
/// that a test can ask it about machines that are not there. A figure is given where docs/performance.md has one.
/// </summary>
internal static class Acceleration
{
    /// <summary>The vector units our kernels use.</summary>
    public static (Health Status, string Found, string? Fix) Vectors(VectorUnits units)
    {
        var found = $"{(units.Names.Count > 0 ? string.Join(", ", units.Names) : "none known")}; our kernels use {units.Width} bits";
        return units switch
        {
            { Width: 0 } =>
                (Health.Warning, found, "this processor has no vector units that .NET knows: our kernels work one number at a time, many times slower"),
            { IsX64: true, Width: < 256 } =>
                (Health.Warning, found, "no AVX2: a training step of CTR-GCN takes some 4 times as long without it (docs/performance.md)"),
            { IsX64: true, Width: < 512 } when units.Names.Contains(VectorUnits.Avx512) =>
                (Health.Ok, $"{found}, which .NET prefers on this processor", null),
            { IsX64: true, Width: < 512 } =>
                (Health.Ok, $"{found} (no AVX-512, which would be 512: what it brings was not measured)", null),
            _ => (Health.Ok, found, null),
        };
    }

    /// <summary>The library behind matrix products.</summary>
    /// <param name="configuration">How libtorch was built.</param>
    /// <param name="libraries">Files loaded into this process; empty where the system does not tell.</param>
    public static (Health Status, string Found, string? Fix) Blas(string configuration, IReadOnlyCollection<string> libraries)
    {
        var tuned = Named("openblas", "OpenBLAS") ?? Named("libmkl", "MKL") ?? Named("blis", "BLIS") ?? Named("nvpl", "NVPL")
            ?? (configuration.Contains("BLAS_INFO=mkl", StringComparison.Ordinal) || configuration.Contains("Math Kernel Library", StringComparison.Ordinal)
                    ? "MKL"
                    : null)
            ?? (configuration.Contains("BLAS_INFO=open", StringComparison.Ordinal) ? "OpenBLAS" : null);
        if (tuned is not null) return (Health.Ok, tuned, null);
        var plain = libraries.FirstOrDefault(file => Path.GetFileName(file).StartsWith("libblas", StringComparison.Ordinal));
        return (Health.Warning, $"neither OpenBLAS nor MKL{(plain is null ? "" : $" ({plain})")}",
            "install libopenblas0-pthread: a plain BLAS is much slower; our kernels do without it, products in double precision do not");

        string? Named(string part, string name) =>
            libraries.Any(file => Path.GetFileName(file).Contains(part, StringComparison.OrdinalIgnoreCase)) ? name : null;
    }

    /// <summary>The library behind convolutions and bf16.</summary>
    /// <param name="configuration">How libtorch was built.</param>
    public static (Health Status, string Found, string? Fix) OneDnn(string configuration)
    {
        const string name = "MKL-DNN v";
        var at = configuration.IndexOf(name, StringComparison.Ordinal);
        if (at >= 0) return (Health.Ok, $"oneDNN {configuration[(at + name.Length)..].Split(' ', '\n')[0]}", null);
        return configuration.Contains("USE_MKLDNN=ON", StringComparison.Ordinal)
            ? (Health.Ok, "oneDNN", null)
            : (Health.Warning, "libtorch was built without oneDNN",
                "our kernels do without it; libtorch's own convolutions take longer");
    }

    /// <summary>
    /// Whether bf16 pays: in our kernels (1×1 convolutions, convolutions over time and CTR-GCN's aggregation), and in libtorch's operators.
    /// </summary>
    /// <param name="unit">What our kernels multiply with.</param>
    /// <param name="single">GFLOP/s of libtorch's products in fp32.</param>
    /// <param name="half">GFLOP/s of libtorch's products in bf16.</param>
    public static (Health Status, string Found, string? Fix) BFloat16(BFloat16Unit unit, double single, double half)
    {
        var name = unit switch
        {
            BFloat16Unit.Amx => "AMX", BFloat16Unit.Avx512 => "AVX-512 bf16", BFloat16Unit.Avx2 => "AVX2 in fp32", _ => "plain code in fp32",
        };
        var found = string.Create(CultureInfo.InvariantCulture, $"kernels by {name}; libtorch {half:0.#} GFLOP/s, {half / single:0.##} of those in float32");
        return unit is BFloat16Unit.Amx or BFloat16Unit.Avx512
            ? (Health.Ok, found, null)
            : (Health.Warning, found, "no AMX and no AVX-512 bf16: training.precision bf16 gives its numbers but would be slower than fp32 here; leave it at fp32");
    }
}
