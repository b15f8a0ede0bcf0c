using System.Globalization;
using System.Text;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>
/// The clips of a set as a CSV: <c>clip,label,class,frames,persons,subject,camera,setup</c> and a column for every protocol with the split a clip
/// is in. What is unknown is empty.
/// </summary>
public static class ClipTable
{
    /// <summary>What the first line begins with; the names of the protocols follow.</summary>
    internal const string Header = "clip,label,class,frames,persons,subject,camera,setup";

    /// <summary>Writes the table; an existing file is replaced in one step.</summary>
    /// <param name="dataset">The set.</param>
    /// <param name="path">The file to write.</param>
    /// <exception cref="KinemaException">The file cannot be written (<see cref="ExitCode.Usage"/>).</exception>
    public static void Write(ClipDataset dataset, string path)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var sides = dataset.Protocols.Select(protocol => SidesOf(protocol, dataset.Clips.Count)).ToArray();
        var text = new StringBuilder();
        Row([.. Header.Split(','), .. dataset.Protocols.Select(protocol => protocol.Name)]);
        for (var i = 0; i < dataset.Clips.Count; i++)
        {
            var clip = dataset.Clips[i];
            Row([
                clip.Name, clip.Label < 0 ? "" : Number(clip.Label), clip.Label < 0 ? "" : dataset.Classes[clip.Label], Number(clip.Frames),
                Number(clip.Persons), Known(clip.Subject), Known(clip.Camera), Known(clip.Setup), .. sides.Select(side => side[i]),
            ]);
        }
        AtomicFile.WriteAllText(path, text.ToString());

        void Row(IEnumerable<string> fields) => text.AppendJoin(',', fields.Select(CsvField.Quoted)).Append('\n');
    }

    // A clip may be in several splits of a protocol.
    private static string[] SidesOf(ClipProtocol protocol, int clips)
    {
        var sides = Enumerable.Repeat("", clips).ToArray();
        foreach (var (split, members) in protocol.Splits.OrderBy(split => split.Key, StringComparer.Ordinal))
        {
            foreach (var index in members)
                sides[index] = sides[index].Length == 0 ? split : $"{sides[index]} {split}";
        }
        return sides;
    }

    private static string Known(int number) => number == 0 ? "" : Number(number);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
