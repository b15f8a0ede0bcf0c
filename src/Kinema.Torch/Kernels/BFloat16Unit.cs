namespace Kinema.Torch;

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
