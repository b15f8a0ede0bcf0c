using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Kinema.Skeletons.Datasets.Poses;

/// <summary>What an object of a pose file is about.</summary>
internal enum PoseLevel
{
    /// <summary>A whole clip.</summary>
    Clip,

    /// <summary>One frame, or one body that names its image.</summary>
    Frame,

    /// <summary>One body.</summary>
    Person,
}

/// <summary>What an object says beside its joints.</summary>
internal sealed class PoseFacts
{
    /// <summary>The number or time of the frame; NaN if it has none.</summary>
    public double Number { get; private set; } = double.NaN;

    /// <summary>Whether the number is that of an image, which may come again with another body.</summary>
    public bool IsImage { get; private set; }

    /// <summary>Who it is, if anybody tracks persons.</summary>
    public long? Person { get; private set; }

    /// <summary>The confidence in the body; NaN if not given.</summary>
    public double Score { get; private set; } = double.NaN;

    /// <summary>The confidences in its joints, if they are a list of their own.</summary>
    public NumberTree? Scores { get; set; }

    /// <summary>Reads the value of a key; what a clip says goes to the sheet.</summary>
    public void Read(ref Utf8JsonReader reader, PoseKey key, PoseLevel level, PoseSheet sheet)
    {
        if (key == PoseKey.Person && reader.TokenType == JsonTokenType.StartArray)
        {
            // OpenPose writes [-1]: nobody is tracked. AlphaPose may write a list, too.
            var numbers = NumberTree.Read(ref reader, sheet).Numbers;
            Person = numbers.Count > 0 ? Whole(numbers[0]) : null;
            return;
        }
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
            _ => null,
        };
        if (key == PoseKey.Other || text is null)
            reader.Skip();
        else if (key is PoseKey.Frame or PoseKey.Image && level == PoseLevel.Frame)
            (Number, IsImage) = (FrameOf(text, key, sheet), key == PoseKey.Image);
        else if (key == PoseKey.Person && TryNumber(text, out var person))
            Person = Whole(person);
        else if (key == PoseKey.Score && TryNumber(text, out var score))
            Score = score;
        else if (level == PoseLevel.Clip)
            Mark(text, key, sheet);
    }

    private static void Mark(string text, PoseKey key, PoseSheet sheet) => sheet.Marks = key switch
    {
        PoseKey.Label => sheet.Marks with { Label = text },
        PoseKey.Subject => sheet.Marks with { Subject = text },
        PoseKey.Camera => sheet.Marks with { Camera = text },
        PoseKey.Setup => sheet.Marks with { Setup = text },
        PoseKey.Split => sheet.Marks with { Split = text },
        _ => sheet.Marks,
    };

    // The number itself, or the last digits of an image's name: frame_000012.png is 12.
    private static double FrameOf(string text, PoseKey key, PoseSheet sheet) =>
        TryNumber(text, out var number) ? number
        : FrameNumber.In(text) ?? throw sheet.Wrong($"{(key == PoseKey.Image ? "image" : "frame")} '{OneLine.Of(text)}' has no number to sort by");

    private static long? Whole(double value) => value is >= 0 and < 9e18 ? (long)value : null;

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
