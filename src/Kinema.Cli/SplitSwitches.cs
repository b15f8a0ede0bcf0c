using System.CommandLine;
using System.Globalization;
using Kinema.Skeletons.Datasets.Labels;
using Kinema.Storage;

namespace Kinema.Cli;

/// <summary>How clips are divided into those that train and those that test: the same options in <c>data convert</c> and <c>data split</c>.</summary>
internal sealed class SplitSwitches
{
    private readonly Option<string?> by;
    private readonly bool drawsMore;
    private readonly Option<string?> train = new("--train")
    {
        Description = "who or what trains, such as 1,3,5-9; default: drawn", HelpName = "LIST",
    };

    private readonly Option<double?> share = new("--train-fraction") { Description = "the part that trains where it is drawn; default 0.7", HelpName = "X" };
    private readonly Option<int?> folds = new("--folds") { Description = "K divisions, each testing another K-th", HelpName = "K" };
    private readonly Option<long> seed = new("--seed") { Description = "of what is drawn; same seed, same division", HelpName = "N" };

    /// <param name="name">The option that says by what is divided.</param>
    /// <param name="drawsMore">Whether the command draws something else too, so that its seed is of use without a division.</param>
    public SplitSwitches(string name = "--split-by", bool drawsMore = false)
    {
        this.drawsMore = drawsMore;
        by = new Option<string?>(name) { Description = "subject, camera, setup or random (of each class)", HelpName = "WHAT" };
        by.AcceptOnlyFromAmong("subject", "camera", "setup", "random");
        All = [by, train, share, folds, seed];
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All { get; }

    /// <summary>Leaves all but what is divided by and what trains to --help-all.</summary>
    public void HideRare()
    {
        foreach (var option in (Option[])[share, folds, seed]) { option.Hidden = true; }
    }

    /// <summary>The seed.</summary>
    public long Seed(ParseResult parse) => parse.GetValue(seed);

    public void AddTo(Verb verb)
    {
        foreach (var option in All) { verb.Add(option); }
    }

    /// <summary>The rule that is asked for, or null.</summary>
    /// <exception cref="KinemaException">An option is given that has nothing to divide (<see cref="ExitCode.Usage"/>).</exception>
    public SplitRule? Rule(ParseResult parse)
    {
        if (parse.GetValue(by) is not { } what)
        {
            foreach (var option in drawsMore ? (Option[])[train, share, folds] : [train, share, folds, seed])
            {
                if (parse.GetResult(option) is { Implicit: false })
                {
                    throw new KinemaException(ExitCode.Usage, $"{option.Name} says how to divide; say by what with {by.Name}");
                }
            }
            return null;
        }
        return new SplitRule
        {
            By = Enum.Parse<SplitBy>(what, ignoreCase: true), Train = parse.GetValue(train) is { } list ? Numbers(list) : null,
            TrainFraction = parse.GetValue(share) ?? 0.7, Folds = parse.GetValue(folds) ?? 0, Seed = parse.GetValue(seed),
        };
    }

    private static List<int> Numbers(string list)
    {
        var numbers = new List<int>();
        foreach (var part in list.Split(',', StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || !ends.All(end => int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 1_000_000)
                || Of(ends[0]) > Of(ends[^1]) || Of(ends[^1]) - Of(ends[0]) > 10_000)
            {
                throw new KinemaException(ExitCode.Usage, $"--train takes numbers and ranges such as 1,3,5-9, not '{list}'");
            }
            numbers.AddRange(Enumerable.Range(Of(ends[0]), Of(ends[^1]) - Of(ends[0]) + 1));
        }
        return [.. numbers.Distinct()];

        static int Of(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }
}
