using System.Globalization;

namespace Kinema.Cli;

/// <summary>A count with its noun: <c>1 clip</c>, <c>2 clips</c>, <c>3 classes</c>.</summary>
internal static class Plural
{
    public static string Of(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : noun.EndsWith('s') ? "es" : "s")}");
}
