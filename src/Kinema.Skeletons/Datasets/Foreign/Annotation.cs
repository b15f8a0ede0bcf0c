using System.Diagnostics.CodeAnalysis;
using Kinema.Storage.Pickles;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>One clip of a PYSKL or MMAction2 pickle, before its arrays are read.</summary>
/// <param name="Name">Its <c>frame_dir</c>, or <c>filename</c>; made unique.</param>
/// <param name="Label">0-based; -1 where there is none.</param>
/// <param name="Frames"><c>total_frames</c>; null where it is not given.</param>
/// <param name="Points">(M, T, V, C) or (T, V, C); null where it is not in the file.</param>
/// <param name="Scores">(M, T, V) or (T, V); null where there are none.</param>
internal sealed record Annotation(string Name, int Label, long? Frames, PickleTensor? Points, PickleTensor? Scores)
{
    /// <summary>The name as the file has it; null if this is no annotation.</summary>
    public static string? NameOf(PickleDictionary entry) =>
        entry.TryGet("frame_dir", out var name) || entry.TryGet("filename", out name) ? ClipNames.Clean((name as PickleText)?.Value) : null;

    /// <summary>Reads the plain facts of an entry.</summary>
    public static Annotation Of(PickleDictionary entry, string name) => new(
        name,
        Whole(entry, "label", out var label) ? LabelArray.Number(label) : -1,
        Whole(entry, "total_frames", out var frames) ? (long)Math.Clamp(frames, 0, long.MaxValue) : null,
        entry.TryGet("keypoint", out var points) ? points as PickleTensor : null,
        entry.TryGet("keypoint_score", out var scores) ? scores as PickleTensor : null);

    /// <summary>T, V, C and M of the key points; false where the array has another shape.</summary>
    public static bool TryShape([NotNullWhen(true)] PickleTensor? points, out long persons, out long frames, out long joints, out long channels)
    {
        (persons, frames, joints, channels) = points?.Shape switch
        {
            [var m, var t, var v, var c] => (m, t, v, c),
            [var t, var v, var c] => (1, t, v, c),
            _ => default,
        };
        return points is not null && frames > 0;
    }

    private static bool Whole(PickleDictionary entry, string key, out double value)
    {
        value = entry.TryGet(key, out var found) ? found switch
        {
            PickleInteger whole => (double)whole.Value,
            PickleTensor { Shape: [] or [1] } array => array.Tensor.ToDoubles()[0],      // so small that it is never left in the file
            _ => double.NaN,
        } : double.NaN;
        return double.IsFinite(value);
    }
}
