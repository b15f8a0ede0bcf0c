using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Encoders.Layers;

/// <summary>Graphs as tensors.</summary>
internal static class GraphTensors
{
    /// <summary>What the edges of a graph weigh, (R, V, V).</summary>
    internal static Tensor ToTensor(this SkeletonGraph graph) =>
        Tensor.From<float>([.. graph.Adjacency.Cast<float>()], graph.Relations, graph.Layout.JointCount, graph.Layout.JointCount);
}
