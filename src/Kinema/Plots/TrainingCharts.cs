using Kinema.Skeletons.Drawing;

namespace Kinema.Plots;

/// <summary>The curves of a training run, from its per-epoch metrics.</summary>
public static class TrainingCharts
{
    /// <summary>The mean loss of each epoch and its parts; the parts keep the order in which the run reports them.</summary>
    public static Figure Loss(IReadOnlyList<EpochPoint> epochs)
    {
        var parts = epochs.SelectMany(e => e.LossParts.Keys).Distinct().ToArray();
        var total = new LineSeries("total", Values(epochs, e => e.Loss), 0);
        return new LineChart
        {
            Title = "Training loss",
            Unit = "nats",
            Least = 0,
            Series = parts.Length < 2 ? [total] : [total, .. parts.Select((part, i) =>
                new LineSeries(part, Values(epochs, e => e.LossParts.TryGetValue(part, out var loss) ? loss : null), i + 1))],
        }.Draw();
    }

    /// <summary>Accuracy on the training clips and on the evaluated split, best epoch marked; and a second run's on the same
    /// split.</summary>
    public static Figure Accuracy(IReadOnlyList<EpochPoint> epochs, string split, string? baselineName = null,
        IReadOnlyList<EpochPoint>? baseline = null)
    {
        var tested = Values(epochs, e => e.TestTop1 * 100);
        List<LineSeries> series = [new(split, tested, 0, BestEpoch(tested)), new("train", Values(epochs, e => e.TrainTop1 * 100), 1)];
        if (baseline is not null)
        {
            series.Add(new LineSeries($"{split}, {baselineName ?? "baseline"}", Values(baseline, e => e.TestTop1 * 100), 2));
        }
        return new LineChart { Title = "Accuracy", Unit = "%", Decimals = 2, Most = 100, Series = series }.Draw();
    }

    /// <summary>
    /// The share of anchors that took part in the contrastive term. CSRE skips an anchor whose class has too few filled bank rows, so
    /// the curve starts near 0 and rises as the banks fill; one that stays low says that the counts asked for are too large for the data.
    /// Null if the run had no such term.
    /// </summary>
    public static Figure? Anchors(IReadOnlyList<EpochPoint> epochs) =>
        epochs.All(e => e.AnchorShare is null) ? null : new LineChart
        {
            Title = "Anchors that took part in CSRE",
            Unit = "%",
            Decimals = 1,
            Least = 0,
            Most = 100,
            Series = [new LineSeries("anchors", Values(epochs, e => e.AnchorShare * 100), 2)],
        }.Draw();

    /// <summary>The learning rate in force in each epoch; null if the run did not record it.</summary>
    public static Figure? LearningRate(IReadOnlyList<EpochPoint> epochs) =>
        epochs.All(e => e.LearningRate is null) ? null : new LineChart
        {
            Title = "Learning rate",
            Decimals = 5,
            Least = 0,
            Series = [new LineSeries("rate", Values(epochs, e => e.LearningRate), 3)],
        }.Draw();

    /// <summary>The 1-based epoch of the largest value, the first of equals; null if there is none.</summary>
    internal static int? BestEpoch(IReadOnlyList<double?> values)
    {
        int? best = null;
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] is { } value && double.IsFinite(value) && (best is null || value > values[best.Value - 1])) { best = i + 1; }
        }
        return best;
    }

    /// <summary>Values by epoch number, null where an epoch is missing: a resumed run may have lost some.</summary>
    private static double?[] Values(IReadOnlyList<EpochPoint> epochs, Func<EpochPoint, double?> value)
    {
        var values = new double?[epochs.Count == 0 ? 0 : epochs.Max(e => e.Epoch)];
        foreach (var epoch in epochs) { values[epoch.Epoch - 1] = value(epoch); }
        return values;
    }
}
