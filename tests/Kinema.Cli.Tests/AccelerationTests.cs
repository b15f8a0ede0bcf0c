using Kinema.Cli.Doctor;
using Kinema.Torch;

namespace Kinema.Cli.Tests;

/// <summary>What doctor says of machines that are not there.</summary>
public class AccelerationTests
{
    [Theory]
    [InlineData(512, true, true, null)]
    [InlineData(256, true, true, null)]
    [InlineData(128, true, false, "no AVX2: a training step of CTR-GCN takes some 4 times as long")]
    [InlineData(128, false, true, null)]                    // NEON
    [InlineData(0, false, false, "one number at a time")]
    public void Missing_vector_units_are_named_with_their_cost(int width, bool x64, bool well, string? cost)
    {
        var (status, found, fix) = Acceleration.Vectors(new VectorUnits(["some"], width, x64));

        Assert.Equal(well ? Health.Ok : Health.Warning, status);
        Assert.Contains($"{width} bits", found, StringComparison.Ordinal);
        Assert.Equal(cost is null, fix is null);
        Assert.Contains(cost ?? "", fix ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_processor_without_AVX512_is_well_since_what_that_costs_was_not_measured()
    {
        var (status, found, fix) = Acceleration.Vectors(new VectorUnits(["AVX2"], 256, true));

        Assert.Equal((Health.Ok, null), (status, fix));
        Assert.Equal("AVX2; our kernels use 256 bits (no AVX-512, which would be 512: what it brings was not measured)", found);
    }

    [Fact]
    public void Where_dotnet_prefers_narrower_vectors_than_the_processor_has_nothing_is_missing()
    {
        var (status, found, fix) = Acceleration.Vectors(new VectorUnits(["AVX2", VectorUnits.Avx512], 256, true));

        Assert.Equal((Health.Ok, null), (status, fix));
        Assert.Contains("AVX-512; our kernels use 256 bits, which .NET prefers on this processor", found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BLAS_INFO=generic", "/usr/lib/openblas-pthread/libopenblasp-r0.3.21.so", true, "OpenBLAS")]
    [InlineData("BLAS_INFO=mkl, USE_MKL=ON", "/torch/lib/libtorch_cpu.so", true, "MKL")]
    [InlineData("BLAS_INFO=generic", "/usr/lib/blas/libblas.so.3", false, "neither OpenBLAS nor MKL (/usr/lib/blas/libblas.so.3)")]
    public void A_plain_blas_is_a_warning_that_names_the_package(string configuration, string library, bool well, string expectedFound)
    {
        var (status, found, fix) = Acceleration.Blas(configuration, ["/usr/lib/libc.so.6", library]);

        Assert.Equal((well ? Health.Ok : Health.Warning, expectedFound), (status, found));
        Assert.Equal(well, fix is null);
        if (!well) Assert.All((string[])["libopenblas0-pthread", "our kernels do without it"], part => Assert.Contains(part, fix, StringComparison.Ordinal));
        if (!well) AssertNoFigures(fix!.Replace("libopenblas0", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("  - Intel(R) MKL-DNN v2.6.3 (Git Hash N/A)\n", true, "oneDNN 2.6.3")]
    [InlineData("USE_MKLDNN=OFF", false, "libtorch was built without oneDNN")]
    public void A_libtorch_without_oneDNN_is_a_warning(string configuration, bool well, string expectedFound)
    {
        var (status, found, fix) = Acceleration.OneDnn(configuration);

        Assert.Equal((well ? Health.Ok : Health.Warning, expectedFound), (status, found));
        Assert.Equal(well, fix is null);
        if (!well) Assert.All((string[])["our kernels", "longer"], part => Assert.Contains(part, fix, StringComparison.Ordinal));
        if (!well) AssertNoFigures(fix!);
    }

    [Theory]
    [InlineData(BFloat16Unit.Amx, true, "kernels by AMX; libtorch 800 GFLOP/s, 4 of those")]
    [InlineData(BFloat16Unit.Avx512, true, "kernels by AVX-512 bf16")]
    [InlineData(BFloat16Unit.Avx2, false, "kernels by AVX2 in fp32")]
    [InlineData(BFloat16Unit.Portable, false, "kernels by plain code")]
    public void Bf16_without_instructions_for_it_is_a_warning(BFloat16Unit unit, bool well, string expected)
    {
        var (status, found, fix) = Acceleration.BFloat16(unit, 200, 800);

        Assert.Equal(well ? Health.Ok : Health.Warning, status);
        Assert.Contains(expected, found, StringComparison.Ordinal);
        Assert.Equal(well, fix is null);
    }

    // What was not measured has no figure.
    private static void AssertNoFigures(string text) => Assert.DoesNotContain(text, char.IsAsciiDigit);
}
