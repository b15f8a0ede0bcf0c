using Kinema.Storage;
using Kinema.Storage.Numpy;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>The labels of an array of clips: one-hot rows, or the numbers themselves.</summary>
/// <param name="Values">The label of each clip; -1 where a row is no one-hot row, or a number no label.</param>
/// <param name="Classes">How many there are: the width of the rows, or the largest label and one.</param>
internal sealed record LabelArray(int[] Values, int Classes)
{
    /// <summary>Reads an array of a zip.</summary>
    public static LabelArray Read(NpzFile file, string name, string path)
    {
        using var array = file.OpenArray(name);
        return Read(array, $"{path}: {name}");
    }

    /// <summary>Reads (N, K) one-hot rows or (N) whole numbers.</summary>
    /// <exception cref="KinemaException">The array has another shape, or is damaged (<see cref="ExitCode.Data"/>).</exception>
    public static LabelArray Read(NpyReader array, string where)
    {
        if (array.IsFortranOrder || array.Shape is not ([_] or [_, >= 1 and <= ForeignLimits.Classes]) || array.Slices > ForeignLimits.Clips)
        {
            throw new KinemaException(ExitCode.Data,
                $"{where}: expected labels (N), or one-hot rows (N, K) in C order; got {array.Type} ({string.Join(", ", array.Shape)})");
        }
        var labels = new int[array.Slices];
        var oneHot = array.Shape is [_, > 1];                // a column (N, 1) holds numbers
        var row = new double[oneHot ? array.Shape[1] : 1];
        for (var i = 0; i < labels.Length; i++)
        {
            array.ReadSlice(i, row);
            labels[i] = oneHot ? OneHot(row) : Number(row[0]);
        }
        return new LabelArray(labels, oneHot ? row.Length : labels.DefaultIfEmpty(-1).Max() + 1);
    }

    /// <summary>Why a clip has no label that can be used.</summary>
    public string Complaint(int index, int classes) => FormattableString.Invariant(
        $"its label {(Values[index] < 0 ? "is no number, or its row has not exactly one entry above 0" : $"is {Values[index]}")}; there are {classes} classes");

    /// <summary>A number as a label, or -1.</summary>
    public static int Number(double value) => value is >= 0 and < ForeignLimits.Classes && value == Math.Truncate(value) ? (int)value : -1;

    private static int OneHot(ReadOnlySpan<double> row)
    {
        var label = -1;
        for (var i = 0; i < row.Length; i++)
        {
            if (!(row[i] > 0))
                continue;
            if (label >= 0)
                return -1;
            label = i;
        }
        return label;
    }
}
