using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// Attention among the joints of a frame that knows how far apart they are and which hyperedge they are in, as Hyperformer has it. Per frame f,
/// head h and joints i, j, with g(j) the hyperedge of j:
///   s[i,j] = q[i]·(k[j] + e[g(j)] + rpe[hops(i, j)]) + w1·e[g(j)],   p = softmax of s over j,   o[i] = Σ_j (α p[i,j] + outer[h,i,j]) v[j]
/// Queries and w1 come with the factor 1/√D.
/// </summary>
internal static class JointAttention
{
    /// <summary>Attends.</summary>
    /// <param name="joints">Distances and hyperedges.</param>
    /// <param name="heads">H.</param>
    /// <param name="parts">Keys, values and queries side by side, (F, V, 3·H·D).</param>
    /// <param name="edges">e, (F, G, H·D).</param>
    /// <param name="weights">What is learnt.</param>
    /// <returns>o, (F, V, H·D).</returns>
    /// <exception cref="ArgumentException">The shapes do not go together.</exception>
    public static Tensor Apply(JointRelations joints, int heads, Tensor parts, Tensor edges, JointAttentionWeights weights)
    {
        // The kernel reads and writes memory by these sizes: nothing else would notice.
        var (v, width) = (joints.Joints, parts.Dims == 3 ? parts.Size(2) / 3 : 0);
        if (heads < 1 || width == 0 || width % heads != 0 || !parts.Sizes.SequenceEqual([parts.Size(0), v, 3 * width])
            || !edges.Sizes.SequenceEqual([parts.Size(0), joints.Hyperedges, width]) || !weights.Distance.Sizes.SequenceEqual([joints.Distances, width])
            || !weights.Common.Sizes.SequenceEqual([heads, width / heads]) || !weights.Outer.Sizes.SequenceEqual([heads, v, v])
            || !weights.Alpha.Sizes.SequenceEqual([1L]))
        {
            throw new ArgumentException(
                $"attention among {v} joints in {joints.Hyperedges} hyperedges at {joints.Distances} distances wants parts (F, V, 3·H·D), edges (F, G, H·D) "
                + $"and rpe (distances, H·D), w1 (H, D), outer (H, V, V), α (1) of H = {heads} heads; got {parts.ShapeText()}, {edges.ShapeText()} "
                + $"and {string.Join(", ", weights.All.Select(weight => weight.ShapeText()))}");
        }

        return JointAttentionKernel.Takes(parts, edges, weights)
            ? JointAttentionKernel.Apply(joints, heads, parts, edges, weights)
            : Twin(joints, heads, parts, edges, weights);
    }

    /// <summary>The same in plain operators: for other types and devices, and the reference of the kernel's test.</summary>
    internal static Tensor Twin(JointRelations joints, int heads, Tensor parts, Tensor edges, JointAttentionWeights weights)
    {
        var (frames, v, g) = (parts.Size(0), joints.Joints, joints.Hyperedges);
        var d = parts.Size(2) / (3 * heads);
        var batch = heads * frames;
        var apart = parts.Reshape(frames, v, 3, heads, d).Permute(2, 3, 0, 1, 4).Contiguous();
        Tensor k = Part(0), values = Part(1), q = Part(2);                               // (H·F, V, D)
        var e = edges.Reshape(frames, g, heads, d).Permute(2, 0, 1, 3).Reshape(batch, g, d);
        var table = weights.Distance.Reshape(joints.Distances, heads, d).Permute(1, 2, 0); // (H, D, distances)
        var near = Functional.Bmm(q.Reshape(heads, -1, d), table).Reshape(batch, v, joints.Distances);
        var alone = Functional.Bmm(e.Reshape(heads, -1, d), weights.Common.Unsqueeze(2)).Reshape(batch, 1, g);
        var within = alone + Functional.Bmm(q, e, transposed: true);                     // (H·F, V, G)
        // By distance and hyperedge, dealt out to the pairs of joints by a constant matrix.
        var dealt = Functional.Bmm(Tensor.Cat(2, near, within).Transpose(0, 1), joints.Lookup.Value.To(q.Type)).Transpose(0, 1);
        var scores = dealt + Functional.Bmm(q, k, transposed: true);                     // (H·F, V, V)
        var share = scores.To(weights.Alpha.Type).Softmax(2).Reshape(heads, frames, v, v);
        // α as a matrix: the gradient of one number would be one sum over everything, which depends on the number of threads.
        var factor = weights.Alpha * Tensor.Ones([heads, 1, v, v], weights.Alpha.Type, weights.Alpha.Device);
        var mixing = (share * factor) + weights.Outer.Unsqueeze(1);                      // (H, F, V, V)
        return Functional.Bmm(mixing.Reshape(batch, v, v), values)                       // (H·F, V, D)
            .Reshape(heads, frames, v, d).Permute(1, 2, 0, 3).Reshape(frames, v, -1);

        Tensor Part(int index) => apart.Select(0, index).Reshape(batch, v, d);
    }
}

/// <summary>What attention among joints learns.</summary>
/// <param name="Distance">rpe, (distances, H·D).</param>
/// <param name="Common">w1 with its factor 1/√D, (H, D).</param>
/// <param name="Outer">(H, V, V).</param>
/// <param name="Alpha">α, (1).</param>
internal sealed record JointAttentionWeights(Tensor Distance, Tensor Common, Tensor Outer, Tensor Alpha)
{
    internal Tensor[] All => [Distance, Common, Outer, Alpha];
}
