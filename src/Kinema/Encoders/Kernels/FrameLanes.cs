using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// Sixteen frames side by side, [number][16], and back: what <see cref="AggregationTiles"/> multiplies. Where every frame has a small matrix of
/// its own, each register then holds one entry of many frames, and nothing has to be padded, shuffled or added across a register.
/// </summary>
internal static unsafe class FrameLanes
{
    /// <summary>Frames side by side.</summary>
    internal const int Count = AggregationTiles.Channels;

    private const int Half = 8;

    /// <summary>Lays the same numbers of up to sixteen frames side by side; frames that are not there become zeros.</summary>
    /// <param name="from">The first number of the first frame.</param>
    /// <param name="step">From frame to frame.</param>
    /// <param name="frames">Frames that are there.</param>
    /// <param name="count">Numbers of a frame, neighbours.</param>
    /// <param name="to">[number][16].</param>
    internal static void Gather(float* from, long step, int frames, int count, float* to)
    {
        var done = Avx.IsSupported ? count / Half * Half : 0;
        var missing = stackalloc float[Half * Half]; // rows of which some are not there
        for (var i = 0; i < done; i += Half)
        {
            for (var first = 0; first < Count; first += Half)
            {
                var target = to + (i * Count) + first;
                if (first + Half <= frames)
                {
                    Transpose(from + i + (first * step), step, target, Count);
                    continue;
                }

                for (var row = 0; row < Half; row++)
                    (first + row < frames ? Vector256.Load(from + i + ((first + row) * step)) : default).Store(missing + (row * Half));
                Transpose(missing, Half, target, Count);
            }
        }

        for (var i = done; i < count; i++)
        {
            for (var frame = 0; frame < frames; frame++) to[(i * Count) + frame] = from[(frame * step) + i];
            for (var frame = frames; frame < Count; frame++) to[(i * Count) + frame] = 0;
        }
    }

    /// <summary>The way back: numbers that lie side by side go to up to sixteen frames.</summary>
    /// <param name="from">[number][16].</param>
    /// <param name="to">The first number of the first frame.</param>
    /// <param name="step">From frame to frame.</param>
    /// <param name="frames">Frames that are there.</param>
    /// <param name="count">Numbers of a frame, neighbours.</param>
    internal static void Scatter(float* from, float* to, long step, int frames, int count)
    {
        var done = frames == Count && Avx.IsSupported ? count / Half * Half : 0;
        for (var i = 0; i < done; i += Half)
        {
            Transpose(from + (i * Count), Count, to + i, step);
            Transpose(from + (i * Count) + Half, Count, to + i + (Half * step), step);
        }

        for (var i = done; i < count; i++)
            for (var frame = 0; frame < frames; frame++) to[(frame * step) + i] = from[(i * Count) + frame];
    }

    /// <summary>The sum of sixteen frames' numbers, one per number.</summary>
    /// <param name="from">[number][16].</param>
    /// <param name="count">Numbers.</param>
    /// <param name="to">As many numbers.</param>
    internal static void Sum(float* from, int count, float* to)
    {
        for (var i = 0; i < count; i++, from += Count) to[i] = Vector256.Sum(Vector256.Load(from) + Vector256.Load(from + Half));
    }

    // Eight rows of eight numbers become columns.
    private static void Transpose(float* from, long stepFrom, float* to, long stepTo)
    {
        Vector256<float> r0 = Vector256.Load(from), r1 = Vector256.Load(from + stepFrom), r2 = Vector256.Load(from + (2 * stepFrom)),
            r3 = Vector256.Load(from + (3 * stepFrom)), r4 = Vector256.Load(from + (4 * stepFrom)), r5 = Vector256.Load(from + (5 * stepFrom)),
            r6 = Vector256.Load(from + (6 * stepFrom)), r7 = Vector256.Load(from + (7 * stepFrom));
        Vector256<float> a0 = Avx.UnpackLow(r0, r1), a1 = Avx.UnpackHigh(r0, r1), a2 = Avx.UnpackLow(r2, r3), a3 = Avx.UnpackHigh(r2, r3),
            a4 = Avx.UnpackLow(r4, r5), a5 = Avx.UnpackHigh(r4, r5), a6 = Avx.UnpackLow(r6, r7), a7 = Avx.UnpackHigh(r6, r7);
        const byte Low = 0b01_00_01_00, High = 0b11_10_11_10;
        Vector256<float> b0 = Avx.Shuffle(a0, a2, Low), b1 = Avx.Shuffle(a0, a2, High), b2 = Avx.Shuffle(a1, a3, Low), b3 = Avx.Shuffle(a1, a3, High),
            b4 = Avx.Shuffle(a4, a6, Low), b5 = Avx.Shuffle(a4, a6, High), b6 = Avx.Shuffle(a5, a7, Low), b7 = Avx.Shuffle(a5, a7, High);
        const byte Lower = 0x20, Upper = 0x31;
        Avx.Permute2x128(b0, b4, Lower).Store(to);
        Avx.Permute2x128(b1, b5, Lower).Store(to + stepTo);
        Avx.Permute2x128(b2, b6, Lower).Store(to + (2 * stepTo));
        Avx.Permute2x128(b3, b7, Lower).Store(to + (3 * stepTo));
        Avx.Permute2x128(b0, b4, Upper).Store(to + (4 * stepTo));
        Avx.Permute2x128(b1, b5, Upper).Store(to + (5 * stepTo));
        Avx.Permute2x128(b2, b6, Upper).Store(to + (6 * stepTo));
        Avx.Permute2x128(b3, b7, Upper).Store(to + (7 * stepTo));
    }
}
