using System.Globalization;
using System.Text.RegularExpressions;

namespace Kinema.Skeletons.Datasets.MsrAction3D;

/// <summary>What the name aAA_sSS_eEE of a clip of MSR Action3D or MSR Daily Activity says: action, subject, take.</summary>
internal readonly partial record struct MsrName(int Action, int Subject, int Take)
{
    /// <summary>Reads a path that ends in <c>aAA_sSS_eEE</c> and what its set adds; null if it is that of another file.</summary>
    /// <param name="path">The path.</param>
    /// <param name="ending">What comes after the name.</param>
    /// <param name="actions">How many actions the set has.</param>
    public static MsrName? Of(string path, string ending, int actions)
    {
        if (!path.EndsWith(ending, StringComparison.Ordinal))
            return null;
        var match = Form().Match(path[..^ending.Length]);
        if (!match.Success)
            return null;
        var name = new MsrName(Number(1), Number(2), Number(3));
        return name.Action >= 1 && name.Action <= actions && name.Subject is >= 1 and <= 10 && name.Take >= 1 ? name : null;

        int Number(int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    /// <summary>Every name of so many actions, ten subjects and so many takes.</summary>
    public static IEnumerable<string> All(int actions, int takes) =>
        from action in Enumerable.Range(1, actions)
        from subject in Enumerable.Range(1, 10)
        from take in Enumerable.Range(1, takes)
        select new MsrName(action, subject, take).ToString();

    /// <summary>The clip's name.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"a{Action:00}_s{Subject:00}_e{Take:00}");

    [GeneratedRegex(@"(?:^|/)a(\d\d)_s(\d\d)_e(\d\d)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
