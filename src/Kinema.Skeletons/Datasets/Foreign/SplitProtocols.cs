using System.Text.RegularExpressions;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>
/// Turns named lists of clips into protocols: <c>xsub_train</c> and <c>xsub_val</c> into <c>xsub</c>, <c>train</c> and <c>test</c> into
/// <c>official</c>, <c>train1</c> and <c>test1</c> (of HMDB51 and UCF101) into <c>split1</c>. Lists of other names divide nothing.
/// </summary>
internal static partial class SplitProtocols
{
    /// <param name="lists">Lists by name, in the order of the file.</param>
    public static IReadOnlyList<Protocol> Of(IEnumerable<(string Name, IReadOnlyList<string> Clips)> lists)
    {
        var protocols = new List<(string Name, Dictionary<string, string> Sides)>();
        foreach (var (name, clips) in lists)
        {
            if (PartName().Match(name) is not { Success: true } match)
                continue;
            var protocol = Protocol(match);
            if (protocols.FindIndex(known => known.Name == protocol) is var at && at < 0)
            {
                at = protocols.Count;
                protocols.Add((protocol, new Dictionary<string, string>(StringComparer.Ordinal)));
            }
            foreach (var clip in clips)
                protocols[at].Sides.TryAdd(clip, match.Groups["part"].Value);          // one in two lists stays in the first
        }
        return [.. protocols.Select(pair =>
        {
            var hasTest = pair.Sides.ContainsValue("test");
            return new Protocol(pair.Name, clip => pair.Sides.TryGetValue(Original(clip.Name), out var part) ? PaddedArrays.Side(part, hasTest) : null);
        })];
    }

    private static string Protocol(Match match)
    {
        var (before, number) = (match.Groups["before"].Value, match.Groups["number"].Value);
        return before.Length > 0 ? before + number : number.Length > 0 ? $"split{number}" : "official";
    }

    // A clip whose name was taken is called name#2 and is listed as name.
    private static string Original(string name) => Doubled().Match(name) is { Success: true } match ? name[..match.Index] : name;

    [GeneratedRegex(@"^(?:(?<before>.+)[_-])?(?<part>train|val|test)(?<number>\d*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex PartName();

    [GeneratedRegex(@"#\d+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Doubled();
}
