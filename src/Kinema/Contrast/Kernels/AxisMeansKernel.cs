using System.Runtime.Intrinsics;
using Kinema.Torch;

namespace Kinema.Contrast.Kernels;

/// <summary>
/// The kernel of <see cref="AxisMeans"/> for single precision on the CPU: the channels-last map is read once for both means, and its
/// gradient written once. Plain operators read it twice, and make, and add, two gradients of the map's size.
/// </summary>
internal sealed unsafe class AxisMeansKernel(long n, long c, long t, long v) : CustomFunction
{
    // Every number of the map takes part in two sums; its gradient is a sum of two products.
    private double MultiplyAdds => 2.0 * n * c * t * v;

    // The map and both means.
    private double Bytes => sizeof(float) * (double)n * c * ((t * v) + v + t);

    internal static (Tensor OverFrames, Tensor OverJoints) Apply(Tensor map)
    {
        var (n, c, t, v) = map.Sizes4();
        map = map.Contiguous(MemoryFormat.ChannelsLast);
        var function = new AxisMeansKernel(n, c, t, v);
        var means = RecordMany(function, [map], () =>
        {
            using var region = OperatorProfile.Kernel("AxisMeans", function.MultiplyAdds, function.Bytes);
            Tensor overFrames = Tensor.Zeros([n, v, c]), overJoints = Tensor.Zeros([n, t, c]);
            float* m = Floats.Of(map), f = Floats.Of(overFrames), j = Floats.Of(overJoints);
            KernelTasks.Run((int)n, clip => Average((int)c, (int)t, (int)v, m + (clip * t * v * c), f + (clip * v * c), j + (clip * t * c)));
            GC.KeepAlive(map);
            return [overFrames, overJoints];
        });
        return (means[0], means[1]);
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        using var region = OperatorProfile.Kernel("AxisMeans backward", MultiplyAdds, Bytes);
        var overFrames = (grads[0] ?? Tensor.Zeros([n, v, c])).Contiguous();
        var overJoints = (grads[1] ?? Tensor.Zeros([n, t, c])).Contiguous();
        var gradient = Tensor.Empty([n, c, t, v], format: MemoryFormat.ChannelsLast);
        float* m = Floats.Of(gradient), f = Floats.Of(overFrames), j = Floats.Of(overJoints);
        KernelTasks.Run((int)n, clip => Spread((int)c, (int)t, (int)v, m + (clip * t * v * c), f + (clip * v * c), j + (clip * t * c)));
        GC.KeepAlive(overFrames);
        GC.KeepAlive(overJoints);
        return [gradient];
    }

    // One clip, [t][v][c], to sums [v][c] and [t][c], then to means.
    private static void Average(int c, int t, int v, float* map, float* overFrames, float* overJoints)
    {
        for (var frame = 0; frame < t; frame++)
        {
            for (var joint = 0; joint < v; joint++, map += c)
            {
                float* f = overFrames + ((long)joint * c), j = overJoints + ((long)frame * c);
                Floats.Add(map, f, c);
                Floats.Add(map, j, c);
            }
        }

        Floats.Scale(overFrames, 1f / t, v * c);
        Floats.Scale(overJoints, 1f / v, t * c);
    }

    // Every number of the map took part in one mean of each kind.
    private static void Spread(int c, int t, int v, float* map, float* overFrames, float* overJoints)
    {
        var (perFrame, perJoint) = (1f / t, 1f / v);
        for (var frame = 0; frame < t; frame++)
        {
            for (var joint = 0; joint < v; joint++, map += c)
            {
                float* f = overFrames + ((long)joint * c), j = overJoints + ((long)frame * c);
                var k = 0;
                for (; k + Vector256<float>.Count <= c; k += Vector256<float>.Count)
                    ((Vector256.Load(f + k) * perFrame) + (Vector256.Load(j + k) * perJoint)).Store(map + k);
                for (; k < c; k++) map[k] = (f[k] * perFrame) + (j[k] * perJoint);
            }
        }
    }
}
