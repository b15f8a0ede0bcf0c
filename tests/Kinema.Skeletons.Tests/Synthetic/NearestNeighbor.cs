using System.Numerics;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;

namespace Kinema.Skeletons.Tests.Synthetic;

/// <summary>One nearest neighbour on raw numbers: clips resampled to 52 frames and flattened, Euclidean distance.</summary>
internal static class NearestNeighbor
{
    private const int Frames = 52;

    /// <summary>
    /// The accuracy on the test split with the training split as memory; centred clips have joint 0 of their first frame at the origin.
    /// </summary>
    public static double Accuracy(ClipDataset set, bool centered)
    {
        var train = set.Split("train").Select(i => (Flat(set.Clips[i], centered), set.Clips[i].Label)).ToArray();
        var right = set.Split("test").Count(i =>
        {
            var wanted = Flat(set.Clips[i], centered);
            return train.MinBy(other => Distance(wanted, other.Item1)).Label == set.Clips[i].Label;
        });
        return (double)right / set.Split("test").Count;
    }

    private static float[] Flat(SkeletonClip clip, bool centered)
    {
        var stride = 3 * clip.Joints;
        var joints = clip.Coordinates;
        var flat = new float[Frames * stride];
        for (var i = 0; i < flat.Length; i++)
        {
            var frame = i / stride * (clip.Frames - 1) / (Frames - 1);
            flat[i] = (float)(joints[frame * stride + i % stride] - (centered ? joints[i % 3] : 0));
        }

        return flat;
    }

    private static float Distance(float[] a, float[] b)
    {
        var sum = Vector<float>.Zero;                              // 52·20·3 numbers: a multiple of every vector's width
        for (var i = 0; i < a.Length; i += Vector<float>.Count)
        {
            var difference = new Vector<float>(a, i) - new Vector<float>(b, i);
            sum += difference * difference;
        }

        return Vector.Sum(sum);
    }
}
