using System.Globalization;

namespace Kinema.Skeletons.Datasets.Poses;

/// <summary>The number of a frame in the name of its file.</summary>
internal static class FrameNumber
{
    private const string OpenPoseEnding = "_keypoints";

    /// <summary>The last digits of a name without its ending: 12 in <c>cam1/wave_000000000012_keypoints.json</c>; null if there are none.</summary>
    public static double? In(string path) => Split(path)?.Number;

    /// <summary>What comes before the digits, and their number.</summary>
    public static (string Before, double Number)? Split(string path)
    {
        var dot = path.LastIndexOf('.');
        var stem = dot > path.LastIndexOf('/') && dot > 0 ? path[..dot] : path;
        if (stem.EndsWith(OpenPoseEnding, StringComparison.Ordinal))
            stem = stem[..^OpenPoseEnding.Length];
        var begin = stem.Length;
        while (begin > 0 && char.IsAsciiDigit(stem[begin - 1]))
            begin--;
        return begin < stem.Length && double.TryParse(stem.AsSpan(begin), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (stem[..begin], number)
            : null;
    }
}
