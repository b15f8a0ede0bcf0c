using System.Globalization;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Labels;

/// <summary>A list of the clips that keep their labels.</summary>
/// <param name="Percent">Of every class.</param>
/// <param name="File">Where it was written.</param>
/// <param name="Clips">Their names, sorted.</param>
public sealed record LabelFraction(decimal Percent, string File, IReadOnlyList<string> Clips);

/// <summary>
/// Which training clips keep their labels when only a few per cent may be used, as in semi-supervised training: of every class the nearest
/// whole number of clips, at least one. Smaller sets lie within larger ones. Drawn by names, labels and seed alone, and kept as lists of
/// names, one a line, so that all use the same.
/// </summary>
public static class LabelFractions
{
    /// <summary>Draws the clips of one fraction.</summary>
    /// <param name="training">The training clips; those without label (-1) are passed over.</param>
    /// <param name="percent">Above 0, at most 100.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>Their names, sorted.</returns>
    /// <exception cref="KinemaException">The fraction is out of range (<see cref="ExitCode.Usage"/>).</exception>
    public static IReadOnlyList<string> Draw(IReadOnlyList<ClipFacts> training, decimal percent, long seed)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (percent is <= 0 or > 100)
            throw new KinemaException(ExitCode.Usage, FormattableString.Invariant($"label fractions: {percent} % is out of range: above 0, at most 100"));
        // The first of an order drawn for each class: a larger fraction takes the same and more.
        return
        [
            .. SplitAssignment.Shuffled([.. training.Where(clip => clip.Label >= 0)], seed, epoch: 1)
                .SelectMany(names => names.Take(Math.Max(1, (int)decimal.Round(names.Length * percent / 100, MidpointRounding.AwayFromZero))))
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Writes a list for each fraction, named like <c>labels-05.txt</c>.</summary>
    /// <param name="folder">Where; made if missing.</param>
    /// <param name="training">The training clips.</param>
    /// <param name="percents">The fractions, each above 0 and at most 100.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="KinemaException">A fraction is out of range, or a file cannot be written.</exception>
    public static IReadOnlyList<LabelFraction> Write(string folder, IReadOnlyList<ClipFacts> training, IEnumerable<decimal> percents, long seed)
    {
        ArgumentNullException.ThrowIfNull(percents);
        var lists = new List<LabelFraction>();
        foreach (var percent in percents)
        {
            var list = new LabelFraction(percent, Path.Combine(folder, FileName(percent)), Draw(training, percent, seed));
            AtomicFile.WriteAllText(list.File, string.Concat(list.Clips.Select(name => name + "\n")));
            lists.Add(list);
        }
        return lists;
    }

    /// <summary>Reads a list of names, one a line; empty lines and those that begin with # are passed over.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="KinemaException">The file is missing, not UTF-8, or names a clip twice (<see cref="ExitCode.Data"/>).</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        var rest = Tables.TableText.Content(LabelTable.ReadAll(path), path);
        var (names, seen) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        for (var number = 1; Tables.TableText.NextLine(ref rest, out var line); number++)
        {
            if (Tables.TableText.IsBlank(line))
                continue;
            var name = Tables.TableText.Text(line.Trim(" \t\r"u8), path, number);
            names.Add(seen.Add(name) ? name : throw Refusal.At(path, number, $"clip '{OneLine.Of(name)}' is there twice"));
        }
        return names;
    }

    /// <summary>What the list of a fraction is called: <c>labels-05.txt</c> for 5 %, <c>labels-0.5.txt</c> for half a per cent.</summary>
    /// <param name="percent">The fraction.</param>
    public static string FileName(decimal percent) => string.Create(CultureInfo.InvariantCulture, $"labels-{percent:00.####}.txt") is var name && percent < 1
        ? string.Create(CultureInfo.InvariantCulture, $"labels-{percent:0.####}.txt")
        : name;
}
