using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Kinema.Cli.Doctor;

/// <summary>What a processor can do at once.</summary>
/// <param name="Names">The units a reader may know.</param>
/// <param name="Width">Bits of the widest vector that .NET uses, 0 for none.</param>
/// <param name="IsX64">Whether AVX may be expected.</param>
internal sealed record VectorUnits(IReadOnlyList<string> Names, int Width, bool IsX64)
{
    /// <summary>The name of AVX-512, with which some processors lower their clock so far that .NET uses 256 bits all the same.</summary>
    public const string Avx512 = "AVX-512";

    /// <summary>Whether the processor has AVX2, whatever .NET uses.</summary>
    public bool HasAvx2 { get; init; }

    /// <summary>Those of this processor.</summary>
    public static VectorUnits Here()
    {
        var flags = MachineChecks.CpuFlags();
        string[] names =
        [
            .. Named(Avx2.IsSupported, "AVX2"), .. Named(Fma.IsSupported, "FMA"), .. Named(Avx512F.IsSupported, Avx512),
            .. Named(flags.Contains("avx512_bf16"), "AVX-512 bf16"), .. Named(flags.Contains("amx_bf16"), "AMX bf16"), .. Named(AdvSimd.IsSupported, "NEON"),
        ];
        var width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        return new VectorUnits(names, width, RuntimeInformation.ProcessArchitecture == Architecture.X64) { HasAvx2 = flags.Contains("avx2") };
    }

    private static IEnumerable<string> Named(bool present, string name) => present ? [name] : [];
}
