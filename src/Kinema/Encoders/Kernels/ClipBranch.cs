using System.Runtime.Intrinsics;
using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>What one branch of <see cref="TemporalBranches"/> does to one clip, element by element.</summary>
internal static unsafe class ClipBranch
{
    private const int SingleRows = 32; // summed in single precision before they go into a double

    /// <summary>A = ReLU(factor · E + offset) of one branch, [pad + T + pad][V][C] with zeros in the padding.</summary>
    internal static void Activate(in BranchShape s, float* entries, float* factor, float* offset, int branch, int pad, float* to)
    {
        var frame = s.V * s.C;
        new Span<float>(to, pad * frame).Clear();
        new Span<float>(to + ((long)(pad + s.T) * frame), pad * frame).Clear();
        to += (long)pad * frame;
        float* f = factor + (branch * s.C), o = offset + (branch * s.C), from = entries + (branch * s.C);
        for (var row = 0; row < s.T * s.V; row++, from += s.Channels, to += s.C)
        {
            var c = 0;
            for (; c + 8 <= s.C; c += 8)
                Vector256.Max(Vector256.MultiplyAddEstimate(Vector256.Load(from + c), Vector256.Load(f + c), Vector256.Load(o + c)), default).Store(to + c);
            for (; c < s.C; c++) to[c] = MathF.Max(float.MultiplyAddEstimate(from[c], f[c], o[c]), 0);
        }
    }

    /// <summary>The largest of three frames around every stride-th one.</summary>
    internal static void Pool(in BranchShape s, float* activated, float* y, long step)
    {
        var frame = s.V * s.C;
        for (var t = 0; t < s.Frames; t++)
        {
            var middle = activated + ((long)t * s.Stride * frame);
            var before = t * s.Stride > 0 ? middle - frame : middle;
            var after = (t * s.Stride) + 1 < s.T ? middle + frame : middle;
            for (var v = 0; v < s.V; v++, before += s.C, middle += s.C, after += s.C, y += step)
            {
                var c = 0;
                for (; c + 8 <= s.C; c += 8)
                    Vector256.Max(Vector256.Max(Vector256.Load(before + c), Vector256.Load(middle + c)), Vector256.Load(after + c)).Store(y + c);
                for (; c < s.C; c++) y[c] = MathF.Max(MathF.Max(before[c], middle[c]), after[c]);
            }
        }
    }

    /// <summary>The gradient of <see cref="Pool"/>: it goes to the first of the largest, as in the framework.</summary>
    internal static void PoolGradient(in BranchShape s, float* activated, float* dy, long step, float* dActivated)
    {
        var frame = s.V * s.C;
        new Span<float>(dActivated, s.T * frame).Clear();
        for (var t = 0; t < s.Frames; t++)
        {
            var at = (long)t * s.Stride * frame;
            bool hasBefore = t * s.Stride > 0, hasAfter = (t * s.Stride) + 1 < s.T;
            for (var v = 0; v < s.V; v++, at += s.C, dy += step)
            {
                var c = 0;
                for (; c + 8 <= s.C; c += 8) PoolGradient(activated + at + c, dActivated + at + c, Vector256.Load(dy + c), frame, hasBefore, hasAfter);
                for (; c < s.C; c++)
                {
                    var largest = hasBefore ? -frame : 0;
                    if (activated[at + c] > activated[at + c + largest]) largest = 0;
                    if (hasAfter && activated[at + c + frame] > activated[at + c + largest]) largest = frame;
                    dActivated[at + c + largest] += dy[c];
                }
            }
        }
    }

    /// <summary>Through ReLU, g = dA unless A is 0, into the entries' gradient, and Σ g and Σ g (E - μ) of the clip.</summary>
    /// <param name="s">Sizes.</param>
    /// <param name="entries">E of the clip.</param>
    /// <param name="factor">Of the normalisation, [3·C].</param>
    /// <param name="offset">Of the normalisation, [3·C].</param>
    /// <param name="mean">μ, [3·C].</param>
    /// <param name="branch">0 to 2.</param>
    /// <param name="dActivated">dA, [T][V][C].</param>
    /// <param name="dEntries">Gets g.</param>
    /// <param name="sums">3·C of the one, then 3·C of the other.</param>
    internal static void GateAndSum(
        in BranchShape s, float* entries, float* factor, float* offset, float* mean, int branch, float* dActivated, float* dEntries, Span<double> sums)
    {
        var first = branch * s.C;
        var side = stackalloc float[16];
        for (var row = 0; row < s.T * s.V; row += SingleRows) // few rows at a time: all of a cache line is used before it goes
        {
            var end = Math.Min(s.T * s.V, row + SingleRows);
            for (var c = 0; c < s.C; c += 8)
            {
                if (c + 8 <= s.C)
                {
                    Vector256<float> f = Vector256.Load(factor + first + c), o = Vector256.Load(offset + first + c), m = Vector256.Load(mean + first + c);
                    Vector256<float> sum = default, product = default;
                    for (var i = row; i < end; i++)
                    {
                        var at = ((long)i * s.Channels) + first + c;
                        var e = Vector256.Load(entries + at);
                        var closed = Vector256.LessThanOrEqual(Vector256.MultiplyAddEstimate(e, f, o), default);
                        var g = Vector256.AndNot(Vector256.Load(dActivated + ((long)i * s.C) + c), closed);
                        g.Store(dEntries + at);
                        sum += g;
                        product = Vector256.MultiplyAddEstimate(g, e - m, product);
                    }

                    sum.Store(side);
                    product.Store(side + 8);
                }
                else
                {
                    new Span<float>(side, 16).Clear();
                    for (var i = row; i < end; i++)
                    {
                        for (var j = 0; c + j < s.C; j++)
                        {
                            var (at, channel) = (((long)i * s.Channels) + first + c + j, first + c + j);
                            var g = float.MultiplyAddEstimate(entries[at], factor[channel], offset[channel]) <= 0 ? 0 : dActivated[((long)i * s.C) + c + j];
                            dEntries[at] = g;
                            side[j] += g;
                            side[8 + j] += g * (entries[at] - mean[channel]);
                        }
                    }
                }

                for (var j = 0; j < 8 && c + j < s.C; j++)
                {
                    sums[first + c + j] += side[j];
                    sums[(3 * s.C) + first + c + j] += side[8 + j];
                }
            }
        }
    }

    private static void PoolGradient(float* a, float* d, Vector256<float> g, int frame, bool hasBefore, bool hasAfter)
    {
        var middle = Vector256.Load(a);
        Vector256<float> toBefore = default, toMiddle = g, largest = middle;
        if (hasBefore)
        {
            var before = Vector256.Load(a - frame);
            var better = Vector256.GreaterThan(middle, before);
            (toBefore, toMiddle, largest) = (Vector256.AndNot(g, better), g & better, Vector256.Max(before, middle));
        }

        if (hasAfter)
        {
            var better = Vector256.GreaterThan(Vector256.Load(a + frame), largest);
            (Vector256.Load(d + frame) + (g & better)).Store(d + frame);
            (toBefore, toMiddle) = (Vector256.AndNot(toBefore, better), Vector256.AndNot(toMiddle, better));
        }

        if (hasBefore) (Vector256.Load(d - frame) + toBefore).Store(d - frame);
        (Vector256.Load(d) + toMiddle).Store(d);
    }
}
