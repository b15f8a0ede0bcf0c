namespace Kinema.Skeletons.Graphs;

/// <summary>Finds the name a user most likely meant.</summary>
internal static class NearestName
{
    /// <summary>" (did you mean 'spine'?)", or nothing if no known name is near enough to be a slip of the finger.</summary>
    public static string Hint(string name, IEnumerable<string> known)
    {
        var nearest = known.Select(candidate => (candidate, distance: Distance(name, candidate)))
            .OrderBy(pair => pair.distance).ThenBy(pair => pair.candidate, StringComparer.Ordinal).FirstOrDefault();
        return nearest.candidate is not null && nearest.distance <= Math.Max(2, name.Length / 3)
            ? $" (did you mean '{nearest.candidate}'?)"
            : "";
    }

    // Levenshtein, two rows.
    private static int Distance(string a, string b)
    {
        var above = Enumerable.Range(0, b.Length + 1).ToArray();
        var row = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = above[j - 1] + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                row[j] = Math.Min(replace, 1 + Math.Min(above[j], row[j - 1]));
            }
            (above, row) = (row, above);
        }
        return above[b.Length];
    }
}
