using System.Runtime.Intrinsics;
using Kinema.Torch;
using Factor = Kinema.Encoders.Kernels.AggregationTiles.Factor;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// The kernel of <see cref="JointAttention"/> for single precision on the CPU. The matrices of one head in one frame are too small to multiply
/// one by one, so sixteen frames lie side by side (<see cref="FrameLanes"/>). The table of distances counts as so many more keys: one product
/// gives the scores of joints and of distances. Backward makes the scores again instead of keeping them. One piece of work is a head in some
/// groups of sixteen frames; gradients of what all frames share are added up piece by piece, in order. It stays in single precision under a
/// cast, as <see cref="BatchProduct"/> does.
/// </summary>
internal sealed unsafe partial class JointAttentionKernel : CustomFunction
{
    private const int Lanes = FrameLanes.Count, Pieces = 16;

    private readonly JointRelations joints;
    private readonly Sizes s;
    private readonly bool wide;
    private readonly Tensor parts, edges;
    private readonly JointAttentionWeights weights;

    private JointAttentionKernel(JointRelations joints, Sizes sizes, bool wide, Tensor parts, Tensor edges, JointAttentionWeights weights)
    {
        (this.joints, s, this.wide) = (joints, sizes, wide);
        (this.parts, this.edges) = (Save(parts), Save(edges));
        this.weights = new JointAttentionWeights(Save(weights.Distance), Save(weights.Common), Save(weights.Outer), Save(weights.Alpha));
    }

    internal static bool Takes(Tensor parts, Tensor edges, JointAttentionWeights weights) =>
        Floats.Take(parts) && Floats.Take(edges) && weights.All.All(Floats.Take);

    /// <param name="joints">Distances and hyperedges.</param>
    /// <param name="heads">H.</param>
    /// <param name="parts">Keys, values and queries, (F, V, 3·H·D).</param>
    /// <param name="edges">e, (F, G, H·D).</param>
    /// <param name="weights">What is learnt.</param>
    /// <param name="wide">Whether with 512-bit registers; null asks the processor. For tests.</param>
    internal static Tensor Apply(JointRelations joints, int heads, Tensor parts, Tensor edges, JointAttentionWeights weights, bool? wide = null)
    {
        (parts, edges) = (parts.Contiguous(), edges.Contiguous());
        weights = new JointAttentionWeights(weights.Distance.Contiguous(), weights.Common.Contiguous(), weights.Outer.Contiguous(), weights.Alpha);
        var sizes = new Sizes(
            (int)parts.Size(0), joints.Joints, joints.Hyperedges, heads, (int)(parts.Size(2) / (3 * heads)), joints.Distances);
        var registers = wide ?? Vector512.IsHardwareAccelerated;
        Tensor[] inputs = [parts, edges, .. weights.All];
        return IsRecorded(inputs) ? Record(new JointAttentionKernel(joints, sizes, registers, parts, edges, weights), inputs, Output) : Output();

        Tensor Output() => Forward(joints, sizes, registers, parts, edges, weights);
    }

    private static Tensor Forward(JointRelations joints, Sizes s, bool wide, Tensor parts, Tensor edges, JointAttentionWeights weights)
    {
        using var region = OperatorProfile.Kernel("JointAttention", s.Work, s.Bytes, ScalarType.Float32);
        var output = Tensor.Empty([s.F, s.V, s.Width]);
        var given = new Given(s, joints, wide, parts, edges, weights);
        var po = Floats.Of(output);
        KernelTasks.Run(s.Groups * s.H, task =>
        {
            var at = new Place(s, task / s.H, task % s.H);
            var room = new Room(s, Scratch.Take(0, Room.Length(s)));
            Read(given, room, at);
            if (wide) Attend<Lanes16>(given, room, at);
            else Attend<Lanes8>(given, room, at);
            Product(given, Rows(room.Mixing, s.V, s.V), Columns(room.Values, s.D), s.V, room.Result); // o = (α p + outer) v
            Write(room.Result, s, at, po + at.Of(s, s.V, s.Width), s.V, s.Width);
        });
        GC.KeepAlive(output);
        KeepAlive(joints, parts, edges, weights);
        return output;
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        using var region = OperatorProfile.Kernel("JointAttention backward", 3 * s.Work, 2 * s.Bytes, ScalarType.Float32);
        var dOutput = grads[0]!.Contiguous();
        Tensor dParts = Tensor.Empty(parts.Sizes.ToArray()), dEdges = Tensor.Empty(edges.Sizes.ToArray());
        var given = new Given(s, joints, wide, parts, edges, weights);
        var shared = new Shared(s);
        using var sums = Packed.Empty((long)s.Pieces * s.H * shared.Length);
        float* pdo = Floats.Of(dOutput), pdp = Floats.Of(dParts), pde = Floats.Of(dEdges);
        KernelTasks.Run(s.Pieces * s.H, task =>
        {
            var (piece, h) = (task / s.H, task % s.H);
            var room = new Room(s, Scratch.Take(0, Room.Length(s)));
            new Span<float>(room.Sums, shared.Length * Lanes).Clear();
            for (var group = s.First(piece); group < s.First(piece + 1); group++)
            {
                if (wide) Back<Lanes16>(given, room, new Place(s, group, h), shared, pdo, pdp, pde);
                else Back<Lanes8>(given, room, new Place(s, group, h), shared, pdo, pdp, pde);
            }

            FrameLanes.Sum(room.Sums, shared.Length, sums.Data + ((long)task * shared.Length));
        });
        Floats.Sum(sums.Data, s.Pieces, s.H * shared.Length, sums.Data);
        var learnt = shared.Lay(s, sums.Data);
        GC.KeepAlive(dOutput);
        GC.KeepAlive(dParts);
        GC.KeepAlive(dEdges);
        KeepAlive(joints, parts, edges, weights);
        return [dParts, dEdges, .. learnt.All];
    }

    // Queries, values, and as keys k' = k + e[g(j)] of the joints and rpe of the distances; e and w1·e of the hyperedges.
    private static void Read(in Given given, in Room room, in Place at)
    {
        var s = given.Sizes;
        var from = given.Parts + at.Of(s, s.V, 3 * s.Width);
        for (var j = 0; j < s.V; j++, from += 3 * s.Width)
        {
            var row = j * s.D * Lanes;
            FrameLanes.Gather(from, at.Step(s, s.V, 3 * s.Width), at.Frames, s.D, room.Keys + row);
            FrameLanes.Gather(from + s.Width, at.Step(s, s.V, 3 * s.Width), at.Frames, s.D, room.Values + row);
            FrameLanes.Gather(from + (2 * s.Width), at.Step(s, s.V, 3 * s.Width), at.Frames, s.D, room.Queries + row);
        }

        from = given.Edges + at.Of(s, s.G, s.Width);
        for (var g = 0; g < s.G; g++)
            FrameLanes.Gather(from + (g * s.Width), at.Step(s, s.G, s.Width), at.Frames, s.D, room.Edges + (g * s.D * Lanes));
    }

    // p, the softmax of the scores s = q·k' + q·rpe[hops] + w1·e[g], in the place of the scores; α p + outer in that of the mixing.
    private static void Attend<TLanes>(in Given given, in Room room, in Place at)
        where TLanes : struct, ILanes<TLanes>
    {
        var s = given.Sizes;
        float* distance = given.Distance + (at.Head * s.D), common = given.Common + (at.Head * s.D), outer = given.Outer + (at.Head * s.V * s.V);
        for (var lane = 0; lane < Lanes; lane += TLanes.Count)
        {
            for (var j = 0; j < s.V; j++)
            {
                float* key = room.Keys + (j * s.D * Lanes) + lane, edge = room.Edges + (given.Group[j] * s.D * Lanes) + lane;
                for (var c = 0; c < s.D * Lanes; c += Lanes) TLanes.Store(TLanes.Add(TLanes.Load(key + c), TLanes.Load(edge + c)), key + c);
            }

            for (var r = 0; r < s.R; r++)
                for (var c = 0; c < s.D; c++) TLanes.Store(TLanes.Splat(distance[(r * s.Width) + c]), room.Keys + ((((s.V + r) * s.D) + c) * Lanes) + lane);
            for (var g = 0; g < s.G; g++)
            {
                TLanes alone = default;
                var edge = room.Edges + (g * s.D * Lanes) + lane;
                for (var c = 0; c < s.D; c++) TLanes.Accumulate(ref alone, TLanes.Splat(common[c]), TLanes.Load(edge + (c * Lanes)));
                TLanes.Store(alone, room.Alone + (g * Lanes) + lane);
            }
        }

        Product(given, Rows(room.Queries, s.V, s.D), Rows(room.Keys, s.X, s.D), s.D, room.Scores);
        for (var i = 0; i < s.V; i++)
        {
            for (var lane = 0; lane < Lanes; lane += TLanes.Count)
            {
                float* row = room.Scores + (i * s.X * Lanes) + lane, mixing = room.Mixing + (i * s.V * Lanes) + lane;
                Softmax<TLanes>(row, given.Hops + (i * s.V), row + (s.V * Lanes), given.Group, room.Alone + lane, s.V);
                var alpha = TLanes.Splat(given.Alpha);
                for (var j = 0; j < s.V; j++)
                    TLanes.Store(TLanes.MultiplyAdd(alpha, TLanes.Load(row + (j * Lanes)), TLanes.Splat(outer[(i * s.V) + j])), mixing + (j * Lanes));
            }
        }
    }

    // Of one row of scores, to which are added those of distances and of hyperedges.
    private static void Softmax<TLanes>(float* row, int* hops, float* near, int* group, float* alone, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        var most = TLanes.Splat(float.NegativeInfinity);
        for (var j = 0; j < count; j++)
        {
            var score = TLanes.Add(TLanes.Load(row + (j * Lanes)), TLanes.Add(TLanes.Load(near + (hops[j] * Lanes)), TLanes.Load(alone + (group[j] * Lanes))));
            TLanes.Store(score, row + (j * Lanes));
            most = TLanes.Max(most, score);
        }

        TLanes sum = default;
        for (var j = 0; j < count; j++)
        {
            var height = TLanes.Exp(TLanes.Subtract(TLanes.Load(row + (j * Lanes)), most));
            TLanes.Store(height, row + (j * Lanes));
            sum = TLanes.Add(sum, height);
        }

        var share = TLanes.Divide(TLanes.Splat(1), sum);
        for (var j = 0; j < count; j++) TLanes.Store(TLanes.Multiply(TLanes.Load(row + (j * Lanes)), share), row + (j * Lanes));
    }

    private static void Back<TLanes>(in Given given, in Room room, in Place at, in Shared shared, float* dOutput, float* dParts, float* dEdges)
        where TLanes : struct, ILanes<TLanes>
    {
        var s = given.Sizes;
        Read(given, room, at);
        Attend<TLanes>(given, room, at);
        for (var i = 0; i < s.V; i++)
        {
            FrameLanes.Gather(
                dOutput + at.Of(s, s.V, s.Width) + (i * s.Width), at.Step(s, s.V, s.Width), at.Frames, s.D, room.Gradient + (i * s.D * Lanes));
        }

        var to = dParts + at.Of(s, s.V, 3 * s.Width);                                    // keys, values, queries

        // dv[j] = Σ_i (α p + outer)[i,j] do[i], and d(α p + outer) = do vᵀ, which takes the mixing's place
        Product(given, Columns(room.Mixing, s.V), Columns(room.Gradient, s.D), s.V, room.Result);
        Write(room.Result, s, at, to + s.Width, s.V, 3 * s.Width);
        Product(given, Rows(room.Gradient, s.V, s.D), Rows(room.Values, s.V, s.D), s.D, room.Mixing);

        new Span<float>(room.AloneGradient, s.G * Lanes).Clear();
        for (var lane = 0; lane < Lanes; lane += TLanes.Count) BackOfSoftmax<TLanes>(given, room, shared, lane);

        // dq = ds k', rpe among the keys
        Product(given, Rows(room.Scores, s.V, s.X), Columns(room.Keys, s.D), s.X, room.Result);
        Write(room.Result, s, at, to + (2 * s.Width), s.V, 3 * s.Width);

        // dk' = dsᵀ q, which goes to the key and to the hyperedge, or is that of rpe
        Product(given, Columns(room.Scores, s.X), Columns(room.Queries, s.D), s.V, room.Result);
        Write(room.Result, s, at, to, s.V, 3 * s.Width);
        Floats.Add(room.Result + (s.V * s.D * Lanes), room.Sums + (shared.Distance * Lanes), s.R * s.D * Lanes);
        for (var lane = 0; lane < Lanes; lane += TLanes.Count) BackOfHyperedges<TLanes>(given, room, shared, given.Common + (at.Head * s.D), lane);
        for (var g = 0; g < s.G; g++)
            FrameLanes.Scatter(room.Edges + (g * s.D * Lanes), dEdges + at.Of(s, s.G, s.Width) + (g * s.Width), at.Step(s, s.G, s.Width), at.Frames, s.D);
    }

    // ds = α p (dm - Σ_j dm p), m = α p + outer, in the place of p; behind it that of the distances. And the gradients of α, outer and w1·e.
    private static void BackOfSoftmax<TLanes>(in Given given, in Room room, in Shared shared, int lane)
        where TLanes : struct, ILanes<TLanes>
    {
        var s = given.Sizes;
        float* all = room.Sums + lane, alone = room.AloneGradient + lane;
        var alpha = TLanes.Load(all + (shared.Alpha * Lanes));
        for (var i = 0; i < s.V; i++)
        {
            float* share = room.Scores + (i * s.X * Lanes) + lane, near = share + (s.V * Lanes), d = room.Mixing + (i * s.V * Lanes) + lane;
            var outer = all + ((shared.Outer + (i * s.V)) * Lanes);
            var hops = given.Hops + (i * s.V);
            TLanes mean = default;
            for (var j = 0; j < s.V * Lanes; j += Lanes)
            {
                var change = TLanes.Load(d + j);
                TLanes.Store(TLanes.Add(TLanes.Load(outer + j), change), outer + j);
                TLanes.Accumulate(ref mean, change, TLanes.Load(share + j));
            }

            alpha = TLanes.Add(alpha, mean);
            for (var r = 0; r < s.R; r++) TLanes.Store(default, near + (r * Lanes));
            for (var j = 0; j < s.V; j++)
            {
                float* p = share + (j * Lanes), distance = near + (hops[j] * Lanes), edge = alone + (given.Group[j] * Lanes);
                var change = TLanes.Multiply(
                    TLanes.Multiply(TLanes.Load(p), TLanes.Splat(given.Alpha)), TLanes.Subtract(TLanes.Load(d + (j * Lanes)), mean));
                TLanes.Store(change, p);
                TLanes.Store(TLanes.Add(TLanes.Load(distance), change), distance);
                TLanes.Store(TLanes.Add(TLanes.Load(edge), change), edge);
            }
        }

        TLanes.Store(alpha, all + (shared.Alpha * Lanes));
    }

    // dw1 = Σ_g d(w1·e[g]) e[g], and de[g] = d(w1·e[g]) w1 + Σ of dk' over its joints, in the place of e.
    private static void BackOfHyperedges<TLanes>(in Given given, in Room room, in Shared shared, float* common, int lane)
        where TLanes : struct, ILanes<TLanes>
    {
        var s = given.Sizes;
        var sums = room.Sums + (shared.Common * Lanes) + lane;
        for (var g = 0; g < s.G; g++)
        {
            var alone = TLanes.Load(room.AloneGradient + (g * Lanes) + lane);
            float* edge = room.Edges + (g * s.D * Lanes) + lane;
            for (var c = 0; c < s.D; c++)
            {
                float* e = edge + (c * Lanes), sum = sums + (c * Lanes);
                TLanes.Store(TLanes.MultiplyAdd(alone, TLanes.Load(e), TLanes.Load(sum)), sum);
                TLanes.Store(TLanes.Multiply(alone, TLanes.Splat(common[c])), e);
            }
        }

        for (var j = 0; j < s.V; j++)
        {
            float* key = room.Result + (j * s.D * Lanes) + lane, edge = room.Edges + (given.Group[j] * s.D * Lanes) + lane;
            for (var c = 0; c < s.D * Lanes; c += Lanes) TLanes.Store(TLanes.Add(TLanes.Load(edge + c), TLanes.Load(key + c)), edge + c);
        }
    }

    // Rows of a head's numbers go to their frames, a row per joint, `next` numbers apart.
    private static void Write(float* from, in Sizes s, in Place at, float* to, int rows, int next)
    {
        for (var j = 0; j < rows; j++) FrameLanes.Scatter(from + (j * s.D * Lanes), to + ((long)j * next), at.Step(s, rows, next), at.Frames, s.D);
    }

    private static void Product(in Given given, in Factor a, in Factor b, int depth, float* y) =>
        AggregationTiles.Run(a, b, depth, 1, y, (long)b.Count * Lanes, Lanes, given.Wide);

    // A matrix, [row][column][16], as the factor whose rows, or whose columns, the product keeps.
    private static Factor Rows(float* matrix, int rows, int columns) => new(matrix, rows, (long)columns * Lanes, Lanes, 0);

    private static Factor Columns(float* matrix, int columns) => new(matrix, columns, Lanes, (long)columns * Lanes, 0);

    // The joints too: their tables are read by address.
    private static void KeepAlive(JointRelations joints, Tensor parts, Tensor edges, JointAttentionWeights weights)
    {
        GC.KeepAlive(joints);
        GC.KeepAlive(parts);
        GC.KeepAlive(edges);
        GC.KeepAlive(weights);
    }
}
