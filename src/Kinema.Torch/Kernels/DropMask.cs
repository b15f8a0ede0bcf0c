using System.Runtime.Intrinsics;

namespace Kinema.Torch;

/// <summary>
/// Which numbers of a map dropout keeps. Each is decided by its place and one seed, not by the number before it: libtorch draws one after the
/// other on one thread, which costs as much as a convolution. Masks are made on the processor, so that they are the same on every device.
/// </summary>
internal static unsafe class DropMask
{
    private const int Piece = 1 << 16;

    /// <summary>A map of zeros, and of 1/(1 - p) where a number is kept.</summary>
    /// <param name="shape">Of the map.</param>
    /// <param name="probability">p, of a number to be dropped, in [0, 1).</param>
    /// <param name="random">Gives the seed: one draw a mask.</param>
    internal static Tensor Of(ReadOnlySpan<long> shape, double probability, Generator random)
    {
        var mask = Tensor.Empty(shape.ToArray());
        if (mask.Elements == 0) return mask;
        double[] draws;
        using (TensorScope.Begin()) draws = Aten.UniformInPlace.Call(Tensor.Empty([2], ScalarType.Float64), 0.0, 1.0, random).ToArray<double>();
        uint low = (uint)(draws[0] * uint.MaxValue), high = (uint)(draws[1] * uint.MaxValue);
        // Of 2³² numbers those from here on are kept.
        var border = (uint)Math.Min(uint.MaxValue, Math.Round(probability * (1L << 32)));
        var share = (float)(1 / (1 - probability));
        var to = Floats.Of(mask);
        var count = mask.Elements;
        KernelTasks.Run((int)((count + Piece - 1) / Piece), piece =>
        {
            var first = (long)piece * Piece;
            Fill(to + first, (int)Math.Min(Piece, count - first), low ^ Mix((uint)piece ^ high), border, share);
        });
        GC.KeepAlive(mask);
        return mask;
    }

    private static void Fill(float* to, int count, uint seed, uint border, float share)
    {
        var place = Vector256<uint>.Indices;
        var (start, least, kept) = (Vector256.Create(seed), Vector256.Create(border), Vector256.Create(share));
        var i = 0;
        for (; i + 8 <= count; i += 8)
        {
            var drawn = Mix(Mix(place + Vector256.Create((uint)i)) ^ start);
            (Vector256.GreaterThanOrEqual(drawn, least).AsSingle() & kept).Store(to + i);
        }

        for (; i < count; i++) to[i] = Mix(Mix((uint)i) ^ seed) >= border ? share : 0;
    }

    // Every bit of a number changes about half of the bits of the result.
    private static uint Mix(uint x)
    {
        x = (x ^ (x >> 16)) * 0x7FEB_352D;
        x = (x ^ (x >> 15)) * 0x846C_A68B;
        return x ^ (x >> 16);
    }

    private static Vector256<uint> Mix(Vector256<uint> x)
    {
        x = (x ^ (x >> 16)) * Vector256.Create(0x7FEB_352Du);
        x = (x ^ (x >> 15)) * Vector256.Create(0x846C_A68Bu);
        return x ^ (x >> 16);
    }
}
