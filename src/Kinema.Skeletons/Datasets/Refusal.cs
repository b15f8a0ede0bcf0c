using System.Globalization;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>The mistakes a user can mend, their numbers written the same in every country.</summary>
internal static class Refusal
{
    /// <summary>Data are missing or invalid.</summary>
    public static KinemaException Data(FormattableString what) => new(ExitCode.Data, what.ToString(CultureInfo.InvariantCulture));

    /// <summary>A line of a file is wrong: <c>file: line N: what</c>.</summary>
    public static KinemaException At(string where, long line, FormattableString what) =>
        new(ExitCode.Data, string.Create(CultureInfo.InvariantCulture, $"{where}: line {line}: ") + what.ToString(CultureInfo.InvariantCulture));

    /// <summary>What is asked for is wrong.</summary>
    public static KinemaException Usage(FormattableString what) => new(ExitCode.Usage, what.ToString(CultureInfo.InvariantCulture));
}
