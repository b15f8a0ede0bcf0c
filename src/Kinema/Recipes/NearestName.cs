namespace Kinema.Recipes;

/// <summary>Finds what a mistyped name was probably meant to be.</summary>
public static class NearestName
{
    /// <summary>The candidate with the fewest edits to <paramref name="name"/>, or null if none is near enough to be meant.</summary>
    /// <param name="name">What was written. Case and the choice of <c>-</c> or <c>_</c> count for nothing.</param>
    /// <param name="candidates">The valid names; of two equally near the first wins.</param>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        var written = Plain(name);
        var (nearest, fewest) = ((string?)null, int.MaxValue);
        foreach (var candidate in candidates)
        {
            var edits = Edits(written, Plain(candidate));
            if (edits < fewest)
                (nearest, fewest) = (candidate, edits);
        }

        return fewest <= Math.Max(2, written.Length / 2) ? nearest : null;
    }

    private static string Plain(string name) => name.ToLowerInvariant().Replace('_', '-');

    /// <summary>Levenshtein distance, with a swap of neighbours as one edit.</summary>
    private static int Edits(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
