using System.Runtime.Intrinsics.X86;

namespace Kinema.Torch.Tests.Kernels;

/// <summary><c>./test</c> runs the kernels once more without AVX-512 and without AVX2: this shows that .NET still listens to the switches.</summary>
public sealed class VectorUnitsTests
{
    private static readonly string[] Avx512 = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"];

    [Fact]
    public void The_kernels_have_the_units_of_the_processor_less_those_that_the_run_switched_off()
    {
        var flags = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal))?.Split(' ') ?? [];
        var avx2 = flags.Contains("avx2") && !IsOff("EnableAVX2");

        Assert.Equal(avx2, Avx2.IsSupported);
        Assert.Equal(avx2 && Avx512.All(flags.Contains) && !IsOff("EnableAVX512"), Avx512F.IsSupported);
        Assert.True(avx2 || !System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated);
    }

    private static bool IsOff(string name) => Environment.GetEnvironmentVariable("DOTNET_" + name) == "0";
}
