using System.Globalization;
using System.Text;

namespace Kinema.Runs;

/// <summary>Progress as one plain line, the same for a log file and a pipe.</summary>
public static class ProgressLine
{
    /// <summary>
    /// Epoch, step, loss with its parts, anchors, accuracy, learning rate, speed, share of waiting for data, memory, and once it is known the
    /// time left. Without the time of day.
    /// </summary>
    public static string Format(TrainingProgress progress)
    {
        var text = new StringBuilder();
        Add($"epoch {progress.Epoch}/{progress.Epochs}  step {progress.Step}/{progress.Steps}  loss {progress.Loss:0.0000}");
        if (progress.LossParts.Count > 0)
            Add($" ({string.Join(", ", progress.LossParts.Select(Part))})");
        if (progress.Anchors is { } anchors)
            Add($"  anchors {100 * anchors:0.#} %");
        Add($"  top-1 {100 * progress.Top1:0.0} %  lr {progress.LearningRate:0.######}  {progress.ClipsPerSecond:0.0} clips/s");
        Add($"  data {100 * progress.DataShare:0.0} %  peak {progress.PeakBytes / 1e6:0} MB");
        string[] left = [.. Left(progress.EtaEpoch, "epoch"), .. Left(progress.EtaRun, "run")];
        if (left.Length > 0)
            Add($"  left {string.Join(", ", left)}");
        return text.ToString();

        static string[] Left(TimeSpan? duration, string what) => duration is { } time ? [$"{Duration(time)} of {what}"] : [];

        static string Part(KeyValuePair<string, double> part) =>
            string.Create(CultureInfo.InvariantCulture, $"{part.Key} {part.Value:0.0000}");

        void Add(FormattableString part) => text.Append(part.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A duration as <c>45s</c>, <c>2m10s</c>, <c>3h05m</c> or <c>2d04h</c>.</summary>
    public static string Duration(TimeSpan duration)
    {
        var time = TimeSpan.FromSeconds(Math.Ceiling(duration.TotalSeconds));
        FormattableString text = time switch
        {
            { TotalMinutes: < 1 } => $"{time.Seconds}s",
            { TotalHours: < 1 } => $"{time.Minutes}m{time.Seconds:00}s",
            { TotalDays: < 1 } => $"{time.Hours}h{time.Minutes:00}m",
            _ => $"{time.Days}d{time.Hours:00}h",
        };
        return text.ToString(CultureInfo.InvariantCulture);
    }
}
