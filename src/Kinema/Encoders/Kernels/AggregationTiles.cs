using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// Sums over joints or frames of products that stay apart in the channels, for sixteen channels side by side: the three products of a
/// channel-wise aggregation are this one with other strides. Or sixteen matrix products at once, where what lies side by side are frames. Five
/// by two sums stay in registers, so that a number that was loaded is used twice or five times.
/// </summary>
internal static unsafe class AggregationTiles
{
    /// <summary>Channels, or frames, side by side.</summary>
    internal const int Channels = Products.Panel;

    /// <summary>
    /// y[i, j] = Σ_o Σ_d a[i, d, o] · b[j, d, o], each sixteen channels. All steps count numbers.
    /// </summary>
    /// <param name="a">The factor that i counts.</param>
    /// <param name="b">The factor that j counts.</param>
    /// <param name="depth">Values of d.</param>
    /// <param name="outer">Values of o.</param>
    /// <param name="y">The first number.</param>
    /// <param name="stepA">From i to i of y.</param>
    /// <param name="stepB">From j to j of y.</param>
    /// <param name="wide">Whether with 512-bit registers; null asks the processor. For tests.</param>
    internal static void Run(in Factor a, in Factor b, int depth, int outer, float* y, long stepA, long stepB, bool? wide = null)
    {
        if (wide ?? Vector512.IsHardwareAccelerated) Run<Lanes16>(a, b, depth, outer, y, stepA, stepB);
        else Run<Lanes8>(a, b, depth, outer, y, stepA, stepB);
    }

    private static void Run<TLanes>(in Factor a, in Factor b, int depth, int outer, float* y, long stepA, long stepB)
        where TLanes : struct, ILanes<TLanes>
    {
        for (var i = 0; i < a.Count; i += 5)
            Strip<TLanes>(a.Data + (i * a.Step), a.Step, a.Along, a.Outer, Math.Min(5, a.Count - i), b, depth, outer, y + (i * stepA), stepA, stepB);
    }

    // Up to five rows of a with all rows of b. One call for all of its tiles: where a sum is short, a call each would take a fifth of the time.
    private static void Strip<TLanes>(
        float* a, long stepA, long alongA, long outerA, int countA, in Factor b, int depth, int outer, float* y, long toA, long toB)
        where TLanes : struct, ILanes<TLanes>
    {
        // A tile at the edge reads its last row again rather than past the end, and does not write it twice.
        long a1 = Math.Min(1, countA - 1) * stepA, a2 = Math.Min(2, countA - 1) * stepA, a3 = Math.Min(3, countA - 1) * stepA,
            a4 = (countA > 4 ? 4 : countA - 1) * stepA;
        long alongB = b.Along, outerB = b.Outer;
        for (var j = 0; j < b.Count; j += 2)
        {
            var second = j + 1 < b.Count;
            var b1 = second ? b.Step : 0;
            for (var lane = 0; lane < Channels; lane += TLanes.Count)
            {
                float* left = a + lane, right = b.Data + (j * b.Step) + lane;
                TLanes p0 = default, p1 = default, p2 = default, p3 = default, p4 = default;
                TLanes q0 = default, q1 = default, q2 = default, q3 = default, q4 = default;
                for (var o = 0; o < outer; o++, left += outerA, right += outerB)
                {
                    float* l = left, r = right;
                    for (var d = 0; d < depth; d++, l += alongA, r += alongB)
                    {
                        TLanes u = TLanes.Load(r), v = TLanes.Load(r + b1);
                        var g = TLanes.Load(l);
                        TLanes.Accumulate(ref p0, g, u);
                        TLanes.Accumulate(ref q0, g, v);
                        g = TLanes.Load(l + a1);
                        TLanes.Accumulate(ref p1, g, u);
                        TLanes.Accumulate(ref q1, g, v);
                        g = TLanes.Load(l + a2);
                        TLanes.Accumulate(ref p2, g, u);
                        TLanes.Accumulate(ref q2, g, v);
                        g = TLanes.Load(l + a3);
                        TLanes.Accumulate(ref p3, g, u);
                        TLanes.Accumulate(ref q3, g, v);
                        g = TLanes.Load(l + a4);
                        TLanes.Accumulate(ref p4, g, u);
                        TLanes.Accumulate(ref q4, g, v);
                    }
                }

                var to = y + (j * toB) + lane;
                Write(to, toA, countA, p0, p1, p2, p3, p4);
                if (second) Write(to + toB, toA, countA, q0, q1, q2, q3, q4);
            }
        }
    }

    // Inlined: no vector register survives a call, and one that lives across it goes through memory in the loop already.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write<TLanes>(float* to, long step, int count, TLanes v0, TLanes v1, TLanes v2, TLanes v3, TLanes v4)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes.Store(v0, to);
        if (count > 1) TLanes.Store(v1, to + step);
        if (count > 2) TLanes.Store(v2, to + (2 * step));
        if (count > 3) TLanes.Store(v3, to + (3 * step));
        if (count > 4) TLanes.Store(v4, to + (4 * step));
    }

    /// <summary>One factor of the product: how many rows it gives, and how far it is to the next row, along the sum, and along the outer sum.</summary>
    internal readonly struct Factor(float* data, int count, long step, long along, long outer)
    {
        internal float* Data { get; } = data;

        internal int Count { get; } = count;

        internal long Step { get; } = step;

        internal long Along { get; } = along;

        internal long Outer { get; } = outer;
    }
}
