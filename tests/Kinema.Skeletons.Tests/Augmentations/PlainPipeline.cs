using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;

namespace Kinema.Skeletons.Tests.Augmentations;

/// <summary>The NW-UCLA pipeline in plain loops, matrix by matrix, to test the fast one against.</summary>
internal static class PlainPipeline
{
    public static IEnumerable<double> Sample(
        SkeletonClip clip, SkeletonLayout layout, SkeletonStream stream, StreamVariant variant, int[] frames,
        double degreesX, double degreesY)
    {
        var (l, v) = (clip.Frames, layout.JointCount);
        var x = new double[l, v, 3];
        for (var i = 0; i < clip.Length; i++)
            x[i / (v * 3), i / 3 % v, i % 3] = clip.Coordinates[i];

        var (ax, ay) = (degreesX * Math.PI / 180, degreesY * Math.PI / 180);
        double[,] rx = { { 1, 0, 0 }, { 0, Math.Cos(ax), Math.Sin(ax) }, { 0, -Math.Sin(ax), Math.Cos(ax) } };
        double[,] ry = { { Math.Cos(ay), 0, -Math.Sin(ay) }, { 0, 1, 0 }, { Math.Sin(ay), 0, Math.Cos(ay) } };
        var turned = Normalized(Times(x, Times(ry, rx)));

        var sampled = new double[frames.Length, v, 3];
        for (var t = 0; t < frames.Length; t++)
        for (var j = 0; j < v; j++)
        for (var c = 0; c < 3; c++)
        {
            var bone = stream is SkeletonStream.Bone or SkeletonStream.BoneMotion;
            var origin = bone ? turned[frames[t], layout.Parents[j], c]
                : variant == StreamVariant.Csre ? turned[frames[t], layout.Root, c] : 0;
            sampled[t, j, c] = turned[frames[t], j, c] - (variant == StreamVariant.Csre && j == layout.Root ? 0 : origin);
        }

        for (var c = 0; c < 3; c++)
        for (var t = 0; t < frames.Length; t++)
        for (var j = 0; j < v; j++)
        {
            yield return stream is SkeletonStream.Joint or SkeletonStream.Bone ? sampled[t, j, c]
                : t + 1 < frames.Length ? sampled[t + 1, j, c] - sampled[t, j, c] : 0;
        }
    }

    private static double[,] Times(double[,] a, double[,] b)
    {
        var product = new double[3, 3];
        for (var i = 0; i < 3; i++)
        for (var j = 0; j < 3; j++)
        for (var k = 0; k < 3; k++)
            product[i, j] += a[i, k] * b[k, j];
        return product;
    }

    private static double[,,] Times(double[,,] x, double[,] matrix)
    {
        var product = new double[x.GetLength(0), x.GetLength(1), 3];
        for (var t = 0; t < x.GetLength(0); t++)
        for (var j = 0; j < x.GetLength(1); j++)
        for (var c = 0; c < 3; c++)
        for (var k = 0; k < 3; k++)
            product[t, j, c] += x[t, j, k] * matrix[k, c];
        return product;
    }

    private static double[,,] Normalized(double[,,] x)
    {
        for (var c = 0; c < 3; c++)
        {
            var all = x.Cast<double>().Where((_, i) => i % 3 == c).ToList();
            for (var t = 0; t < x.GetLength(0); t++)
            for (var j = 0; j < x.GetLength(1); j++)
                x[t, j, c] = (x[t, j, c] - all.Min()) / (all.Max() - all.Min()) * 2 - 1;
        }
        return x;
    }
}
