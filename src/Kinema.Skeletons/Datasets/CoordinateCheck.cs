using System.Globalization;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Datasets;

/// <summary>Which coordinates are believed: finite, and no larger than the layout's limit.</summary>
internal static class CoordinateCheck
{
    private const int MillimetresInOne = 1000;

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
                double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? "infinite" : Text(value, layout.Limit));
        }
        return null;
    }

    /// <summary>
    /// What to do where coordinates are too large for metres and would not be as millimetres; else empty.
    /// </summary>
    /// <param name="coordinates">Of a clip.</param>
    /// <param name="layout">Its joints.</param>
    /// <param name="scale">What they were multiplied by; who gives a scale knows of it.</param>
    public static string UnitHint(ReadOnlySpan<double> coordinates, SkeletonLayout layout, double scale)
    {
        if (scale != 1 || layout.Dimensions != 3)
            return "";
        foreach (var value in coordinates)
        {
            if (!(Math.Abs(value) <= layout.Limit * MillimetresInOne))
                return "";
        }
        return "; if these are millimetres, 'kinema data convert --scale 0.001' makes metres of them";
    }

    // Most come from floats: as those they have few digits. One that would read like the limit itself keeps all of them.
    private static string Text(double value, double limit) => Math.Abs((float)value) is var near && near > limit && float.IsFinite(near)
        ? ((float)value).ToString("R", CultureInfo.InvariantCulture)
        : value.ToString("R", CultureInfo.InvariantCulture);

    public static string Describe(SkeletonLayout layout, int frame, int joint, int axis, string value) => string.Create(
        CultureInfo.InvariantCulture,
        $"frame {frame}, joint {joint} ({layout.Joints[joint]}): {"xyz"[axis]} is {value}; ")
        + string.Create(CultureInfo.InvariantCulture, $"a coordinate is finite and at most ±{layout.Limit} (the limit of layout {layout.Name})");
}
