using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.UtKinect;

/// <summary>Where one action lies in a recording.</summary>
/// <param name="Label">The action, 0-based.</param>
/// <param name="First">The number of its first frame; null where the file says NaN.</param>
/// <param name="Last">The number of its last frame; null where the file says NaN.</param>
/// <param name="Line">The line of the label file.</param>
internal readonly record struct UtKinectSegment(int Label, int? First, int? Last, int Line);

/// <summary>
/// The file actionLabel.txt: the name of a recording, then a line <c>action: first last</c> for each action, in numbers of frames, both
/// included.
/// </summary>
internal static partial class UtKinectLabels
{
    /// <summary>The names of the classes.</summary>
    public static IReadOnlyList<string> Classes { get; } =
        ["walk", "sitDown", "standUp", "pickUp", "carry", "throw", "push", "pull", "waveHands", "clapHands"];

    /// <summary>The 20 recordings: ten subjects, twice each.</summary>
    public static IReadOnlyList<string> Recordings { get; } =
    [
        .. from subject in Enumerable.Range(1, 10)
           from take in Enumerable.Range(1, 2)
           select string.Create(CultureInfo.InvariantCulture, $"s{subject:00}_e{take:00}"),
    ];

    /// <summary>The recording whose file has this path; null if it is another file.</summary>
    public static string? RecordingOf(string path) =>
        Form().Match(path) is { Success: true } match && Recordings.Contains(match.Groups[1].Value) ? match.Groups[1].Value : null;

    /// <summary>Lines of the official file that are doubted, with what is said of them.</summary>
    public static string? Doubt(string recording, UtKinectSegment segment) => (recording, Classes[segment.Label], segment.First, segment.Last) switch
    {
        ("s01_e02", "walk", 154, 192) => "some papers take 154 to 270",
        ("s03_e01", "push", 2556, 3622) => "some papers take 3556 to 3622",
        _ => null,
    };

    /// <summary>Reads the file.</summary>
    /// <exception cref="KinemaException">It is damaged (<see cref="ExitCode.Data"/>).</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<UtKinectSegment>> Parse(ReadOnlySpan<byte> text, string where)
    {
        var recordings = new Dictionary<string, IReadOnlyList<UtKinectSegment>>(StringComparer.Ordinal);
        List<UtKinectSegment>? current = null;
        var lines = new NumberLines(text, where);
        while (lines.NextLine())
        {
            if (!lines.Rest.Contains((byte)':'))
            {
                var recording = Encoding.Latin1.GetString(lines.Rest);
                if (!Recordings.Contains(recording))
                    throw lines.Wrong($"'{OneLine.Of(lines.Rest)}' is no recording: they are s01_e01 to s10_e02");
                if (!recordings.TryAdd(recording, current = []))
                    throw lines.Wrong($"recording {recording} is there twice");
                continue;
            }
            var action = lines.TakeUntil((byte)':');
            var label = -1;
            for (var i = 0; i < Classes.Count; i++)
            {
                if (Encoding.ASCII.GetBytes(Classes[i]).AsSpan().SequenceEqual(action))
                    label = i;
            }
            if (label < 0)
                throw lines.Wrong($"'{OneLine.Of(action)}' is no action: they are {string.Join(", ", Classes)}");
            if (current is null)
                throw lines.Wrong($"an action comes before the first recording");
            if (current.Any(segment => segment.Label == label))
                throw lines.Wrong($"action {Classes[label]} is there twice in one recording");
            var (first, last) = (Number(ref lines), Number(ref lines));
            lines.EndLine();
            current.Add(new UtKinectSegment(label, first, last, lines.Line));
        }
        return recordings;
    }

    private static int? Number(ref NumberLines lines)
    {
        var value = lines.Next();
        if (double.IsNaN(value))
            return null;
        return value >= 0 && value <= int.MaxValue && value == Math.Floor(value)
            ? (int)value
            : throw lines.Wrong($"{value:R} is no number of a frame");
    }

    [GeneratedRegex(@"(?:^|/)joints_(s\d\d_e\d\d)\.txt\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
