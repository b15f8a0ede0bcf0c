using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Kinema.Torch;

/// <summary>Small things that kernels do with rows of single-precision numbers.</summary>
internal static unsafe class Floats
{
    /// <summary>Where a tensor's numbers begin. The caller keeps the tensor alive.</summary>
    internal static float* Of(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.Memory<float>()));

    /// <summary>
    /// The most numbers of a tensor that a kernel takes: spans and most indices are 32 bits long, and rows are counted up to whole blocks.
    /// </summary>
    internal const long MaxElements = int.MaxValue - 65_536;

    /// <summary>Whether a kernel for single precision on the CPU takes a tensor.</summary>
    internal static bool Take(Tensor tensor) =>
        tensor.Type == ScalarType.Float32 && tensor.Device.Kind == DeviceKind.Cpu && tensor.Elements is > 0 and <= MaxElements;

    /// <summary>to += from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add(float* from, float* to, int count)
    {
        var i = 0;
        for (; i + 8 <= count; i += 8) (Vector256.Load(from + i) + Vector256.Load(to + i)).Store(to + i);
        for (; i < count; i++) to[i] += from[i];
    }

    /// <summary>Adds up parts that lie one behind the other, in order, so that the sum does not depend on who was ready first.</summary>
    /// <param name="parts">The first number of the first part.</param>
    /// <param name="count">Parts, at least one.</param>
    /// <param name="length">Numbers of a part.</param>
    /// <param name="to">Gets the sum; may be the first part.</param>
    internal static void Sum(float* parts, int count, int length, float* to) => Sum(parts, count, length, length, to);

    /// <summary>The same of parts that lie <paramref name="next"/> numbers apart.</summary>
    internal static void Sum(float* parts, int count, long next, int length, float* to)
    {
        if (to != parts) new ReadOnlySpan<float>(parts, length).CopyTo(new Span<float>(to, length));
        for (var i = 1; i < count; i++) Add(parts + (i * next), to, length);
    }

    /// <summary>Multiplies numbers by one.</summary>
    internal static void Scale(float* numbers, float factor, int count)
    {
        var i = 0;
        for (; i + 8 <= count; i += 8) (Vector256.Load(numbers + i) * factor).Store(numbers + i);
        for (; i < count; i++) numbers[i] *= factor;
    }

    /// <summary>to *= by.</summary>
    internal static void Multiply(float* by, float* to, int count)
    {
        var i = 0;
        for (; i + 8 <= count; i += 8) (Vector256.Load(by + i) * Vector256.Load(to + i)).Store(to + i);
        for (; i < count; i++) to[i] *= by[i];
    }

    /// <summary>Copies sixteen numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void CopyPanel(float* from, float* to)
    {
        var (a, b) = (Vector256.Load(from), Vector256.Load(from + 8));
        a.Store(to);
        b.Store(to + 8);
    }

    /// <summary>Copies rows of at most sixteen numbers.</summary>
    internal static void CopyColumns(float* from, long stepFrom, float* to, long stepTo, int rows, int columns)
    {
        for (var i = 0; i < rows; i++, from += stepFrom, to += stepTo)
        {
            if (columns == Products.Panel) CopyPanel(from, to);
            else
                for (var j = 0; j < columns; j++) to[j] = from[j];
        }
    }

    /// <summary>Adds the rows of a panel, [rows][16], to sixteen sums.</summary>
    internal static void AddRows(float* rows, int count, float* to)
    {
        for (var first = 0; first < count; first += 32) // short chains keep their digits
        {
            Vector256<float> a = default, b = default;
            for (var i = first; i < Math.Min(count, first + 32); i++)
            {
                a += Vector256.Load(rows + ((long)i * Products.Panel));
                b += Vector256.Load(rows + ((long)i * Products.Panel) + 8);
            }

            (a + Vector256.Load(to)).Store(to);
            (b + Vector256.Load(to + 8)).Store(to + 8);
        }
    }
}
