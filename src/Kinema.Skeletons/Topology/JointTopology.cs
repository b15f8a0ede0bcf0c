namespace Kinema.Skeletons.Topology;

/// <summary>
/// How the joints of clips hang together whatever the bones say, as BlockGCN (Zhou et al., CVPR 2024) encodes it: the 0-dimensional persistent
/// homology of one point a joint.
///   m_v = mean over frames and persons of joint v,   d_uv = |m_u - m_v|, divided by the largest d of the batch
///   D_uv = |row u of d - row v of d|: the rows of d are points of V coordinates
/// In the Vietoris-Rips filtration of D every joint is born at 0, and two clusters become one at the distance of their nearest points. So the
/// deaths are the lengths of the V - 1 edges of a minimum spanning tree of D; no boundary matrix is needed for that.
/// </summary>
/// <example><code>var deaths = JointTopology.Of(clips, channels: 3, frames: 52, joints: 20, persons: 1).Deaths;   // (N, 19)</code></example>
public sealed class JointTopology
{
    private JointTopology(double[] distances, double[] deaths) => (Distances, Deaths) = (distances, deaths);

    /// <summary>d, (N, V, V), in [0, 1].</summary>
    public double[] Distances { get; }

    /// <summary>(N, V - 1), ascending in each clip. Joints in one place have a death of exactly 0.</summary>
    public double[] Deaths { get; }

    /// <summary>The topology of a batch. Its largest distance is the unit: a clip's numbers depend on its neighbours by a factor.</summary>
    /// <param name="clips">(N, C, T, V, M). An absent person, all zeros, counts in the mean.</param>
    /// <param name="channels">C.</param>
    /// <param name="frames">T.</param>
    /// <param name="joints">V.</param>
    /// <param name="persons">M.</param>
    /// <exception cref="ArgumentException">The numbers do not fill whole clips.</exception>
    public static JointTopology Of(ReadOnlySpan<double> clips, int channels, int frames, int joints, int persons)
    {
        var sample = checked(channels * frames * joints * persons);
        if (sample <= 0 || clips.Length % sample != 0)
            throw new ArgumentException(
                $"clips (N, C, T, V, M) = (N, {channels}, {frames}, {joints}, {persons}) have {sample} numbers each; got {clips.Length} in all");
        var (n, pairs) = (clips.Length / sample, joints * joints);
        var distances = new double[checked(n * pairs)];
        var largest = 0.0;
        for (var clip = 0; clip < n; clip++)
        {
            var means = Means(clips.Slice(clip * sample, sample), channels, frames, joints, persons);
            for (var u = 0; u < joints; u++)
                for (var v = 0; v < u; v++)
                {
                    var d = Math.Sqrt(Square(means, u, v, channels));
                    distances[(clip * pairs) + (u * joints) + v] = distances[(clip * pairs) + (v * joints) + u] = d;
                    largest = Math.Max(largest, d);
                }
        }

        // Clips whose joints are all in one place have no unit; their distances are 0 as they are.
        for (var i = 0; i < distances.Length && largest > 0; i++) distances[i] /= largest;
        var deaths = new double[n * (joints - 1)];
        for (var clip = 0; clip < n; clip++)
            SpanningTree(distances.AsSpan(clip * pairs, pairs), joints).CopyTo(deaths, clip * (joints - 1));
        return new JointTopology(distances, deaths);
    }

    /// <summary>The lengths of the edges of a minimum spanning tree of points, ascending. Prim's algorithm: V² distances, none of them kept.</summary>
    /// <param name="points">(V, width).</param>
    /// <param name="count">V.</param>
    public static double[] SpanningTree(ReadOnlySpan<double> points, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var width = points.Length / count;
        var lengths = new double[count - 1];
        var nearest = new double[count];                 // squared distance to the tree so far
        var inTree = new bool[count];
        Array.Fill(nearest, double.PositiveInfinity);
        var newest = 0;
        for (var edge = 0; edge < lengths.Length; edge++)
        {
            inTree[newest] = true;
            var next = -1;
            for (var other = 0; other < count; other++)
            {
                if (inTree[other]) continue;
                nearest[other] = Math.Min(nearest[other], Square(points, newest, other, width));
                if (next < 0 || nearest[other] < nearest[next]) next = other;
            }

            lengths[edge] = Math.Sqrt(nearest[next]);
            newest = next;
        }

        Array.Sort(lengths);
        return lengths;
    }

    // (V, C).
    private static double[] Means(ReadOnlySpan<double> clip, int channels, int frames, int joints, int persons)
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
