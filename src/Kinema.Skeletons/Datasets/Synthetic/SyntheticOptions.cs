using System.Globalization;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>Which clips of a synthetic set are for the test.</summary>
public enum SyntheticSplit
{
    /// <summary>Those of the last camera, as NW-UCLA does; every subject is seen in both splits.</summary>
    CrossView,

    /// <summary>Those of the last third of the subjects (at least one); every camera is seen in both splits.</summary>
    CrossSubject,
}

/// <summary>What <see cref="SyntheticDataset.Generate"/> makes. Equal options give the same clips everywhere.</summary>
public sealed record SyntheticOptions
{
    /// <summary>K, the number of classes.</summary>
    /// <value>2 to 16; default 10.</value>
    public int Classes { get; init; } = 10;

    /// <summary>The number of clips. Classes take turns, then cameras, then subjects, so that all are balanced.</summary>
    /// <value>
    /// At least classes × cameras (cross-view) or classes × cameras × subjects (cross-subject), at most 1,000,000; default 500.
    /// </value>
    public int Clips { get; init; } = 500;

    /// <summary>The number of people: each has its own limb lengths, preferred hand, tempo and manner.</summary>
    /// <value>1 to 100, at least 2 for the cross-subject split; default 10.</value>
    public int Subjects { get; init; } = 10;

    /// <summary>The number of cameras: each has its own direction, height, pitch and distance.</summary>
    /// <value>1 to 10, at least 2 for the cross-view split; default 3.</value>
    public int Cameras { get; init; } = 3;

    /// <summary>The joint layout: a built-in name or the path of a layout file whose joints all have usual names.</summary>
    /// <value>Default <c>nw-ucla</c>.</value>
    public string Layout { get; init; } = "nw-ucla";

    /// <summary>The seed all numbers come from.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }

    /// <summary>Classes in pairs that differ only in the side of the body or in the direction of time (sit down and stand up).</summary>
    /// <value>Default false.</value>
    public bool Hard { get; init; }

    /// <summary>Which clips are for the test.</summary>
    /// <value>Default <see cref="SyntheticSplit.CrossView"/>.</value>
    public SyntheticSplit Split { get; init; }

    /// <summary>Strength of the sensor's faults: jitter, drift, joints that freeze or jump. 0 is a perfect sensor.</summary>
    /// <value>0 to 3; default 1.</value>
    public double Noise { get; init; } = 1;

    /// <summary>
    /// The largest part of the movement that is cut off at each end; more often, the clip begins early or ends late by up to three times that.
    /// </summary>
    /// <value>0 to 0.2; default 0.1.</value>
    public double Trim { get; init; } = 0.1;

    /// <summary>Clips are cut to at least this many frames (30 a second)...</summary>
    /// <value>1 to 300; default 15.</value>
    public int MinFrames { get; init; } = 15;

    /// <summary>...and at most this many: a movement that would take longer is done faster.</summary>
    /// <value><see cref="MinFrames"/> to 300; default 120.</value>
    public int MaxFrames { get; init; } = 120;

    /// <summary>Every value by name, so that a file can say what was made; <c>generator</c> names the set of movements.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata() => new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["generator"] = "kinema-synthetic-1",
        ["classes"] = Text(Classes),
        ["clips"] = Text(Clips),
        ["subjects"] = Text(Subjects),
        ["cameras"] = Text(Cameras),
        ["layout"] = Layout,
        ["seed"] = Text(Seed),
        ["hard"] = Hard ? "true" : "false",
        ["split"] = Split == SyntheticSplit.CrossView ? "cross-view" : "cross-subject",
        ["noise"] = Text(Noise),
        ["trim"] = Text(Trim),
        ["min-frames"] = Text(MinFrames),
        ["max-frames"] = Text(MaxFrames),
        ["frames-per-second"] = Text(SyntheticDataset.FramesPerSecond),
    };

    /// <summary>Checks every value.</summary>
    /// <exception cref="KinemaException">
    /// Some values are out of range (<see cref="ExitCode.Usage"/>); the message names all of them.
    /// </exception>
    public void Validate()
    {
        var faults = new List<string>();
        Check(Classes is >= 2 and <= 16, "classes", Classes, "2 to 16");
        Check(Subjects is >= 1 and <= 100, "subjects", Subjects, "1 to 100");
        Check(Cameras is >= 1 and <= 10, "cameras", Cameras, "1 to 10");
        Check(Noise is >= 0 and <= 3, "noise", Noise, "0 to 3");
        Check(Trim is >= 0 and <= 0.2, "trim", Trim, "0 to 0.2");
        Check(MinFrames is >= 1 and <= 300, "min-frames", MinFrames, "1 to 300");
        Check(MaxFrames >= MinFrames && MaxFrames <= 300, "max-frames", MaxFrames, $"min-frames ({Text(MinFrames)}) to 300");
        Check(Enum.IsDefined(Split), "split", Split, "cross-view or cross-subject");
        Check(Split != SyntheticSplit.CrossView || Cameras != 1, "cameras", Cameras, "at least 2 for the cross-view split");
        Check(Split != SyntheticSplit.CrossSubject || Subjects != 1, "subjects", Subjects, "at least 2 for the cross-subject split");

        // Fewer, and a class would be missing from a split.
        var turns = Split == SyntheticSplit.CrossSubject ? (long)Cameras * Subjects : Cameras;
        var least = Classes * turns;
        Check(Clips >= least && Clips <= 1_000_000, "clips", Clips, $"{Text(least)} (every class in every split) to 1000000");
        if (faults.Count > 0)
        {
            throw new KinemaException(ExitCode.Usage, $"synthetic data: {string.Join("; ", faults)}");
        }

        void Check(bool holds, string name, IFormattable value, string range)
        {
            if (!holds)
            {
                faults.Add($"{name} is {Text(value)}, must be {range}");
            }
        }
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
