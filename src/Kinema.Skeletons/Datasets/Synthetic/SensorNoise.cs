namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>
/// What a depth camera does to joints: white jitter, a slow wander, both larger for joints the trunk hides, joints that freeze for some
/// frames, and joints that jump away for one or two.
/// </summary>
internal static class SensorNoise
{
    private const double Jitter = 0.006, Wander = 0.010;           // metres, standard deviation
    private const int WanderFrames = 12;                           // from one drawn offset to the next
    private const double Hidden = 3;                               // times more noise behind the trunk

    /// <summary>Adds noise to a clip in camera coordinates.</summary>
    /// <param name="joints">T·V points, frame after frame.</param>
    /// <param name="centers">The trunk's middle in each of T frames.</param>
    /// <param name="strength">1 is a first-generation depth camera; 0 adds nothing.</param>
    /// <param name="draws">The clip's random numbers.</param>
    public static void Add(Span<Vector3D> joints, ReadOnlySpan<Vector3D> centers, double strength, ref Draws draws)
    {
        if (strength == 0)
        {
            return;
        }

        var v = joints.Length / centers.Length;
        for (var joint = 0; joint < v; joint++)
        {
            Vector3D from = default, to = draws.Noise();
            for (var t = 0; t < centers.Length; t++)
            {
                if (t % WanderFrames == 0)
                {
                    (from, to) = (to, draws.Noise());
                }

                var wander = Vector3D.Lerp(from, to, (double)(t % WanderFrames) / WanderFrames);
                ref var point = ref joints[t * v + joint];
                var behind = point - centers[t];
                var scale = strength * (behind.Z > 0.06 && Math.Abs(behind.X) < 0.18 ? Hidden : 1);
                point += wander * (Wander * scale) + draws.Noise() * (Jitter * scale);
            }

            Freeze(joints, joint, v, strength, ref draws);
            Jump(joints, joint, v, strength, ref draws);
        }
    }

    private static void Freeze(Span<Vector3D> joints, int joint, int v, double strength, ref Draws draws)
    {
        if (!draws.Chance(0.04 * strength))
        {
            return;
        }

        var frames = joints.Length / v;
        var first = draws.Below(frames);
        var last = Math.Min(frames - 1, first + 2 + draws.Below(6));
        for (var t = first + 1; t <= last; t++)
        {
            joints[t * v + joint] = joints[first * v + joint];
        }
    }

    private static void Jump(Span<Vector3D> joints, int joint, int v, double strength, ref Draws draws)
    {
        if (!draws.Chance(0.02 * strength))
        {
            return;
        }

        var frames = joints.Length / v;
        var first = draws.Below(frames);
        var away = draws.Noise() * 0.12;
        for (var t = first; t <= Math.Min(frames - 1, first + draws.Below(2)); t++)
        {
            joints[t * v + joint] += away;
        }
    }
}
