using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Kinema.Torch;

/// <summary>Small things that kernels do with rows of single-precision numbers.</summary>
internal static unsafe class Floats
{
    /// <summary>Where a tensor's numbers begin. The caller keeps the tensor alive.</summary>
    internal static float* Of(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.Memory<float>()));

    /// <summary>Keeps tensors alive up to here: a kernel has pointers into them.</summary>
    internal static void KeepAlive(Tensor[] tensors) => GC.KeepAlive(tensors);

    /// <summary>to += from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add(float* from, float* to, int count)
    {
        var i = 0;
        for (; i + 8 <= count; i += 8) (Vector256.Load(from + i) + Vector256.Load(to + i)).Store(to + i);
        for (; i < count; i++) to[i] += from[i];
    }

    /// <summary>Copies sixteen numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void CopyPanel(float* from, float* to)
    {
        var (a, b) = (Vector256.Load(from), Vector256.Load(from + 8));
        a.Store(to);
        b.Store(to + 8);
    }
}
