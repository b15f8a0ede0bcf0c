using System.Globalization;
using System.Text;
using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Labels;

/// <summary>What is divided: whole subjects, cameras or setups, or single clips.</summary>
public enum SplitBy
{
    /// <summary>All clips of a subject are on one side: the test is of people nobody trained on.</summary>
    Subject,

    /// <summary>All clips of a camera are on one side.</summary>
    Camera,

    /// <summary>All clips of a setup are on one side.</summary>
    Setup,

    /// <summary>Clips at random, class by class. Clips of one person are on both sides, so the test says little about new people.</summary>
    Random,
}

/// <summary>How clips are divided into those that train and those that test.</summary>
public sealed record SplitRule
{
    /// <summary>What is divided.</summary>
    /// <value>Default <see cref="SplitBy.Subject"/>.</value>
    public SplitBy By { get; init; }

    /// <summary>The subjects, cameras or setups that train; null draws them.</summary>
    public IReadOnlyList<int>? Train { get; init; }

    /// <summary>The part of subjects, cameras, setups or (of each class) clips that train where they are drawn.</summary>
    /// <value>Between 0 and 1; default 0.7. At least one is on either side.</value>
    public double TrainFraction { get; init; } = 0.7;

    /// <summary>K: gives K divisions of which each tests another K-th.</summary>
    /// <value>0 for one division; else 2 to 100.</value>
    public int Folds { get; init; }

    /// <summary>The seed of what is drawn.</summary>
    public long Seed { get; init; }
}

/// <summary>
/// A division of a set: which clips train and which test. What is drawn depends on names, labels and seed alone, neither on the order of the
/// clips nor on the machine.
/// </summary>
public sealed class SplitAssignment
{
    private const string TrainSide = "train", TestSide = "test";

    private SplitAssignment(string name, IReadOnlyDictionary<string, string> sides) => (Name, Sides) = (name, sides);

    /// <summary>What it is called, such as <c>subject</c> or <c>fold-2</c>.</summary>
    public string Name { get; }

    /// <summary>The first line of a division's CSV.</summary>
    internal const string Header = "clip,split";

    /// <summary>The side of every clip, by the clip's name.</summary>
    public IReadOnlyDictionary<string, string> Sides { get; }

    /// <summary>Divides clips: one division, or as many as there are folds.</summary>
    /// <param name="clips">The clips.</param>
    /// <param name="rule">How.</param>
    /// <exception cref="KinemaException">
    /// The rule is wrong (<see cref="ExitCode.Usage"/>), or the clips cannot be divided by it (<see cref="ExitCode.Data"/>).
    /// </exception>
    public static IReadOnlyList<SplitAssignment> Make(IReadOnlyList<ClipFacts> clips, SplitRule rule)
    {
        ArgumentNullException.ThrowIfNull(clips);
        ArgumentNullException.ThrowIfNull(rule);
        Check(rule);
        return rule.By == SplitBy.Random ? ByClip(clips, rule) : ByGroup(clips, rule);
    }

    /// <summary>Writes the division as a CSV with the columns <c>clip,split</c>, sorted by clip.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <exception cref="KinemaException">The file cannot be written.</exception>
    public void Write(string path)
    {
        var text = new StringBuilder(Header + "\n");
        foreach (var (clip, side) in Sides.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            text.Append(Quoted(clip)).Append(',').Append(Quoted(side)).Append('\n');
        AtomicFile.WriteAllText(path, text.ToString());
    }

    /// <summary>The division as a protocol of a source.</summary>
    /// <param name="name">Its name; null takes that of the division.</param>
    public Protocol ToProtocol(string? name = null) => new(name ?? Name, clip => Sides.GetValueOrDefault(clip.Name));

    /// <summary>A division that is given clip by clip; empty sides take no part.</summary>
    internal static SplitAssignment Of(string name, IEnumerable<(string Clip, string? Side)> clips) =>
        new(name, clips.Where(clip => clip.Side is not null).ToDictionary(clip => clip.Clip, clip => clip.Side!, StringComparer.Ordinal));

    private static void Check(SplitRule rule)
    {
        var fault = rule switch
        {
            { By: not (SplitBy.Subject or SplitBy.Camera or SplitBy.Setup or SplitBy.Random) } => "clips are divided by subject, camera, setup or random",
            { By: SplitBy.Random, Train: not null } => "a list of what trains needs a division by subject, camera or setup, not by random",
            { Folds: not 0, Train: not null } => "folds are drawn: leave the list of what trains away",
            { Folds: not (0 or (>= 2 and <= 100)) } => "folds is 2 to 100, or 0 for one division",
            { TrainFraction: not (> 0 and < 1) } => "the part that trains lies between 0 and 1",
            _ => null,
        };
        if (fault is not null)
            throw new KinemaException(ExitCode.Usage, $"split: {fault}");
    }

    private static IReadOnlyList<SplitAssignment> ByGroup(IReadOnlyList<ClipFacts> clips, SplitRule rule)
    {
        var what = rule.By.ToString().ToLowerInvariant();
        var unknown = clips.Where(clip => Group(clip) == 0).Select(clip => clip.Name).ToList();
        if (unknown.Count > 0)
            throw Refusal.Data($"split by {what}: {unknown.Count} clips have no {what}: {OneLine.Some(unknown)}; name it in the list of --labels");
        var groups = clips.Select(Group).Distinct().Order().ToArray();
        if (groups.Length < 2)
            throw new KinemaException(ExitCode.Data, $"split by {what}: all clips have the same {what}; divide them by something else");
        if (rule.Train is { } given)
        {
            var strange = given.Except(groups).ToList();
            if (strange.Count > 0)
            {
                throw Refusal.Usage(
                    $"split by {what}: no clip has {what} {strange[0]}; there are {string.Join(", ", groups.Take(20))}{(groups.Length > 20 ? ", …" : "")}");
            }
            return given.Distinct().Count() is > 0 and var count && count < groups.Length
                ? [Divide(what, given.ToHashSet())]
                : throw Refusal.Usage($"split by {what}: {given.Count} of {groups.Length} train; something must train and something test");
        }
        new ClipRandom(rule.Seed, epoch: 0, instance: 0, RandomPurpose.Split).Shuffle(groups.AsSpan());
        if (rule.Folds > groups.Length)
            throw Refusal.Usage($"split by {what}: {rule.Folds} folds of {groups.Length} {what}s; ask for at most {groups.Length}");
        if (rule.Folds > 0)
        {
            return [.. Enumerable.Range(0, rule.Folds).Select(fold =>
                Divide(FoldName(fold), groups.Where((_, i) => i % rule.Folds != fold).ToHashSet()))];
        }
        return [Divide(what, groups[..Part(groups.Length, rule.TrainFraction)].ToHashSet())];

        int Group(ClipFacts clip) => rule.By switch { SplitBy.Subject => clip.Subject, SplitBy.Camera => clip.Camera, _ => clip.Setup };

        SplitAssignment Divide(string name, HashSet<int> train) =>
            Of(name, clips.Select(clip => (clip.Name, (string?)(train.Contains(Group(clip)) ? TrainSide : TestSide))));
    }

    private static IReadOnlyList<SplitAssignment> ByClip(IReadOnlyList<ClipFacts> clips, SplitRule rule)
    {
        if (rule.Folds > clips.Count)
            throw Refusal.Usage($"split by random: {rule.Folds} folds of {clips.Count} clips; ask for at most {clips.Count}");
        var classes = Shuffled(clips, rule.Seed, epoch: 0);
        if (rule.Folds == 0)
            return [Of("random", classes.SelectMany(names => Divide(names, Part(names.Length, rule.TrainFraction))))];
        // Every class begins where the one before ended, so that folds are of one size.
        var all = classes.SelectMany(names => names).ToArray();
        return [.. Enumerable.Range(0, rule.Folds).Select(fold =>
            Of(FoldName(fold), all.Select((name, i) => (name, (string?)(i % rule.Folds == fold ? TestSide : TrainSide)))))];

        static IEnumerable<(string, string?)> Divide(string[] names, int train) =>
            names.Select((name, i) => (name, (string?)(i < train ? TrainSide : TestSide)));
    }

    /// <summary>The clips of every class in an order drawn for it, classes in the order of labels.</summary>
    internal static List<string[]> Shuffled(IReadOnlyList<ClipFacts> clips, long seed, int epoch)
    {
        var classes = new List<string[]>();
        foreach (var group in clips.GroupBy(clip => clip.Label).OrderBy(group => group.Key))
        {
            var names = group.Select(clip => clip.Name).Order(StringComparer.Ordinal).ToArray();
            new ClipRandom(seed, epoch, group.Key + 1, RandomPurpose.Split).Shuffle(names.AsSpan());
            classes.Add(names);
        }
        return classes;
    }

    // How many train: the nearest whole number, but somebody is on either side where there are two.
    private static int Part(int count, double fraction) =>
        count < 2 ? count : Math.Clamp((int)Math.Round(count * fraction, MidpointRounding.AwayFromZero), 1, count - 1);

    private static string FoldName(int fold) => string.Create(CultureInfo.InvariantCulture, $"fold-{fold + 1}");

    internal static string Quoted(string field) =>
        field.AsSpan().IndexOfAny("\",;\t#") >= 0 || field != field.Trim() ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
