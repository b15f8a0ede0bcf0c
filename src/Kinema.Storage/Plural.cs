using System.Globalization;

namespace Kinema.Storage;

/// <summary>A count with its noun: <c>1 clip</c>, <c>2 clips</c>, <c>3 classes</c>.</summary>
public static class Plural
{
    /// <summary>The count and the noun.</summary>
    /// <param name="count">How many.</param>
    /// <param name="noun">Of one, such as <c>clip</c>.</param>
    public static string Of(long count, string noun)
    {
        ArgumentNullException.ThrowIfNull(noun);
        return string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : noun.EndsWith('s') ? "es" : "s")}");
    }
}
