using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// How much joint j gives to joint i in InfoGCN: shares of attention times a topology that all frames have in common,
///   A[h,b,i,j] = softmax over j of (s[h,b,i,j] · scale) ∘ S[h,i,j]
/// Plain operators scale, take the softmax and multiply in three maps and their gradients in as many more; the kernel reads s once and keeps
/// the shares.
/// </summary>
internal static class TopologyAttention
{
    /// <summary>Shares of attention, times the topology.</summary>
    /// <param name="scores">s, (H, B, V, V): heads, frames of all clips, joints that get, joints that give.</param>
    /// <param name="topology">S, (H, V, V).</param>
    /// <param name="scale">What scores are multiplied by before the softmax; positive.</param>
    /// <returns>A, (H, B, V, V).</returns>
    /// <exception cref="ArgumentException">The shapes or devices do not go together, or the scale is not positive.</exception>
    public static Tensor Apply(Tensor scores, Tensor topology, double scale)
    {
        // The kernel reads memory by these sizes: nothing else would notice.
        if (scores.Device != topology.Device)
            throw new ArgumentException($"attention wants all on one device; got {scores.Device} and {topology.Device}");
        if (!(scale > 0)) throw new ArgumentException($"attention is scaled by a positive number; got {scale}");
        if (scores.Dims != 4 || topology.Dims != 3 || scores.Size(0) != topology.Size(0) || scores.Size(2) != scores.Size(3)
            || topology.Size(1) != scores.Size(2) || topology.Size(2) != scores.Size(2))
            throw new ArgumentException($"attention wants scores (H, B, V, V) and a topology (H, V, V); got {scores.ShapeText()} and {topology.ShapeText()}");
        return Floats.Take(scores) && topology.Type == ScalarType.Float32
            ? TopologyAttentionKernel.Apply(scores, topology, (float)scale)
            : Twin(scores, topology, scale);
    }

    /// <summary>The same in plain operators: for other types and devices, and the reference of the kernel's test.</summary>
    internal static Tensor Twin(Tensor scores, Tensor topology, double scale) =>
        (scores.To(topology.Type) * scale).Softmax(3) * topology.Unsqueeze(1);
}
