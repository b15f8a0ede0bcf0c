using System.Globalization;

namespace Kinema.Training;

/// <summary>What an epoch gathers: sums, in double precision, in the order of the steps. Saved with a checkpoint in mid-epoch.</summary>
internal sealed class EpochMeter
{
    internal long Clips { get; private set; }

    internal double Loss { get; private set; }

    internal double CrossEntropy { get; private set; }

    internal double Spatial { get; private set; }

    internal double Temporal { get; private set; }

    internal double Anchors { get; private set; }

    internal long Correct { get; private set; }

    internal double MeanLoss => Loss / Math.Max(1, Clips);

    internal double MeanCrossEntropy => CrossEntropy / Math.Max(1, Clips);

    internal double MeanSpatial => Spatial / Math.Max(1, Clips);

    internal double MeanTemporal => Temporal / Math.Max(1, Clips);

    /// <summary>Share of the clips that took part as anchors, mean of both banks.</summary>
    internal double AnchorShare => Anchors / Math.Max(1, Clips);

    internal double Top1 => (double)Correct / Math.Max(1, Clips);

    internal void Add(int clips, double loss, double crossEntropy, double spatial, double temporal, double anchors, long correct)
    {
        Clips += clips;
        Loss += loss * clips;
        CrossEntropy += crossEntropy * clips;
        Spatial += spatial * clips;
        Temporal += temporal * clips;
        Anchors += anchors;
        Correct += correct;
    }

    internal string ToText() =>
        string.Join(
            ' ', new[] { Clips, Loss, CrossEntropy, Spatial, Temporal, Anchors, Correct }.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));

    internal static EpochMeter Parse(string text)
    {
        var values = text.Split(' ').Select(part => double.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return new EpochMeter
        {
            Clips = (long)values[0], Loss = values[1], CrossEntropy = values[2], Spatial = values[3], Temporal = values[4], Anchors = values[5],
            Correct = (long)values[6],
        };
    }
}
