using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Augmentations;

public sealed class PreNormalizationTests
{
    private const string Recording = "golden/isc-prenorm-ntu.safetensors";

    [SharedFact(Recording)]
    public void The_recorded_clips_become_the_recorded_ones()
    {
        using var file = SafeTensorsFile.Open(Repository.Shared(Recording));
        float[] input = file.Read("input").ToSingles(), output = file.Read("output").ToSingles();
        const int C = 3, T = 48, V = 25, M = 2;
        for (var n = 0; n < 4; n++)
        {
            var points = new double[M * T * V * C];
            Each((c, t, v, m) => points[(((((m * T) + t) * V) + v) * C) + c] = input[Recorded(n, c, t, v, m)]);
            var made = new double[points.Length];

            new PreNormalization(Layouts.Ntu, T).Apply(new SkeletonClip($"{n}", T, V, M, points), made);

            Each((c, t, v, m) => Assert.Equal(output[Recorded(n, c, t, v, m)], made[(((((m * T) + t) * V) + v) * C) + c], 2e-6));
        }

        static int Recorded(int n, int c, int t, int v, int m) => (((((((n * C) + c) * T) + t) * V) + v) * M) + m;

        static void Each(Action<int, int, int, int> what)
        {
            for (var c = 0; c < C; c++)
            for (var t = 0; t < T; t++)
            for (var v = 0; v < V; v++)
            for (var m = 0; m < M; m++)
                what(c, t, v, m);
        }
    }

    [Fact]
    public void A_short_clip_is_repeated_stands_upright_and_faces_forward()
    {
        var clip = Toy.Clip("toy", 5, Layouts.Ntu);
        var made = new double[2 * 12 * 75];
        new PreNormalization(Layouts.Ntu, 12).Apply(clip, made);

        Assert.Equal(made[..(5 * 75)], made[(5 * 75)..(10 * 75)]);
        Assert.Equal(made[..(2 * 75)], made[(10 * 75)..(12 * 75)]);
        Assert.All(made[(12 * 75)..], value => Assert.Equal(0, value));
        Assert.All(Enumerable.Range(0, 12), t => Assert.All(made[((t * 75) + 3)..((t * 75) + 6)], value => Assert.Equal(0, value, 1e-12)));
        var (left, right) = (made[12..15], made[24..27]);
        Assert.Equal((0, 0), (right[1] - left[1], right[2] - left[2]), (a, b) => Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) < 1e-9);
        Assert.True(right[0] > left[0]);
    }

    [Fact]
    public void A_clip_without_anybody_stays_empty()
    {
        var made = new double[2 * 12 * 75];
        new PreNormalization(Layouts.Ntu, 12).Apply(new SkeletonClip("empty", 3, 25, 1, new double[3 * 75]), made);
        Assert.All(made, value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_layout_without_the_four_joints_is_refused_by_name() =>
        Assert.Contains("layout arm has no joint 'hip-center'", Assert.Throws<KinemaException>(() => new PreNormalization(Toy.Arm)).Message, StringComparison.Ordinal);
}
