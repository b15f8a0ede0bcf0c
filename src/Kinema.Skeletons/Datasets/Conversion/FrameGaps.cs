using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Conversion;

/// <summary>Finds leaps in the numbers or times of frames.</summary>
internal static class FrameGaps
{
    /// <summary>A remark where some steps are more than half as long again as the usual one, the median; else none.</summary>
    /// <param name="numbers">Ascending.</param>
    /// <param name="where">The file, for the remark.</param>
    public static IEnumerable<(string Kind, string Reason)> In(IEnumerable<double> numbers, string where)
    {
        double[] all = [.. numbers];
        double[] steps = [.. all.Skip(1).Zip(all, (later, earlier) => later - earlier).Order()];
        var leaps = steps.Count(step => step > 1.5 * steps[steps.Length / 2]);
        if (leaps > 0)
            yield return ("frame-gap", FormattableString.Invariant($"{where}: frame numbers leap at {Plural.Of(leaps, "place")}; frames there follow each other"));
    }
}
