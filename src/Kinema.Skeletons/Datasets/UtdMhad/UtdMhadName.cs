using System.Globalization;
using System.Text.RegularExpressions;

namespace Kinema.Skeletons.Datasets.UtdMhad;

/// <summary>What the file name aA_sS_tT_skeleton.mat says: action 1 to 27, subject 1 to 8, trial 1 to 4.</summary>
internal readonly partial record struct UtdMhadName(int Action, int Subject, int Trial)
{
    /// <summary>The names of the classes; the label is the action less one.</summary>
    public static IReadOnlyList<string> Classes { get; } =
    [
        "swipe left", "swipe right", "wave", "clap", "throw", "arm cross", "basketball shoot", "draw x", "draw circle clockwise",
        "draw circle counter-clockwise", "draw triangle", "bowling", "boxing", "baseball swing", "tennis swing", "arm curl", "tennis serve",
        "push", "knock", "catch", "pick up and throw", "jog", "walk", "sit to stand", "stand to sit", "lunge", "squat",
    ];

    /// <summary>The 861 clips that were published: 27 · 8 · 4 but three, which were corrupt and which the authors left out.</summary>
    public static IEnumerable<string> Published =>
        from action in Enumerable.Range(1, 27)
        from subject in Enumerable.Range(1, 8)
        from trial in Enumerable.Range(1, 4)
        let name = new UtdMhadName(action, subject, trial).ToString()
        where name is not ("a8_s1_t4" or "a23_s6_t4" or "a27_s8_t4")
        select name;

    /// <summary>Reads a path; null if it is that of another file.</summary>
    public static UtdMhadName? Of(string path)
    {
        var match = Form().Match(path);
        return match.Success ? new UtdMhadName(Number(1), Number(2), Number(3)) : null;

        int Number(int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    /// <summary>The clip's name, such as <c>a1_s1_t1</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"a{Action}_s{Subject}_t{Trial}");

    [GeneratedRegex(@"(?:^|/)a([1-9]|1\d|2[0-7])_s([1-8])_t([1-4])_skeleton\.mat\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
