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

    [Fact]
    public void Vectors_that_dotnet_was_told_to_do_without_are_not_said_to_be_missing()
    {
        var (status, _, fix) = Acceleration.Vectors(new VectorUnits([], 128, true) { HasAvx2 = true });

        Assert.Equal(Health.Warning, status);
        Assert.StartsWith("this processor has AVX2, but .NET was told to do without (DOTNET_EnableAVX2", fix, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(BlasCases.Tuned), MemberType = typeof(BlasCases))]
    public void A_tuned_blas_is_named_and_well(string built, string? library, double gflops, string? name) =>
        Assert.Equal((Health.Ok, name ?? "a library without a name, fast", null), Acceleration.Blas(built, library, gflops, BlasCases.Threads));

    [Theory, MemberData(nameof(BlasCases.Plain), MemberType = typeof(BlasCases))]
    public void A_plain_blas_is_a_warning_with_its_measured_cost_and_the_package(string built, string? library, bool libtorchs)
    {
        var (status, found, fix) = Acceleration.Blas(built, library, BlasCases.Slow, BlasCases.Threads);

        Assert.Equal((Health.Warning, libtorchs ? "neither OpenBLAS nor MKL" : $"a plain BLAS, {library}"), (status, found));
        Assert.All(
            (string[])["libopenblas0-pthread", "a training step of CTR-GCN does without a BLAS and takes no longer (docs/performance.md)", "double precision"],
            part => Assert.Contains(part, fix, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(153, false, null)]
    [InlineData(
        5, true, "libtorch's are those of the plain BLAS; a training step of CTR-GCN does without a BLAS and takes no longer (docs/performance.md)")]
    [InlineData(5, false, "slow for a tuned BLAS: the machine was busy, run doctor again")] // and a step takes longer too
    public void Slow_products_of_libtorch_are_a_warning_that_says_what_they_cost_a_step(double libtorch, bool plain, string? advice)
    {
        var (status, found, fix) = Acceleration.Products(libtorch, 140, threads: 2, plain);

        Assert.Equal($"{libtorch} GFLOP/s by libtorch, 140 by our kernels, in fp32 (1024 x 1024)", found);
        Assert.Equal((advice is null ? Health.Ok : Health.Warning, advice), (status, fix));
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
    [InlineData(BFloat16Unit.Amx, 150, 600, null, "600 GFLOP/s by our kernels (AMX), 4 of theirs in fp32; 4.6 by libtorch")]
    [InlineData(BFloat16Unit.Avx512, 150, 300, null, "(AVX-512 bf16), 2 of theirs")]
    [InlineData(BFloat16Unit.Avx512, 150, 120, "training.precision bf16 gives its numbers but is no faster than fp32 here", "0.8 of theirs")]
    [InlineData(BFloat16Unit.Avx2, 150, 105, "no AMX and no AVX-512 bf16: training.precision bf16", "(the bridge's AVX2, rounding to bf16), 0.7 of theirs")]
    [InlineData(BFloat16Unit.Avx2, 100, 110, "no AMX and no AVX-512 bf16: training.precision bf16", "1.1 of theirs")] // a moment's noise
    [InlineData(BFloat16Unit.Avx2, 25, 100, null, "(the bridge's AVX2, rounding to bf16), 4 of theirs")] // .NET was told to do without AVX2
    [InlineData(BFloat16Unit.Portable, 10, 2, "no AMX and no AVX-512 bf16", "(the bridge's plain code, rounding to bf16)")]
    public void Bf16_is_held_against_our_own_products_in_fp32(BFloat16Unit unit, double single, double half, string? advice, string expected)
    {
        var (status, found, fix) = Acceleration.BFloat16(unit, single, half, libtorch: 4.6);

        Assert.Equal(advice is null ? Health.Ok : Health.Warning, status);
        Assert.Contains(expected, found, StringComparison.Ordinal);
        Assert.Equal(advice is null, fix is null);
        Assert.StartsWith(advice ?? "", fix ?? "", StringComparison.Ordinal);
    }

    // What was not measured has no figure.
    private static void AssertNoFigures(string text) => Assert.DoesNotContain(text, char.IsAsciiDigit);
}
