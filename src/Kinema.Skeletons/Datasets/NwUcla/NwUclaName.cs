using System.Globalization;
using System.Text.RegularExpressions;

namespace Kinema.Skeletons.Datasets.NwUcla;

/// <summary>What the name aAA_sSS_eEE_vVV of an NW-UCLA clip says: action, subject, episode (repetition) and view (camera).</summary>
internal readonly partial record struct NwUclaName(int Action, int Subject, int Episode, int View)
{
    // The actions that exist; a clip's 0-based label is its action's place in this list.
    private static readonly int[] ActionNumbers = [1, 2, 3, 4, 5, 6, 8, 9, 11, 12];

    /// <summary>The names of the classes, in the order of labels.</summary>
    public static IReadOnlyList<string> Classes { get; } =
    [
        "pick up with one hand", "pick up with two hands", "drop trash", "walk around", "sit down",
        "stand up", "donning", "doffing", "throw", "carry",
    ];

    /// <summary>The class, 0-based; -1 if no class has this action number.</summary>
    public int Label => Array.IndexOf(ActionNumbers, Action);

    /// <summary>The official rule: cameras 1 and 2 train, camera 3 tests.</summary>
    public string Split => View is 1 or 2 ? "train" : "test";

    /// <summary>Reads <c>aAA_sSS_eEE_vVV</c>, without folder and ending; null if the text is something else.</summary>
    public static NwUclaName? Parse(string name)
    {
        var match = Form().Match(name);
        return match.Success ? new NwUclaName(Number(1), Number(2), Number(3), Number(4)) : null;

        int Number(int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^a(\d\d)_s(\d\d)_e(\d\d)_v(\d\d)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
