namespace Kinema.Storage;

/// <summary>"Did you mean …?" for recipes, options, layouts and checkpoint names.</summary>
public static class NearestName
{
    /// <summary>
    /// The known name closest to the wanted one, or null when none is near. Case is ignored; distance counts insertions, deletions,
    /// substitutions and swaps of neighbours, and may reach a third of the longer name. Failing that, the first name that begins or ends
    /// with the wanted one.
    /// </summary>
    /// <param name="wanted">What the user wrote.</param>
    /// <param name="known">The names there are; on a tie the first one wins.</param>
    public static string? Find(string wanted, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(known);
        const int longest = 256;                       // the table below is quadratic; nobody mistypes a longer name
        if (wanted.Length is 0 or > longest)
        {
            return null;
        }

        string? nearest = null, part = null;
        var least = int.MaxValue;
        var lower = wanted.ToLowerInvariant();
        foreach (var name in known)
        {
            if (name.Length is 0 or > longest)
            {
                continue;
            }

            var candidate = name.ToLowerInvariant();
            var distance = Distance(lower, candidate);
            if (distance < least && distance <= Math.Max(1, Math.Max(lower.Length, candidate.Length) / 3) && distance < candidate.Length)
            {
                (nearest, least) = (name, distance);
            }

            if (lower.Length >= 3
                && (candidate.StartsWith(lower, StringComparison.Ordinal) || candidate.EndsWith(lower, StringComparison.Ordinal)))
            {
                part ??= name;
            }
        }

        return nearest ?? part;
    }

    /// <summary>Optimal string alignment: Levenshtein's distance with swaps of neighbours at cost 1.</summary>
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(replace, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
