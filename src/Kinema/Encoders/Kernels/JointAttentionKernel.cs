using System.Runtime.Intrinsics;
using Kinema.Torch;
using static Kinema.Torch.Products;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// The kernel of <see cref="JointAttention"/> for single precision on the CPU: a head of a frame is a few products of V by D numbers, which stay in
/// the first-level cache from the scores to the sum of values. Backward makes the scores again instead of keeping them. One piece of work is
/// some frames; gradients of what all frames share are added up piece by piece, in order. It stays in single precision under a cast, as
/// <see cref="BatchProduct"/> does.
/// </summary>
internal sealed unsafe partial class JointAttentionKernel : CustomFunction
{
    private const int Pieces = 32, Lane = 8;

    private readonly JointRelations joints;
    private readonly Sizes s;
    private readonly Tensor parts, edges;
    private readonly JointAttentionWeights weights;

    private JointAttentionKernel(JointRelations joints, Sizes sizes, Tensor parts, Tensor edges, JointAttentionWeights weights)
    {
        (this.joints, s) = (joints, sizes);
        (this.parts, this.edges) = (Save(parts), Save(edges));
        this.weights = new JointAttentionWeights(Save(weights.Distance), Save(weights.Common), Save(weights.Outer), Save(weights.Alpha));
    }

    internal static bool Takes(Tensor parts, Tensor edges, JointAttentionWeights weights) =>
        Floats.Take(parts) && Floats.Take(edges) && weights.All.All(Floats.Take);

    internal static Tensor Apply(JointRelations joints, int heads, Tensor parts, Tensor edges, JointAttentionWeights weights)
    {
        (parts, edges) = (parts.Contiguous(), edges.Contiguous());
        weights = new JointAttentionWeights(weights.Distance.Contiguous(), weights.Common.Contiguous(), weights.Outer.Contiguous(), weights.Alpha);
        var sizes = new Sizes(
            (int)parts.Size(0), joints.Joints, joints.Hyperedges, heads, (int)(parts.Size(2) / (3 * heads)), joints.Distances);
        Tensor[] inputs = [parts, edges, .. weights.All];
        return IsRecorded(inputs) ? Record(new JointAttentionKernel(joints, sizes, parts, edges, weights), inputs, Output) : Output();

        Tensor Output() => Forward(joints, sizes, parts, edges, weights);
    }

    private static Tensor Forward(JointRelations joints, Sizes s, Tensor parts, Tensor edges, JointAttentionWeights weights)
    {
        using var region = OperatorProfile.Kernel("JointAttention", s.Work, s.Bytes);
        var output = Tensor.Empty([s.F, s.V, s.Width]);
        using var table = Table(s, Floats.Of(weights.Distance), transposed: true);
        using var outer = Lines(s, Floats.Of(weights.Outer));
        var given = new Given(
            s, joints, Floats.Of(parts), Floats.Of(edges), Floats.Of(weights.Common), outer.Data, *Floats.Of(weights.Alpha), table.Data);
        var po = Floats.Of(output);
        KernelTasks.Run(s.Pieces, piece =>
        {
            var room = new Room(s, Scratch.Take(0, Room.Length(s)));
            for (var f = s.First(piece); f < s.First(piece + 1); f++)
            {
                for (var h = 0; h < s.H; h++)
                {
                    Scores(given, room, f, h);
                    Mixing(given, room, h);
                    Pack(given.Value(f, h), (long)3 * s.Width, s.V, s.D, room.Panels);
                    RowsOfPanels(
                        room.Mixing, s.Line, s.V, 1, 0, s.V, room.Panels, (long)s.V * Panel, null, 0, false,
                        po + ((long)f * s.V * s.Width) + (h * s.D), Panel, s.Width, s.D);
                }
            }
        });
        KeepAlive(joints, parts, edges, weights);
        return output;
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        using var region = OperatorProfile.Kernel("JointAttention backward", 3 * s.Work, 2 * s.Bytes);
        var dOutput = grads[0]!.Contiguous();
        Tensor dParts = Tensor.Empty(parts.Sizes.ToArray()), dEdges = Tensor.Zeros(edges.Sizes.ToArray());
        using var table = Table(s, Floats.Of(weights.Distance), transposed: true);
        using var plain = Table(s, Floats.Of(weights.Distance), transposed: false);
        using var outer = Lines(s, Floats.Of(weights.Outer));
        var given = new Given(
            s, joints, Floats.Of(parts), Floats.Of(edges), Floats.Of(weights.Common), outer.Data, *Floats.Of(weights.Alpha), table.Data);
        var shared = new Shared(s);
        using var sums = Packed.Empty(s.Pieces * shared.Length);
        float* pdo = Floats.Of(dOutput), pdp = Floats.Of(dParts), pde = Floats.Of(dEdges);
        KernelTasks.Run(s.Pieces, piece =>
        {
            var room = new Room(s, Scratch.Take(0, Room.Length(s)));
            var mine = sums.Data + (piece * shared.Length);
            new Span<float>(mine, (int)shared.Length).Clear();
            for (var f = s.First(piece); f < s.First(piece + 1); f++)
                for (var h = 0; h < s.H; h++)
                    Back(given, room, f, h, plain.Data + (h * s.PlainTable), pdo + ((long)f * s.V * s.Width) + (h * s.D), pdp, pde, mine, shared);
        });
        Floats.Sum(sums.Data, s.Pieces, (int)shared.Length, sums.Data);
        var learnt = shared.Lay(s, sums.Data);
        GC.KeepAlive(dOutput);
        KeepAlive(joints, parts, edges, weights);
        return [dParts, dEdges, .. learnt.All];
    }

    // k' = k + e[g] and the scores s = q k'ᵀ + q·rpe[hops] + w1·e[g], then their softmax.
    private static void Scores(in Given given, in Room room, int f, int h)
    {
        var s = given.Sizes;
        float* key = given.Key(f, h), query = given.Query(f, h), edge = given.Edge(f, h), common = given.Common + (h * s.D);
        long step = (long)3 * s.Width;
        new Span<float>(room.Alone, s.Line).Clear();
        for (var j = 0; j < s.V; j++)
        {
            float* from = key + (j * step), add = edge + ((long)given.Group[j] * s.Width), to = room.Keys + (j * s.D);
            room.Alone[j] = Dot(common, add, s.D);
            var c = 0;
            for (; c + Lane <= s.D; c += Lane) (Vector256.Load(from + c) + Vector256.Load(add + c)).Store(to + c);
            for (; c < s.D; c++) to[c] = from[c] + add[c];
        }

        PackTransposed(room.Keys, s.D, s.V, s.D, room.Panels);
        RowsOfPanels(query, step, s.V, 1, 0, s.D, room.Panels, (long)s.D * Panel, null, 0, false, room.Scores, Panel, s.Line, s.Line);
        RowsOfPanels(
            query, step, s.V, 1, 0, s.D, given.Table + (h * s.TransposedTable), (long)s.D * Panel, null, 0, false, room.Near, Panel, s.NearLine, s.NearLine);
        for (var i = 0; i < s.V; i++)
        {
            float* row = room.Scores + (i * s.Line), near = room.Near + (i * s.NearLine);
            var hops = given.Hops + (i * s.V);
            for (var j = 0; j < s.V; j++) row[j] += near[hops[j]];
            Softmax(row, room.Alone, s.V, s.Line);
        }
    }

    // α p + outer.
    private static void Mixing(in Given given, in Room room, int h)
    {
        var s = given.Sizes;
        for (var i = 0; i < s.V; i++)
        {
            float* share = room.Scores + (i * s.Line), to = room.Mixing + (i * s.Line), outer = given.Outer + (((h * s.V) + i) * s.Line);
            var alpha = Vector256.Create(given.Alpha);
            for (var j = 0; j < s.Line; j += Lane) Vector256.MultiplyAddEstimate(alpha, Vector256.Load(share + j), Vector256.Load(outer + j)).Store(to + j);
        }
    }

    private static void Back(
        in Given given, in Room room, int f, int h, float* plain, float* dOutput, float* dParts, float* dEdges, float* mine, in Shared shared)
    {
        var s = given.Sizes;
        long step = (long)3 * s.Width, at = ((long)f * s.V * step) + (h * s.D);
        float* query = given.Query(f, h), value = given.Value(f, h), dKey = dParts + at, dValue = dKey + s.Width, dQuery = dValue + s.Width;
        Scores(given, room, f, h);
        Mixing(given, room, h);

        // dv[j] = Σ_i (α p + outer)[i,j] do[i]
        Outer(room, s, room.Mixing, s.Line, s.V, dOutput, s.Width);
        Unpack(room.Sums, s.V, s.D, dValue, step);

        // d(α p + outer) = do vᵀ; then of α, outer and the scores, which take the mixing's place.
        PackTransposed(value, step, s.V, s.D, room.Panels);
        RowsOfPanels(dOutput, s.Width, s.V, 1, 0, s.D, room.Panels, (long)s.D * Panel, null, 0, false, room.Mixing, Panel, s.Line, s.Line);
        new Span<float>(room.Near, s.V * s.NearLine).Clear();
        new Span<float>(room.Column, s.Line).Clear();
        var alpha = 0f;
        for (var i = 0; i < s.V; i++)
        {
            float* d = room.Mixing + (i * s.Line), share = room.Scores + (i * s.Line), near = room.Near + (i * s.NearLine);
            var outer = mine + shared.Outer + (((h * s.V) + i) * s.Line);
            var hops = given.Hops + (i * s.V);
            var products = Vector256<float>.Zero;
            for (var j = 0; j < s.Line; j += Lane)
            {
                var change = Vector256.Load(d + j);
                (Vector256.Load(outer + j) + change).Store(outer + j);
                products = Vector256.MultiplyAddEstimate(change, Vector256.Load(share + j), products); // shares behind the last joint are 0
            }

            var mean = Vector256.Sum(products);
            alpha += mean;
            for (var j = 0; j < s.Line; j += Lane)
            {
                var change = Vector256.Load(share + j) * given.Alpha * (Vector256.Load(d + j) - Vector256.Create(mean));
                change.Store(d + j);
                (Vector256.Load(room.Column + j) + change).Store(room.Column + j);
            }

            for (var j = 0; j < s.V; j++) near[hops[j]] += d[j];
        }

        mine[shared.Alpha] += alpha;

        // dq[i] = Σ_j ds[i,j] k'[j] + Σ_r near[i,r] rpe[r]
        Pack(room.Keys, s.D, s.V, s.D, room.Panels);
        RowsOfPanels(room.Mixing, s.Line, s.V, 1, 0, s.V, room.Panels, (long)s.V * Panel, null, 0, false, dQuery, Panel, step, s.D);
        RowsOfPanels(room.Near, s.NearLine, s.V, 1, 0, s.R, plain, (long)s.R * Panel, null, 0, true, dQuery, Panel, step, s.D);

        // dk'[j] = Σ_i ds[i,j] q[i], which goes to the key and to the hyperedge; drpe[r] = Σ_i near[i,r] q[i]
        Outer(room, s, room.Mixing, s.Line, s.V, query, step);
        Unpack(room.Sums, s.V, s.D, dKey, step);
        OuterOfPanels(
            room.Near, s.NearLine, s.R, room.Side, (long)s.V * Panel, Panel, s.V, mine + shared.Distance + (h * s.PlainTable), (long)s.R * Panel, Panels(s.D));
        float* edge = given.Edge(f, h), common = given.Common + (h * s.D), dCommon = mine + shared.Common + (h * s.D);
        var dEdge = dEdges + ((long)f * s.G * s.Width) + (h * s.D);
        for (var j = 0; j < s.V; j++)
        {
            float* from = edge + ((long)given.Group[j] * s.Width), to = dEdge + ((long)given.Group[j] * s.Width), change = dKey + (j * step);
            var column = Vector256.Create(room.Column[j]);
            var c = 0;
            for (; c + Lane <= s.D; c += Lane)
            {
                (Vector256.Load(to + c) + Vector256.MultiplyAddEstimate(column, Vector256.Load(common + c), Vector256.Load(change + c))).Store(to + c);
                Vector256.MultiplyAddEstimate(column, Vector256.Load(from + c), Vector256.Load(dCommon + c)).Store(dCommon + c);
            }

            for (; c < s.D; c++)
            {
                to[c] += change[c] + (room.Column[j] * common[c]);
                dCommon[c] += room.Column[j] * from[c];
            }
        }
    }

    // room.Sums[panel][k][16] = Σ_i x[i,k] y[i,:], and y in panels in room.Side.
    private static void Outer(in Room room, in Sizes s, float* x, int line, int k, float* y, long step)
    {
        new Span<float>(room.Sums, Panels(s.D) * k * Panel).Clear();
        Pack(y, step, s.V, s.D, room.Side);
        OuterOfPanels(x, line, k, room.Side, (long)s.V * Panel, Panel, s.V, room.Sums, (long)k * Panel, Panels(s.D));
    }

    // Of the first numbers of a line and what is added to them; the rest becomes 0.
    private static void Softmax(float* row, float* added, int count, int line)
    {
        for (var j = 0; j < line; j += Lane) (Vector256.Load(row + j) + Vector256.Load(added + j)).Store(row + j);
        for (var j = count; j < line; j++) row[j] = float.NegativeInfinity;
        var most = Vector256.Load(row);
        for (var j = Lane; j < line; j += Lane) most = Vector256.MaxNative(most, Vector256.Load(row + j)); // what is no number shows in the sum
        var four = Vector128.MaxNative(most.GetLower(), most.GetUpper());
        four = Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        four = Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(1, 0, 3, 2)));
        var (top, sum) = (Vector256.Create(four.ToScalar()), Vector256<float>.Zero);
        for (var j = 0; j < line; j += Lane)
        {
            var height = VectorExp.Of(Vector256.Load(row + j) - top);
            height.Store(row + j);
            if (j + Lane <= count) sum += height;
        }

        var total = Vector256.Sum(sum);
        for (var j = count / Lane * Lane; j < count; j++) total += row[j];
        new Span<float>(row + count, line - count).Clear();
        var share = Vector256.Create(1 / total);
        for (var j = 0; j < line; j += Lane) (Vector256.Load(row + j) * share).Store(row + j);
    }

    private static float Dot(float* left, float* right, int count)
    {
        var sums = Vector256<float>.Zero;
        var c = 0;
        for (; c + Lane <= count; c += Lane) sums = Vector256.MultiplyAddEstimate(Vector256.Load(left + c), Vector256.Load(right + c), sums);
        var sum = Vector256.Sum(sums);
        for (; c < count; c++) sum += left[c] * right[c];
        return sum;
    }

    // rpe of each head, for products with it: (distances, D) transposed or as it is.
    private static Packed Table(Sizes s, float* distance, bool transposed)
    {
        var piece = transposed ? s.TransposedTable : s.PlainTable;
        var result = Packed.Empty(s.H * (long)piece);
        for (var h = 0; h < s.H; h++)
        {
            if (transposed) PackTransposed(distance + (h * s.D), s.Width, s.R, s.D, result.Data + (h * piece));
            else Pack(distance + (h * s.D), s.Width, s.R, s.D, result.Data + (h * piece));
        }

        return result;
    }

    // Matrices of V by V in rows of a line each, zeros behind the last joint.
    private static Packed Lines(Sizes s, float* matrices)
    {
        var result = Packed.Empty((long)s.H * s.V * s.Line);
        for (var row = 0; row < s.H * s.V; row++)
        {
            var to = new Span<float>(result.Data + (row * s.Line), s.Line);
            new ReadOnlySpan<float>(matrices + (row * s.V), s.V).CopyTo(to);
            to[s.V..].Clear();
        }

        return result;
    }

    // The joints too: their tables are read by address.
    private static void KeepAlive(JointRelations joints, Tensor parts, Tensor edges, JointAttentionWeights weights)
    {
        GC.KeepAlive(joints);
        GC.KeepAlive(parts);
        GC.KeepAlive(edges);
        GC.KeepAlive(weights);
    }
}
