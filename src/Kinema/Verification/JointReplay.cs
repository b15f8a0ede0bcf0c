using Kinema.Encoders;
using Kinema.Encoders.Layers;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Topology;
using Kinema.Torch;

namespace Kinema.Verification;

/// <summary>Replays what a recording says of the joints: the graph a new network starts from, and what the clips' topology is.</summary>
internal static class JointReplay
{
    // The weights of a recording bring their own graph: only these comparisons tell whether a new network would start from the right one.
    internal static void Graph(Recording recording, ReplayResults results, SkeletonGraph graph)
    {
        var v = graph.Layout.JointCount;
        foreach (var name in (string[])["const.A", "const.A_vector"])
            if (recording.Contains(name))
                results.Compare(name, graph.ToTensor());
        if (recording.Contains("const.hops"))
            results.Compare("const.hops", Tensor.From<long>([.. graph.Hops().Cast<int>().Select(hop => (long)hop)], v, v));

        // Which number a hyperedge has does not matter, but which joints are together: each is told by its first joint.
        const string Labels = "const.joint_label";
        if (!recording.Contains(Labels) || graph.Layout.Hyperedges.Count == 0) return;
        var labels = recording.Stored(Labels).ToInt64s();
        results.Add(Comparison.Of(
            Labels,
            Firsts(Enumerable.Range(0, v).Select(joint => (long)graph.Layout.Hyperedges.Index().Single(edge => edge.Item.Contains(joint)).Index)),
            Firsts(labels)));

        static Tensor Firsts(IEnumerable<long> labels)
        {
            var all = labels.ToArray();
            return Tensor.From<long>([.. all.Select(label => (long)Array.IndexOf(all, label))], all.Length);
        }
    }

    // Distances between joints and the deaths of their clusters, both in units of the batch's largest distance.
    internal static void Topology(Recording recording, ReplayResults results, EncoderInput shape)
    {
        const string Distance = "topo.distance", Deaths = "topo.deaths";
        if (!recording.Contains(Distance) && !recording.Contains(Deaths)) return;
        var clips = recording.Read(recording.Contains("input_joint") ? "input_joint" : "input", ScalarType.Float64);
        var (n, v) = ((int)clips.Size(0), shape.Joints);
        var numbers = clips.ToArray<double>();
        var topologies = JointTopology.OfClips(numbers, shape.Channels, shape.Frames, v, shape.Persons);
        var unit = Enumerable.Range(1, n).Max(clip => topologies[(clip * v) - 1]);
        if (recording.Contains(Deaths)) results.Compare(Deaths, Tensor.From<double>(topologies, n, v).Narrow(1, 0, v - 1) * (1 / unit));
        if (!recording.Contains(Distance)) return;
        var distances = new double[n * v * v];
        var sample = numbers.Length / n;
        for (var clip = 0; clip < n; clip++)
        {
            var means = JointTopology.Means(numbers.AsSpan(clip * sample, sample), shape.Channels, shape.Frames, v, shape.Persons);
            JointTopology.Distances(means, v, distances.AsSpan(clip * v * v, v * v));
        }

        results.Compare(Distance, Tensor.From<double>(distances, n, v, v) * (1 / unit));
    }
}
