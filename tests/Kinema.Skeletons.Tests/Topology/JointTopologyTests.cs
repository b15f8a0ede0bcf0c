using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Topology;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Topology;

public sealed class JointTopologyTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void The_lengths_are_those_of_the_shortest_of_all_spanning_trees(int seed)
    {
        const int count = 5;
        var points = Numbers(count * 3, seed);
        var shortest = Enumerable.Range(0, 125).Select(number => TreeOf(number, count).Select(edge => Distance(points, 3, edge.A, edge.B)).Order().ToArray())
            .MinBy(lengths => lengths.Sum())!;

        AssertClose(shortest, Tree(points, count));
    }

    [Theory, InlineData(2, 4), InlineData(20, 20), InlineData(25, 3)]
    public void Deaths_are_where_clusters_of_the_filtration_meet(int count, int width)
    {
        var points = Numbers(count * width, seed: 7);

        AssertClose(Filtration(points, count, width), Tree(points, count));
    }

    [Fact]
    public void A_batch_agrees_with_plain_loops_over_frames_and_persons()
    {
        const int n = 3, c = 3, t = 4, v = 6, m = 2;
        var clips = Numbers(n * c * t * v * m, seed: 3);
        var d = new double[n * v * v];
        for (var clip = 0; clip < n; clip++)
            for (var u = 0; u < v; u++)
                for (var w = 0; w < v; w++)
                {
                    // The mean of the differences, as the authors' code has it, and not the difference of the means.
                    double square = 0;
                    for (var k = 0; k < c; k++)
                    {
                        double mean = 0;
                        for (var f = 0; f < t; f++)
                            for (var p = 0; p < m; p++) mean += (clips[At(clip, k, f, u, p)] - clips[At(clip, k, f, w, p)]) / (t * m);
                        square += mean * mean;
                    }

                    d[(((clip * v) + u) * v) + w] = Math.Sqrt(square);
                }

        var topologies = JointTopology.OfClips(clips, c, t, v, m);

        Assert.Equal(n * v, topologies.Length);
        for (var clip = 0; clip < n; clip++)
        {
            var distances = d[(clip * v * v)..((clip + 1) * v * v)];
            AssertClose([.. Filtration(distances, v, v), distances.Max()], topologies[(clip * v)..((clip + 1) * v)]);
        }

        static int At(int clip, int k, int f, int joint, int p) => (((((((clip * c) + k) * t) + f) * v) + joint) * m) + p;
    }

    [Fact]
    public void Place_and_a_turn_change_nothing_and_size_is_a_factor()
    {
        var clips = Numbers(2 * 3 * 5 * 7, seed: 4);
        var turned = new double[clips.Length];
        for (var clip = 0; clip < 2; clip++)
            for (var i = 0; i < 35; i++)
            {
                var first = (clip * 105) + i;
                // A quarter turn about the third axis, then twice the size, then a step aside.
                (turned[first], turned[first + 35], turned[first + 70]) = ((-2 * clips[first + 35]) + 1, (2 * clips[first]) - 3, (2 * clips[first + 70]) + 0.5);
            }

        AssertClose([.. JointTopology.OfClips(clips, 3, 5, 7, 1).Select(number => 2 * number)], JointTopology.OfClips(turned, 3, 5, 7, 1));
    }

    [Fact]
    public void Joints_in_one_place_die_at_zero()
    {
        // Frames and persons one, coordinates 0, 0, 3 on one axis.
        var topology = JointTopology.OfClips([0.0, 0, 3], 1, 1, 3, 1);

        AssertClose([0, 3 * Math.Sqrt(3), 3], topology);
        Assert.Equal(0, topology[0]);
        Assert.All(JointTopology.OfClips(new double[12], 3, 1, 4, 1), number => Assert.Equal(0, number));
    }

    [Theory, InlineData(0), InlineData(3)]
    public void Numbers_that_do_not_fill_clips_are_refused(int frames)
    {
        var error = Assert.Throws<ArgumentException>(() => JointTopology.OfClips(new double[20], 3, frames, 2, 1));
        Assert.Contains("got 20 in all", error.Message, StringComparison.Ordinal);
    }

    [SharedFact("golden/blockgcn-nw-ucla.safetensors")]
    public void The_authors_deaths_on_nw_ucla() => AssertRecorded("nw-ucla");

    [SharedFact("golden/blockgcn-ntu.safetensors")]
    public void The_authors_deaths_on_ntu() => AssertRecorded("ntu");

    private static void AssertRecorded(string name)
    {
        using var file = SafeTensorsFile.Open(Repository.Shared($"golden/blockgcn-{name}.safetensors"));
        var joints = file.Read("input_joint");
        int[] sizes = [.. joints.Shape.Select(size => (int)size)];
        var (n, v) = (sizes[0], sizes[3]);
        double[] clips = joints.ToDoubles(), distances = new double[n * v * v];
        for (var clip = 0; clip < n; clip++)
        {
            var means = JointTopology.Means(clips.AsSpan(clip * clips.Length / n, clips.Length / n), sizes[1], sizes[2], v, sizes[4]);
            JointTopology.Distances(means, v, distances.AsSpan(clip * v * v, v * v));
        }

        var topologies = JointTopology.OfClips(clips, sizes[1], sizes[2], v, sizes[4]);

        // The authors' are in units of the batch's largest distance.
        var unit = topologies.Where((_, i) => i % v == v - 1).Max();
        AssertClose(file.Read("topo.distance").ToDoubles(), [.. distances.Select(d => d / unit)], 1e-6);
        AssertClose(file.Read("topo.deaths").ToDoubles(), [.. topologies.Where((_, i) => i % v < v - 1).Select(death => death / unit)], 1e-6);
    }

    private static double[] Tree(double[] points, int count)
    {
        var lengths = new double[count - 1];
        JointTopology.SpanningTree(points, count, lengths);
        return lengths;
    }

    // The definition: pairs of points join from the nearest to the farthest, and each that joins two clusters ends one.
    private static double[] Filtration(double[] points, int count, int width)
    {
        var cluster = Enumerable.Range(0, count).ToArray();
        var deaths = new List<double>();
        var pairs = from a in Enumerable.Range(0, count)
                    from b in Enumerable.Range(0, a)
                    let length = Distance(points, width, a, b)
                    orderby length
                    select (A: a, B: b, Length: length);
        foreach (var (a, b, length) in pairs.ToList())
        {
            var (kept, gone) = (cluster[a], cluster[b]);
            if (kept == gone) continue;
            for (var i = 0; i < count; i++)
                if (cluster[i] == gone) cluster[i] = kept;
            deaths.Add(length);
        }

        return [.. deaths];
    }

    // Every labelled tree of five points once, from its Prüfer code of three digits.
    private static List<(int A, int B)> TreeOf(int number, int count)
    {
        var code = new int[count - 2];
        for (var i = 0; i < code.Length; i++, number /= count) code[i] = number % count;
        var degree = new int[count];
        Array.Fill(degree, 1);
        foreach (var point in code) degree[point]++;
        var edges = new List<(int A, int B)>();
        foreach (var point in code)
        {
            var leaf = Array.IndexOf(degree, 1);
            edges.Add((leaf, point));
            degree[leaf]--;
            degree[point]--;
        }

        var last = Array.IndexOf(degree, 1);
        edges.Add((last, Array.IndexOf(degree, 1, last + 1)));
        return edges;
    }

    private static double Distance(double[] points, int width, int a, int b)
    {
        double square = 0;
        for (var i = 0; i < width; i++) square += Math.Pow(points[(a * width) + i] - points[(b * width) + i], 2);
        return Math.Sqrt(square);
    }

    private static double[] Numbers(int count, int seed)
    {
        var random = new ClipRandom(seed, 0, count, RandomPurpose.Synthesis);
        var numbers = new double[count];
        for (var i = 0; i < count; i++) numbers[i] = random.NextDouble(-2, 3);
        return numbers;
    }

    private static void AssertClose(double[] expected, double[] actual, double tolerance = 1e-12)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < actual.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"[{i}] is {actual[i]:R}, not {expected[i]:R}");
    }
}
