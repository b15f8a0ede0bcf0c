using System.Globalization;
using Kinema.Torch;

namespace Kinema.Cli.Doctor;

/// <summary>
/// What makes training fast on a processor, and what is slower without. Results are the same; nothing here fails. Judges what it is given, so
/// that a test can ask it about machines that are not there. A figure is given where docs/performance.md has one.
/// </summary>
internal static class Acceleration
{
    // GFLOP/s a thread: a BLAS without vector code stays below, a tuned one is well above.
    private const double Enough = 5;

    private const string WithoutBlas = "a training step of CTR-GCN does without a BLAS and takes no longer (docs/performance.md)";

    private static readonly (string Part, string Name)[] TunedNames =
        [("openblas", "OpenBLAS"), ("libmkl_", "MKL"), ("libblis", "BLIS"), ("blis-", "BLIS"), ("libnvpl", "NVPL")];

    private static readonly (string Info, string Name)[] BuiltNames =
    [
        ("mkl", "MKL"), ("open", "OpenBLAS"), ("accelerate", "Accelerate"), ("veclib", "Accelerate"), ("flame", "BLIS"), ("nvpl", "NVPL"),
    ];

    /// <summary>The vector units our kernels use.</summary>
    public static (Health Status, string Found, string? Fix) Vectors(VectorUnits units)
    {
        var found = $"{(units.Names.Count > 0 ? string.Join(", ", units.Names) : "none known")}; our kernels use {units.Width} bits";
        return units switch
        {
            { Width: 0 } =>
                (Health.Warning, found, "this processor has no vector units that .NET knows: our kernels work one number at a time, many times slower"),
            { IsX64: true, Width: < 256, HasAvx2: true } =>
                (Health.Warning, found, "this processor has AVX2, but .NET was told to do without (DOTNET_EnableAVX2, DOTNET_EnableHWIntrinsic): "
                    + "a training step of CTR-GCN takes nearly 5 times as long (docs/performance.md)"),
            { IsX64: true, Width: < 256 } =>
                (Health.Warning, found, "no AVX2: a training step of CTR-GCN takes some 4 times as long without it (docs/performance.md)"),
            { IsX64: true, Width: < 512 } when units.Names.Contains(VectorUnits.Avx512) =>
                (Health.Ok, $"{found}, which .NET prefers on this processor", null),
            { IsX64: true, Width: < 512 } =>
                (Health.Ok, $"{found} (no AVX-512, which would be 512: what it brings was not measured)", null),
            _ => (Health.Ok, found, null),
        };
    }

    /// <summary>The library behind libtorch's matrix products. bench/pytorch_step.py judges PyTorch's the same way.</summary>
    /// <param name="configuration">How libtorch was built.</param>
    /// <param name="library">The file whose product it calls (<see cref="TorchRuntime.ProductLibrary"/>).</param>
    /// <param name="gflops">What it reaches in single precision.</param>
    /// <param name="threads">On so many threads.</param>
    public static (Health Status, string Found, string? Fix) Blas(string configuration, string? library, double gflops, int threads)
    {
        var built = configuration.Contains("Math Kernel Library", StringComparison.OrdinalIgnoreCase)
            ? "MKL"
            : BuiltNames.FirstOrDefault(one => configuration.Contains($"BLAS_INFO={one.Info}", StringComparison.OrdinalIgnoreCase)).Name;
        // MKL is built in, the others are found when libtorch is loaded, and another may have come in the way.
        var within = library is null || Path.GetFileName(library).StartsWith("libtorch", StringComparison.Ordinal);
        var name = built == "MKL" || within ? built : Tuned(library!);
        if (name is not null) return (Health.Ok, name, null);
        if (gflops >= Enough * threads) return (Health.Ok, within ? "a library without a name, fast" : library!, null);
        return (Health.Warning, within ? "neither OpenBLAS nor MKL" : $"a plain BLAS, {library}",
            $"{WithoutBlas}; libtorch's own products are slow, such as those in double precision: install libopenblas0-pthread");
    }

    /// <summary>What libtorch's products and ours reach in single precision.</summary>
    /// <param name="libtorch">GFLOP/s of libtorch's.</param>
    /// <param name="kernels">GFLOP/s of our kernels'.</param>
    /// <param name="threads">On so many threads.</param>
    /// <param name="plain">Whether libtorch was found to have no tuned BLAS.</param>
    public static (Health Status, string Found, string? Fix) Products(double libtorch, double kernels, int threads, bool plain)
    {
        var found = string.Create(CultureInfo.InvariantCulture, $"{libtorch:0} GFLOP/s by libtorch, {kernels:0} by our kernels, in fp32 (1024 x 1024)");
        if (libtorch >= Enough * threads) return (Health.Ok, found, null);
        // On a busy machine a step takes longer too.
        var advice = plain ? $"libtorch's are those of the plain BLAS; {WithoutBlas}" : "slow for a tuned BLAS: the machine was busy, run doctor again";
        return (Health.Warning, found, advice);
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
    /// Whether bf16 pays in our kernels (1×1 convolutions, convolutions over time and CTR-GCN's aggregation), which multiply by the bridge where
    /// single precision multiplies by .NET's vectors: the one may have instructions that the other was told to do without, so speed decides.
    /// </summary>
    /// <param name="unit">What the bridge multiplies with.</param>
    /// <param name="single">GFLOP/s of our kernels' products in fp32.</param>
    /// <param name="half">GFLOP/s of our kernels' products in bf16.</param>
    /// <param name="libtorch">GFLOP/s of libtorch's products in bf16.</param>
    public static (Health Status, string Found, string? Fix) BFloat16(BFloat16Unit unit, double single, double half, double libtorch)
    {
        var name = unit switch
        {
            BFloat16Unit.Amx => "AMX", BFloat16Unit.Avx512 => "AVX-512 bf16",
            BFloat16Unit.Avx2 => "the bridge's AVX2, rounding to bf16", _ => "the bridge's plain code, rounding to bf16",
        };
        var found = string.Create(
            CultureInfo.InvariantCulture,
            $"{half:0.#} GFLOP/s by our kernels ({name}), {half / single:0.##} of theirs in fp32; {libtorch:0.#} by libtorch");
        // Without such instructions it is the arithmetic of fp32 and roundings: faster only where .NET does without its vectors, and then by far.
        var instructions = unit is BFloat16Unit.Amx or BFloat16Unit.Avx512;
        if (half > (instructions ? 1 : 1.5) * single) return (Health.Ok, found, null);
        var why = instructions ? "" : "no AMX and no AVX-512 bf16: ";
        return (Health.Warning, found, $"{why}training.precision bf16 gives its numbers but is no faster than fp32 here; leave it at fp32");
    }

    // Parts of the names of files and of their folders: Debian's OpenBLAS is openblas-pthread/libblas.so.3. Not of oneDNN: its file may be libmkldnn.
    private static string? Tuned(string library)
    {
        var file = $"{Path.GetFileName(Path.GetDirectoryName(library))}/{Path.GetFileName(library)}";
        return TunedNames.FirstOrDefault(one => file.Contains(one.Part, StringComparison.OrdinalIgnoreCase)).Name;
    }
}
