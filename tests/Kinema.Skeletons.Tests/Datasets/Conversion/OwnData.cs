using System.Globalization;
using System.Text;
using Kinema.Skeletons.Datasets.Synthetic;

namespace Kinema.Skeletons.Tests.Datasets.Conversion;

/// <summary>
/// The example of docs/your-own-data: three gestures of eight made-up people as a table, a list of labels and the names of the classes. The
/// layout there is written by hand. With KINEMA_WRITE_EXAMPLES set the test below writes the files anew.
/// </summary>
internal static class OwnData
{
    public static readonly string Folder = Path.Combine(Repository.Root, "docs", "your-own-data");

    /// <summary>The files by name.</summary>
    public static IReadOnlyDictionary<string, string> Files()
    {
        string[] gestures = ["wave", "drink", "clap"];
        var set = SyntheticDataset.Generate(new SyntheticOptions
        {
            Layout = Path.Combine(Folder, "upper-body-9.yaml"),
            Classes = 10,
            Subjects = 8,
            Cameras = 1,
            Clips = 80,
            Split = SyntheticSplit.CrossSubject,
            MinFrames = 24,
            MaxFrames = 36,
            Seed = 9,
        });
        var table = new StringBuilder("clip,frame");
        foreach (var joint in set.Layout.Joints) table.Append(CultureInfo.InvariantCulture, $",{joint}.x,{joint}.y,{joint}.z");
        table.Append('\n');
        var labels = new StringBuilder("clip,label,subject\n");
        foreach (var clip in set.Clips.Where(clip => gestures.Contains(set.Classes[clip.Label])))
        {
            var gesture = set.Classes[clip.Label];
            var name = string.Create(CultureInfo.InvariantCulture, $"{gesture}-{clip.Subject}");
            labels.Append(CultureInfo.InvariantCulture, $"{name},{Array.IndexOf(gestures, gesture)},{clip.Subject}\n");
            var row = clip.Joints * 3;
            for (var frame = 0; frame < clip.Frames; frame++)
            {
                table.Append(CultureInfo.InvariantCulture, $"{name},{frame}");
                foreach (var value in clip.Coordinates.Slice(frame * row, row)) table.Append(CultureInfo.InvariantCulture, $",{value:0.###}");
                table.Append('\n');
            }
        }
        return new Dictionary<string, string>
        {
            ["gestures.csv"] = table.ToString(),
            ["labels.csv"] = labels.ToString(),
            ["classes.csv"] = "label,name\n" + string.Concat(gestures.Select((name, label) => string.Create(CultureInfo.InvariantCulture, $"{label},{name}\n"))),
        };
    }
}
