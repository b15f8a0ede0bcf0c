using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Kinema.Cli.Doctor;

/// <summary>What a processor can do at once.</summary>
/// <param name="Names">The units a reader may know.</param>
/// <param name="Width">Bits of the widest vector that .NET uses, 0 for none.</param>
/// <param name="IsX64">Whether AVX may be expected.</param>
/// <param name="BFloat16">Whether it multiplies bf16 in hardware.</param>
internal sealed record VectorUnits(IReadOnlyList<string> Names, int Width, bool IsX64, bool BFloat16)
{
    /// <summary>Those of this processor.</summary>
    public static VectorUnits Here()
    {
        var flags = MachineChecks.CpuFlags();
        bool avx512 = flags.Contains("avx512_bf16"), amx = flags.Contains("amx_bf16"), arm = flags.Contains("bf16");
        string[] names =
        [
            .. Named(Avx2.IsSupported, "AVX2"), .. Named(Fma.IsSupported, "FMA"), .. Named(Avx512F.IsSupported, "AVX-512"),
            .. Named(avx512, "AVX-512 bf16"), .. Named(amx, "AMX bf16"), .. Named(AdvSimd.IsSupported, "NEON"),
        ];
        var width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        return new VectorUnits(names, width, RuntimeInformation.ProcessArchitecture == Architecture.X64, avx512 || amx || arm);
    }

    private static IEnumerable<string> Named(bool present, string name) => present ? [name] : [];
}
