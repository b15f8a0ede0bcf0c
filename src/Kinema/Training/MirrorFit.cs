using System.Text.RegularExpressions;

namespace Kinema.Training;

/// <summary>
/// Whether classes go with <see cref="Recipes.DataSettings.Mirror"/>: a mirrored clip keeps its label, and of two classes that only left and right
/// tell apart it shows the other. Only names can tell; those that say it by other words go unnoticed.
/// </summary>
public static partial class MirrorFit
{
    private const int MostNamed = 3;

    /// <summary>What to say of classes whose names differ only by the words left and right, or by -&gt; and &lt;-, in one line; null where none do.</summary>
    /// <param name="mirror">The probability of a mirrored clip; nothing is said of 0.</param>
    /// <param name="classes">The names of the classes.</param>
    public static string? Remark(double mirror, IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        string[] alike = mirror > 0
            ? [.. classes.Distinct().GroupBy(name => Sides().Replace(name, "↔"), StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1)
                .Select(group => string.Join(" and ", group.Select(name => $"'{name}'")))]
            : [];
        return alike.Length == 0
            ? null
            : $"data.mirror: classes {string.Join(", ", alike.Take(MostNamed))}{(alike.Length > MostNamed ? ", …" : "")} tell left from right; "
                + "mirrored clips would be taught as the wrong one: set data.mirror to 0";
    }

    // In "swipe-left", "swipe_left" and "SwipeLeft", but not in "upright".
    [GeneratedRegex(@"(?<!\p{L})(?i:left|right)(?!\p{L})|(?<=\p{Ll})(Left|Right)(?!\p{Ll})|->|<-|→|←", RegexOptions.CultureInvariant)]
    private static partial Regex Sides();
}
