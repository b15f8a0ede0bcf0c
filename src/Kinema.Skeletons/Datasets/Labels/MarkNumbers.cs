using System.Globalization;

namespace Kinema.Skeletons.Datasets.Labels;

/// <summary>
/// Numbers from 1 for subjects, cameras or setups as they are written: whole numbers keep their value (all are one more where 0 occurs, since
/// 0 means unknown), a common word before the number as in <c>s01</c> is dropped, and anything else is numbered in the order of the alphabet.
/// </summary>
internal sealed class MarkNumbers
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);

    /// <summary>Numbers all texts that occur.</summary>
    /// <param name="what">What they are, such as <c>subject</c>, for the remark.</param>
    /// <param name="texts">As written; null where there is none.</param>
    public MarkNumbers(string what, IEnumerable<string?> texts)
    {
        var all = texts.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (all.Length == 0)
            return;
        var word = all[0].TrimEnd("0123456789".ToCharArray());
        var values = all.Select(text => text.StartsWith(word, StringComparison.Ordinal) ? Whole(text[word.Length..]) : null).ToArray();
        if (values.All(value => value is not null) && values.Distinct().Count() == values.Length)
        {
            var shift = values.Contains(0) ? 1 : 0;
            for (var i = 0; i < all.Length; i++)
                numbers[all[i]] = values[i]!.Value + shift;
            if (shift > 0)
                Remark = $"{what}s count from 0 in the files; they are one more here, since 0 means unknown";
            return;
        }
        for (var i = 0; i < all.Length; i++)
            numbers[all[i]] = i + 1;
        var given = all.Select((text, i) => FormattableString.Invariant($"{OneLine.Of(text)} is {i + 1}"));
        Remark = $"{what}s are numbered in the order of the alphabet: {OneLine.Some([.. given])}";
    }

    /// <summary>What is worth saying about the numbers; null if they are as written.</summary>
    public string? Remark { get; }

    /// <summary>The number of a text; 0 for none.</summary>
    public int Of(string? text) => text is null ? 0 : numbers[text];

    private static int? Whole(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value < int.MaxValue ? value : null;
}
