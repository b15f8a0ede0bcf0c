using System.Buffers;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets.Ntu;

namespace Kinema.Skeletons.Datasets;

/// <summary>Where every clip of a set has the layout's centre at (0, 0, 0).</summary>
internal enum CenterAtOrigin
{
    /// <summary>Not in every clip, or where it says nothing.</summary>
    Nowhere,

    /// <summary>In the first frame that shows somebody.</summary>
    FirstFrame,

    /// <summary>In every frame.</summary>
    EveryFrame,
}

/// <summary>What one look at a clip's coordinates tells: kept for every clip, so it is small.</summary>
/// <param name="Low">The smallest finite x, y and z.</param>
/// <param name="High">The largest.</param>
/// <param name="ZeroJoints">Joints at exactly (0, 0, 0) where others are not, but for the one from which the set is measured.</param>
/// <param name="ZeroFrames">Frames of a person with all joints there.</param>
/// <param name="WildFrames">Frames of a person with a NaN or an infinity.</param>
/// <param name="Fingerprint">For finding copies.</param>
/// <param name="Bodies">Frames of a person that show him.</param>
/// <param name="Origins">Those of them with the layout's centre at (0, 0, 0).</param>
/// <param name="BeginsAtOrigin">Whether the first of them is one.</param>
internal readonly record struct ClipScan(
    (double X, double Y, double Z) Low, (double X, double Y, double Z) High, int ZeroJoints, int ZeroFrames, int WildFrames, ulong Fingerprint,
    int Bodies, int Origins, bool BeginsAtOrigin)
{
    /// <summary>Looks at all clips of a set, in parallel; one clip of each thread is in memory at a time.</summary>
    public static ClipScan[] All(ClipDataset dataset, BoneLengths bones)
    {
        var scans = new ClipScan[dataset.Clips.Count];
        var moved = CtrGcnPreparation.MovedToOrigin(dataset.Preparation);
        ManyClips.ForEach(scans.Length, i =>
        {
            var clip = dataset.Clips[i];
            var buffer = ArrayPool<double>.Shared.Rent(clip.Length);
            clip.CopyTo(buffer);
            var points = buffer.AsSpan(0, clip.Length);
            scans[i] = Of(clip, points, dataset.Layout.Center, moved);
            bones.Measure(i, points);
            ArrayPool<double>.Shared.Return(buffer);
        });
        if (CenterOf(dataset, scans) is var center && center != CenterAtOrigin.Nowhere)
        {
            for (var i = 0; i < scans.Length; i++)
            {
                var forgiven = center == CenterAtOrigin.EveryFrame ? scans[i].Origins : Math.Min(1, scans[i].Bodies);
                scans[i] = scans[i] with { ZeroJoints = scans[i].ZeroJoints - forgiven };
            }
        }
        return scans;
    }

    /// <summary>
    /// Where all clips have the centre at the origin. People measure their own clips from it, in every frame or in the first, and then it was not lost
    /// in any. In a picture the origin is where joints lie that are not seen, unless x takes both signs (<see cref="SeenJoints"/>).
    /// </summary>
    public static CenterAtOrigin CenterOf(ClipDataset dataset, ClipScan[] scans)
    {
        if (CtrGcnPreparation.MovedToOrigin(dataset.Preparation) || scans.All(scan => scan.Bodies == 0)) return CenterAtOrigin.Nowhere;
        var right = dataset.Layout.Drawing.Right.Index;
        if (!SeenJoints.LieAboutOrigin(dataset.Layout, scans.Min(scan => Along(right, scan.Low)), scans.Max(scan => Along(right, scan.High))))
            return CenterAtOrigin.Nowhere;
        if (scans.All(scan => scan.Origins == scan.Bodies)) return CenterAtOrigin.EveryFrame;
        return dataset.Layout.Dimensions == 3 && scans.All(scan => scan.BeginsAtOrigin || scan.Bodies == 0)
            ? CenterAtOrigin.FirstFrame
            : CenterAtOrigin.Nowhere;
    }

    private static double Along(int axis, (double X, double Y, double Z) point) => axis switch { 0 => point.X, 1 => point.Y, _ => point.Z };

    private static ClipScan Of(SkeletonClip clip, ReadOnlySpan<double> points, int center, bool moved)
    {
        Span<double> low = [double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity];
        Span<double> high = [double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity];
        var (zeroJoints, zeroFrames, wildFrames, bodies, origins, begins) = (0, 0, 0, 0, 0, false);
        for (var frame = 0; frame < clip.Persons * clip.Frames; frame++)
        {
            var (zeros, wild) = (0, false);
            for (var joint = 0; joint < clip.Joints; joint++)
            {
                var point = points.Slice((frame * clip.Joints + joint) * 3, 3);
                zeros += point is [0, 0, 0] ? 1 : 0;
                for (var axis = 0; axis < 3; axis++)
                {
                    if (!double.IsFinite(point[axis]))
                    {
                        wild = true;
                        continue;
                    }
                    low[axis] = Math.Min(low[axis], point[axis]);
                    high[axis] = Math.Max(high[axis], point[axis]);
                }
            }
            wildFrames += wild ? 1 : 0;
            if (zeros == clip.Joints)
            {
                zeroFrames++;
                continue;
            }
            zeroJoints += moved && bodies == 0 && zeros > 0 ? zeros - 1 : zeros;   // the origin lies in the first frame that shows somebody
            var isOrigin = points.Slice((frame * clip.Joints + center) * 3, 3) is [0, 0, 0];
            begins |= isOrigin && bodies == 0;
            origins += isOrigin ? 1 : 0;
            bodies++;
        }
        return new ClipScan(
            (low[0], low[1], low[2]), (high[0], high[1], high[2]), zeroJoints, zeroFrames, wildFrames, ClipCopies.Fingerprint(points, clip.Frames),
            bodies, origins, begins);
    }
}
