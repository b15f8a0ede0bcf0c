using System.Runtime.Intrinsics;
using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// The kernel of <see cref="TopologyAttention"/> for single precision on the CPU. One piece of work is some frames of one head. The exponentials
/// of a frame's V·V scores are taken eight at a time whatever V is; backward needs the shares alone.
/// </summary>
internal sealed unsafe class TopologyAttentionKernel : CustomFunction
{
    private const int Lanes = 8;
    private const int Pieces = 16; // of a head's frames: each has a part of the topology's gradient

    private readonly Tensor shares, topology;
    private readonly float scale;

    private TopologyAttentionKernel(Tensor shares, Tensor topology, float scale)
    {
        (this.shares, this.topology, this.scale) = (Save(shares), Save(topology), scale);
    }

    internal static Tensor Apply(Tensor scores, Tensor topology, float scale)
    {
        (scores, topology) = (scores.Contiguous(), topology.Contiguous());
        Tensor[] inputs = [scores, topology];
        if (!IsRecorded(inputs)) return Forward(scores, topology, scale, null);
        var shares = Tensor.Empty(scores.Sizes.ToArray());
        return Record(new TopologyAttentionKernel(shares, topology, scale), inputs, () => Forward(scores, topology, scale, shares));
    }

    private static Tensor Forward(Tensor scores, Tensor topology, float scale, Tensor? shares)
    {
        var (heads, frames, v) = Sizes(scores);
        using var region = OperatorProfile.Kernel("TopologyAttention", scores.Elements, sizeof(float) * (shares is null ? 2.0 : 3.0) * scores.Elements);
        var result = Tensor.Empty(scores.Sizes.ToArray());
        float* ps = Floats.Of(scores), pt = Floats.Of(topology), py = Floats.Of(result), pp = shares is null ? null : Floats.Of(shares);
        EachPiece(heads, frames, (head, from, to, _) =>
        {
            var pairs = v * v;
            var side = Scratch.Take(0, pairs + Lanes);
            for (var frame = from; frame < to; frame++)
            {
                var at = (((long)head * frames) + frame) * pairs;
                var share = pp is null ? side : pp + at;
                Shares(ps + at, scale, v, side, share);
                Times(share, pt + ((long)head * pairs), py + at, pairs);
            }
        });
        GC.KeepAlive(scores);
        GC.KeepAlive(topology);
        GC.KeepAlive(shares);
        return result;
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var gradient = grads[0]!.Contiguous();
        var (heads, frames, v) = Sizes(shares);
        using var region = OperatorProfile.Kernel("TopologyAttention backward", 4.0 * shares.Elements, sizeof(float) * 3.0 * shares.Elements);
        Tensor dScores = Tensor.Empty(shares.Sizes.ToArray()), dTopology = Tensor.Empty(topology.Sizes.ToArray());
        float* pp = Floats.Of(shares), pt = Floats.Of(topology), pdy = Floats.Of(gradient), pds = Floats.Of(dScores), pdt = Floats.Of(dTopology);
        var pairs = v * v;
        // The topology gets a part from each piece, added in order: the sum does not depend on who was first.
        using var parts = Packed.Empty((long)heads * Pieces * pairs);
        var factor = scale;
        EachPiece(heads, frames, (head, from, to, piece) =>
        {
            float* s = pt + ((long)head * pairs), part = parts.Data + ((((long)head * Pieces) + piece) * pairs);
            new Span<float>(part, pairs).Clear();
            for (var frame = from; frame < to; frame++)
            {
                var at = (((long)head * frames) + frame) * pairs;
                float* p = pp + at, dy = pdy + at, ds = pds + at;
                AddTimes(p, dy, part, pairs);
                for (var i = 0; i < v; i++) Row(p + (i * v), s + (i * v), dy + (i * v), factor, v, ds + (i * v));
            }
        });
        KernelTasks.Run(heads, head => Floats.Sum(parts.Data + ((long)head * Pieces * pairs), Pieces, pairs, pdt + ((long)head * pairs)));
        GC.KeepAlive(gradient);
        GC.KeepAlive(shares);
        GC.KeepAlive(topology);
        GC.KeepAlive(dScores);
        return [dScores, dTopology];
    }

    // ds[j] = scale · p[j] (g[j] - Σ p g) of one row, with g = dy ∘ S.
    private static void Row(float* p, float* s, float* dy, float scale, int count, float* ds)
    {
        var j = 0;
        var sums = Vector256<float>.Zero;
        for (; j + Lanes <= count; j += Lanes)
        {
            var g = Vector256.Load(dy + j) * Vector256.Load(s + j);
            g.Store(ds + j);
            sums += g * Vector256.Load(p + j);
        }

        var sum = Vector256.Sum(sums);
        for (; j < count; j++)
        {
            ds[j] = dy[j] * s[j];
            sum += ds[j] * p[j];
        }

        for (j = 0; j + Lanes <= count; j += Lanes) (Vector256.Load(p + j) * (Vector256.Load(ds + j) - Vector256.Create(sum)) * scale).Store(ds + j);
        for (; j < count; j++) ds[j] = p[j] * (ds[j] - sum) * scale;
    }

    // The softmax over each row of scale · s, [V][V]. The side has room for a whole register behind its end; it may be where the shares go.
    private static void Shares(float* scores, float scale, int v, float* side, float* to)
    {
        for (var i = 0; i < v; i++) Below(scores + (i * v), scale, v, side + (i * v));
        for (var i = v * v; i % Lanes != 0; i++) side[i] = 0;
        for (var i = 0; i < v * v; i += Lanes) VectorExp.Of(Vector256.Load(side + i)).Store(side + i);
        for (var i = 0; i < v; i++) Divide(side + (i * v), v, to + (i * v));
    }

    // scale · (s - the largest s).
    private static void Below(float* scores, float scale, int count, float* to)
    {
        var largest = scores[0];
        for (var j = 1; j < count; j++) largest = Math.Max(largest, scores[j]); // NaN if one is
        var all = Vector256.Create(largest);
        var i = 0;
        for (; i + Lanes <= count; i += Lanes) ((Vector256.Load(scores + i) - all) * scale).Store(to + i);
        for (; i < count; i++) to[i] = (scores[i] - largest) * scale;
    }

    private static void Divide(float* numbers, int count, float* to)
    {
        var i = 0;
        var sums = Vector256<float>.Zero;
        for (; i + Lanes <= count; i += Lanes) sums += Vector256.Load(numbers + i);
        var sum = Vector256.Sum(sums);
        for (; i < count; i++) sum += numbers[i];
        var inverse = 1 / sum;
        for (i = 0; i + Lanes <= count; i += Lanes) (Vector256.Load(numbers + i) * inverse).Store(to + i);
        for (; i < count; i++) to[i] = numbers[i] * inverse;
    }

    private static void Times(float* a, float* b, float* to, int count)
    {
        var i = 0;
        for (; i + Lanes <= count; i += Lanes) (Vector256.Load(a + i) * Vector256.Load(b + i)).Store(to + i);
        for (; i < count; i++) to[i] = a[i] * b[i];
    }

    private static void AddTimes(float* a, float* b, float* to, int count)
    {
        var i = 0;
        for (; i + Lanes <= count; i += Lanes)
            Vector256.MultiplyAddEstimate(Vector256.Load(a + i), Vector256.Load(b + i), Vector256.Load(to + i)).Store(to + i);
        for (; i < count; i++) to[i] += a[i] * b[i];
    }

    // As many pieces whatever the number of frames and threads: some may be empty.
    private static void EachPiece(int heads, int frames, Action<int, int, int, int> body) => KernelTasks.Run(heads * Pieces, task =>
    {
        var (head, piece) = (task / Pieces, task % Pieces);
        body(head, (int)((long)frames * piece / Pieces), (int)((long)frames * (piece + 1) / Pieces), piece);
    });

    private static (int Heads, int Frames, int V) Sizes(Tensor scores) => ((int)scores.Size(0), (int)scores.Size(1), (int)scores.Size(2));
}
