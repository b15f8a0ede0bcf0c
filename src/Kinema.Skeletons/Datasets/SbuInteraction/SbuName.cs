using System.Globalization;
using System.Text.RegularExpressions;

namespace Kinema.Skeletons.Datasets.SbuInteraction;

/// <summary>What the path sXXsYY/AA/NNN/skeleton_pos.txt says: the pair of actors, the action 1 to 8, the take.</summary>
internal readonly partial record struct SbuName(string Pair, int Action, int Take)
{
    // The 21 folders of pairs in alphabetical order, which numbers them from 1.
    private static readonly string[] Pairs =
    [
        "s01s02", "s01s03", "s01s07", "s02s01", "s02s03", "s02s06", "s02s07", "s03s02", "s03s04", "s03s05", "s03s06",
        "s04s02", "s04s03", "s04s06", "s05s02", "s05s03", "s06s02", "s06s03", "s06s04", "s07s01", "s07s03",
    ];

    /// <summary>The names of the classes; the label is the action less one.</summary>
    public static IReadOnlyList<string> Classes { get; } =
        ["approaching", "departing", "kicking", "pushing", "shaking hands", "hugging", "exchanging", "punching"];

    /// <summary>The numbers of the pairs that test in each fold of the authors.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Folds { get; } =
        [[1, 9, 15, 19], [5, 7, 10, 16], [2, 3, 20, 21], [4, 6, 8, 11], [12, 13, 14, 17, 18]];

    /// <summary>The number of the pair, from 1; 0 if the set has no such pair.</summary>
    public int PairNumber => Array.IndexOf(Pairs, Pair) + 1;

    /// <summary>Reads a path; null if it is that of another file.</summary>
    public static SbuName? Of(string path)
    {
        var match = Form().Match(path);
        return match.Success ? new SbuName(match.Groups[1].Value, Number(2), Number(3)) : null;

        int Number(int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a clip's name.</summary>
    public static SbuName Parse(string name) => Of($"{name.Replace('_', '/')}/skeleton_pos.txt")!.Value;

    /// <summary>The clip's name, such as <c>s01s03_03_001</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pair}_{Action:00}_{Take:000}");

    [GeneratedRegex(@"(?:^|/)(s\d\ds\d\d)/(0[1-8])/(\d\d\d)/skeleton_pos\.txt\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
