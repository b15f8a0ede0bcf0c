using System.Globalization;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Datasets;

/// <summary>Which coordinates are believed: finite, and no larger than the layout's limit.</summary>
internal static class CoordinateCheck
{
    /// <summary>The complaint about the first bad coordinate of a clip [m][t][v][3], or null.</summary>
    public static string? FirstFault(ReadOnlySpan<double> coordinates, int frames, SkeletonLayout layout)
    {
        for (var i = 0; i < coordinates.Length; i++)
        {
            var value = coordinates[i];
            if (Math.Abs(value) <= layout.Limit)        // false for NaN
                continue;
            var point = i / 3;
            return Describe(layout, point / layout.JointCount % frames, point % layout.JointCount, i % 3,
                double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? "infinite" : value.ToString("R", CultureInfo.InvariantCulture));
        }
        return null;
    }

    public static string Describe(SkeletonLayout layout, int frame, int joint, int axis, string value) => string.Create(
        CultureInfo.InvariantCulture,
        $"frame {frame}, joint {joint} ({layout.Joints[joint]}): {"xyz"[axis]} is {value}; ")
        + string.Create(CultureInfo.InvariantCulture, $"a coordinate is finite and at most ±{layout.Limit} (the limit of layout {layout.Name})");
}
