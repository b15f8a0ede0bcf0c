using System.Globalization;
using Kinema.Evaluation;
using Kinema.Skeletons.Drawing;

namespace Kinema.Plots;

/// <summary>What one epoch left behind. Fractions are in 0..1; null means it was not measured.</summary>
/// <param name="Epoch">The epoch, counted from 1.</param>
/// <param name="Loss">Mean training loss, nats.</param>
/// <param name="LossParts">Its parts by name, e.g. <c>cross-entropy</c>, <c>contrast</c>.</param>
/// <param name="TrainTop1">Accuracy on the training clips as they were seen, i.e. augmented.</param>
/// <param name="TestTop1">Accuracy on the evaluated split after the epoch.</param>
/// <param name="AnchorShare">Share of anchors that took part in the contrastive term.</param>
/// <param name="LearningRate">The learning rate.</param>
/// <param name="Seconds">How long the epoch took.</param>
public sealed record EpochPoint(
    int Epoch, double? Loss, IReadOnlyDictionary<string, double> LossParts,
    double? TrainTop1 = null, double? TestTop1 = null, double? AnchorShare = null, double? LearningRate = null, double? Seconds = null);

/// <summary>An accuracy as counts, so that nothing is lost to rounding.</summary>
/// <param name="Epoch">After which epoch, counted from 1.</param>
/// <param name="Correct">Clips predicted right.</param>
/// <param name="Count">Clips in all.</param>
/// <param name="CorrectWithoutCopies">Right among those that are no copy of a training clip; null if not known or there are no
/// copies.</param>
/// <param name="CountWithoutCopies">How many those are; null likewise.</param>
public sealed record Headline(int Epoch, int Correct, int Count, int? CorrectWithoutCopies = null, int? CountWithoutCopies = null)
{
    /// <summary>Correct / Count, 0..1.</summary>
    public double Top1 => (double)Correct / Count;

    /// <summary>The same without copies, 0..1; null if not known.</summary>
    public double? Top1WithoutCopies => (double?)CorrectWithoutCopies / CountWithoutCopies;

    /// <summary>The headline of a full evaluation.</summary>
    public static Headline Of(int epoch, SplitEvaluation evaluation) =>
        new(epoch, evaluation.All.Correct, evaluation.All.Count, evaluation.WithoutCopies?.Correct, evaluation.WithoutCopies?.Count);
}

/// <summary>A number somebody else published. It is shown as theirs, never as measured.</summary>
/// <param name="Top1">The accuracy, 0..1.</param>
/// <param name="Source">Paper and table.</param>
/// <param name="Tolerance">By how much one run may fall short and still count as reproducing it, 0..1; null where it is of another recipe.</param>
public sealed record PublishedFigure(double Top1, string Source, double? Tolerance)
{
    // Accuracies are whole clips over whole clips and tolerances decimal fractions: a difference this small is rounding.
    private const double Rounding = 1e-9;

    /// <summary>Whether an accuracy, 0..1, reaches the published one or falls short by no more than the tolerance; null without one.</summary>
    public bool? IsMetBy(double top1) => Tolerance is { } tolerance ? Top1 - top1 <= tolerance + Rounding : null;

    /// <summary>The same as words, to follow "is".</summary>
    public string Verdict(double top1)
    {
        var points = 100 * Math.Abs(top1 - Top1);
        var verdict = IsMetBy(top1) is { } met && top1 < Top1
            ? string.Create(CultureInfo.InvariantCulture, $", {(met ? "within" : "beyond")} the tolerance of {100 * Tolerance:0.##}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{points:0.00} points {(top1 < Top1 ? "below" : "above")} it{verdict}");
    }
}

/// <summary>A named value: a row of a table.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">The value, with its unit.</param>
public sealed record Fact(string Name, string Value);

/// <summary>Everything a report shows of a run. It is plain data: the caller gathers it, <see cref="Report"/> writes it.</summary>
public sealed record ReportModel
{
    /// <summary>The run's name, e.g. <c>nw-ucla/ctr-gcn-csre</c>.</summary>
    public required string Name { get; init; }

    /// <summary>One or two sentences on what was run.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The stream the network saw.</summary>
    public required string Stream { get; init; }

    /// <summary>The evaluated split.</summary>
    public required string Split { get; init; }

    /// <summary>The split on which the best epoch was chosen. If it is <see cref="Split"/> itself, the report warns.</summary>
    public required string SelectedOn { get; init; }

    /// <summary>The best epoch.</summary>
    public required Headline Best { get; init; }

    /// <summary>The last epoch.</summary>
    public required Headline Last { get; init; }

    /// <summary>A published accuracy to compare with, if there is one for this setting.</summary>
    public PublishedFigure? Published { get; init; }

    /// <summary>Encoder, parameters, data set, seed, duration, device: short facts shown on top.</summary>
    public IReadOnlyList<Fact> Facts { get; init; } = [];

    /// <summary>Per-epoch metrics, in order.</summary>
    public IReadOnlyList<EpochPoint> Epochs { get; init; } = [];

    /// <summary>The full evaluation behind the per-class table and the confusion matrix.</summary>
    public required SplitEvaluation Evaluation { get; init; }

    /// <summary>Which epoch's weights <see cref="Evaluation"/> is of, counted from 1.</summary>
    public required int EvaluatedEpoch { get; init; }

    /// <summary>Pictures of clips.</summary>
    public IReadOnlyList<Figure> Stills { get; init; } = [];

    /// <summary>The resolved configuration, YAML.</summary>
    public string Configuration { get; init; } = "";

    /// <summary>Version, commit, operating system, processor, threads, data checksum.</summary>
    public IReadOnlyList<Fact> Environment { get; init; } = [];

    /// <summary>The command line that made the run.</summary>
    public string Command { get; init; } = "";

    /// <summary>The files of the run folder and what they are.</summary>
    public IReadOnlyList<Fact> Files { get; init; } = [];

    /// <summary>Limits and remarks a reader must know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>A second run to compare with, e.g. the same network without CSRE; its own baseline is not looked at.</summary>
    public ReportModel? Baseline { get; init; }
}
