using System.Buffers;

namespace Kinema.Skeletons.Topology;

/// <summary>
/// How the joints of a clip hang together whatever the bones say, as BlockGCN (Zhou et al., CVPR 2024) encodes it: the 0-dimensional persistent
/// homology of one point a joint.
///   m_v = mean over frames and persons of joint v,   d_uv = |m_u - m_v|,   D_uv = |row u of d - row v of d|
/// The rows of d are points of V coordinates. In the Vietoris-Rips filtration of D every joint is born at 0, and two clusters become one at the
/// distance of their nearest points. So the deaths are the lengths of the V - 1 edges of a minimum spanning tree of D; no boundary matrix is
/// needed for that.
/// <para>
/// The authors divide d by the largest of the whole batch. Deaths scale with d, so a clip is told by V numbers that know nothing of other clips:
/// its deaths in ascending order, and its largest d. Joints in one place have a death of exactly 0.
/// </para>
/// </summary>
/// <example><code>var topologies = JointTopology.OfClips(clips, channels: 3, frames: 52, joints: 20, persons: 1);   // (N, 20)</code></example>
public static class JointTopology
{
    /// <summary>The topology of one clip. Allocates nothing once warm.</summary>
    /// <param name="means">m, (V, C).</param>
    /// <param name="joints">V.</param>
    /// <param name="topology">Takes V numbers: V - 1 deaths, ascending, and the largest distance.</param>
    /// <exception cref="ArgumentException">The numbers do not fill whole joints, or there is another room than V.</exception>
    public static void Of(ReadOnlySpan<double> means, int joints, Span<double> topology)
    {
        if (joints < 1 || means.Length % joints != 0 || topology.Length != joints)
            throw new ArgumentException($"V = {joints} joints do not have {means.Length} coordinates and a topology of {topology.Length} numbers");
        var distances = ArrayPool<double>.Shared.Rent(joints * joints);
        topology[^1] = Distances(means, joints, distances);
        SpanningTree(distances.AsSpan(0, joints * joints), joints, topology[..^1]);
        ArrayPool<double>.Shared.Return(distances);
    }

    /// <summary>The topologies of clips.</summary>
    /// <param name="clips">(N, C, T, V, M). An absent person, all zeros, counts in the mean.</param>
    /// <param name="channels">C.</param>
    /// <param name="frames">T.</param>
    /// <param name="joints">V.</param>
    /// <param name="persons">M.</param>
    /// <returns>(N, V), each as <see cref="Of"/> has it.</returns>
    /// <exception cref="ArgumentException">The numbers do not fill whole clips.</exception>
    public static double[] OfClips(ReadOnlySpan<double> clips, int channels, int frames, int joints, int persons)
    {
        var sample = checked(channels * frames * joints * persons);
        if (sample <= 0 || clips.Length % sample != 0)
            throw new ArgumentException(
                $"clips (N, C, T, V, M) = (N, {channels}, {frames}, {joints}, {persons}) have {sample} numbers each; got {clips.Length} in all");
        var topologies = new double[clips.Length / sample * joints];
        for (var clip = 0; clip < clips.Length / sample; clip++)
            Of(Means(clips.Slice(clip * sample, sample), channels, frames, joints, persons), joints, topologies.AsSpan(clip * joints, joints));
        return topologies;
    }

    /// <summary>d, (V, V).</summary>
    /// <param name="means">m, (V, C).</param>
    /// <param name="joints">V.</param>
    /// <param name="distances">Takes V² numbers.</param>
    /// <returns>The largest.</returns>
    internal static double Distances(ReadOnlySpan<double> means, int joints, Span<double> distances)
    {
        var largest = 0.0;
        for (var u = 0; u < joints; u++)
        {
            distances[u * (joints + 1)] = 0;
            for (var v = 0; v < u; v++)
            {
                var d = Math.Sqrt(Square(means, u, v, means.Length / joints));
                distances[(u * joints) + v] = distances[(v * joints) + u] = d;
                largest = Math.Max(largest, d);
            }
        }

        return largest;
    }

    /// <summary>The lengths of the edges of a minimum spanning tree of points, ascending. Prim's algorithm: V² distances, none of them kept.</summary>
    /// <param name="points">(V, width).</param>
    /// <param name="count">V.</param>
    /// <param name="lengths">Takes V - 1 numbers.</param>
    internal static void SpanningTree(ReadOnlySpan<double> points, int count, Span<double> lengths)
    {
        var width = points.Length / count;
        var room = ArrayPool<double>.Shared.Rent(count);
        var nearest = room.AsSpan(0, count);             // squared distance to the tree so far; below 0 in the tree
        nearest.Fill(double.PositiveInfinity);
        var newest = 0;
        for (var edge = 0; edge < lengths.Length; edge++)
        {
            nearest[newest] = -1;
            var next = -1;
            for (var other = 0; other < count; other++)
            {
                if (nearest[other] < 0) continue;
                nearest[other] = Math.Min(nearest[other], Square(points, newest, other, width));
                if (next < 0 || nearest[other] < nearest[next]) next = other;
            }

            lengths[edge] = Math.Sqrt(nearest[next]);
            newest = next;
        }

        lengths.Sort();
        ArrayPool<double>.Shared.Return(room);
    }

    /// <summary>m of a clip (C, T, V, M), (V, C).</summary>
    internal static double[] Means(ReadOnlySpan<double> clip, int channels, int frames, int joints, int persons)
    {
        var means = new double[joints * channels];
        var at = 0;
        for (var c = 0; c < channels; c++)
            for (var t = 0; t < frames; t++)
                for (var v = 0; v < joints; v++)
                    for (var m = 0; m < persons; m++) means[(v * channels) + c] += clip[at++];
        for (var i = 0; i < means.Length; i++) means[i] /= frames * persons;
        return means;
    }

    private static double Square(ReadOnlySpan<double> points, int first, int second, int width)
    {
        ReadOnlySpan<double> a = points.Slice(first * width, width), b = points.Slice(second * width, width);
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }
}
