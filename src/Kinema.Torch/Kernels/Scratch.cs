using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kinema.Torch;

/// <summary>
/// Memory of the current thread for what a kernel needs only while it runs. Each slot keeps its largest size until the thread ends, so that a
/// step that repeats asks for nothing. A kernel numbers its slots from 0; what it calls while it uses them must take others.
/// </summary>
internal static unsafe class Scratch
{
    private const int Slots = 8;

    [ThreadStatic] private static float[]?[]? buffers;

    /// <summary>At least <paramref name="length"/> numbers of any value, aligned to 64 bytes; another call for the same slot gives them away again.</summary>
    internal static float* Take(int slot, long length)
    {
        var mine = buffers ??= new float[Slots][];
        if (mine[slot] is not { } buffer || buffer.Length < length + 16)
            mine[slot] = buffer = GC.AllocateUninitializedArray<float>(checked((int)length + 16), pinned: true);
        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(buffer));
        return (float*)((address + 63) & ~(nint)63);
    }
}
