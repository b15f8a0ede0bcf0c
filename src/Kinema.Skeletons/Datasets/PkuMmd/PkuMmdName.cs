using System.Globalization;
using System.Text.RegularExpressions;

namespace Kinema.Skeletons.Datasets.PkuMmd;

/// <summary>
/// What the name of a video says: in phase 1 a number and the view (<c>0002-L</c>), in phase 2 a script, the subject and the view
/// (<c>A01N01-L</c>). Views are left, middle and right.
/// </summary>
/// <param name="Phase">1 or 2.</param>
/// <param name="Subject">From 1; 0 in phase 1, whose names do not tell.</param>
/// <param name="Camera">1 left, 2 middle, 3 right.</param>
internal readonly partial record struct PkuMmdName(int Phase, int Subject, int Camera)
{
    /// <summary>Reads a name; null if it is none.</summary>
    public static PkuMmdName? Parse(string name)
    {
        var match = Form().Match(name);
        if (!match.Success)
            return null;
        var subject = match.Groups[1].Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
        return new PkuMmdName(match.Groups[1].Success ? 2 : 1, subject, "LMR".IndexOf(match.Groups[2].Value[0], StringComparison.Ordinal) + 1);
    }

    [GeneratedRegex(@"^(?:\d{4}|A\d\dN(\d\d))-([LMR])\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
