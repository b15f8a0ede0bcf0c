using System.Buffers;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Datasets;

/// <summary>
/// Finds bones whose length cannot be: of the lengths of a bone in a clip only the median and the spread between the quartiles are kept
/// (8 bytes a bone and clip: 22 MB for the 114,480 clips of NTU RGB+D 120), and both are compared with bounds that a real body stays well
/// within. Medians and quartiles, since single frames of any sensor are wild.
/// </summary>
/// <remarks>The bounds were set on NW-UCLA, where 3 % of the clips have a bone of odd length and 4 % an unsteady one.</remarks>
internal sealed class BoneLengths(SkeletonLayout layout, int clips)
{
    private const double FarFactor = 2, MostSpread = 1;
    private const int LeastFrames = 4;                          // of fewer there are no quartiles

    private readonly float[] medians = new float[clips * layout.Bones.Count], spreads = new float[clips * layout.Bones.Count];

    /// <summary>Whether the layout's bones have a length: those of a picture shorten as they turn away.</summary>
    public bool Applies => layout.Dimensions == 3;

    /// <summary>Measures one clip, [m][t][v][x, y, z]. Different clips may be measured at once.</summary>
    public void Measure(int clip, ReadOnlySpan<double> coordinates)
    {
        if (!Applies) return;
        var rows = coordinates.Length / (layout.JointCount * 3);
        var lengths = ArrayPool<double>.Shared.Rent(rows);
        for (var b = 0; b < layout.Bones.Count; b++)
        {
            var count = 0;
            for (var row = 0; row < rows; row++)
            {
                var body = coordinates.Slice(row * layout.JointCount * 3, layout.JointCount * 3);
                var child = body.Slice(layout.Bones[b].Child * 3, 3);
                var parent = body.Slice(layout.Bones[b].Parent * 3, 3);
                if (child is [0, 0, 0] || parent is [0, 0, 0]) continue;
                var length = Math.Sqrt(Square(child[0] - parent[0]) + Square(child[1] - parent[1]) + Square(child[2] - parent[2]));
                if (double.IsFinite(length)) lengths[count++] = length;
            }
            var sorted = lengths.AsSpan(0, count);
            sorted.Sort();
            var at = clip * layout.Bones.Count + b;
            medians[at] = count > 0 ? (float)sorted[count / 2] : float.NaN;
            spreads[at] = count >= LeastFrames ? (float)((sorted[3 * count / 4] - sorted[count / 4]) / sorted[count / 2]) : float.NaN;
        }
        ArrayPool<double>.Shared.Return(lengths);
    }

    /// <summary>The oddest bone of each clip that has one: first by length, then unsteady ones; a clip may have both.</summary>
    public IReadOnlyList<BoneOutlier> Outliers()
    {
        if (!Applies) return [];
        double[] usual = [.. Enumerable.Range(0, layout.Bones.Count).Select(Usual)];
        var (far, unsteady) = (new List<BoneOutlier>(), new List<BoneOutlier>());
        for (var clip = 0; clip < clips; clip++)
        {
            BoneOutlier? longest = null, widest = null;
            for (var b = 0; b < layout.Bones.Count; b++)
            {
                var at = clip * layout.Bones.Count + b;
                var found = new BoneOutlier(clip, BoneOddity.Length, layout.Bones[b].Child, medians[at], usual[b], spreads[at]);
                // Where the usual bone has no length, two joints are one by design.
                if (usual[b] > 0 && found.Size > FarFactor && !(found.Size <= longest?.Size)) longest = found;
                if (spreads[at] > MostSpread && !(spreads[at] <= widest?.Spread)) widest = found with { Oddity = BoneOddity.Unsteady };
            }
            if (longest is { } one) far.Add(one);
            if (widest is { } other) unsteady.Add(other);
        }
        return [.. far, .. unsteady];
    }

    private double Usual(int bone)
    {
        float[] known = [.. Enumerable.Range(0, clips).Select(clip => medians[clip * layout.Bones.Count + bone]).Where(float.IsFinite).Order()];
        return known.Length > 0 ? known[known.Length / 2] : 0;
    }

    private static double Square(double value) => value * value;
}
