using System.Globalization;
using System.IO.Compression;
using System.Text;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.NwUcla;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Tests.Datasets;

/// <summary>A small set in the form of NW-UCLA: every class once in every view, made-up coordinates.</summary>
internal static class NwUclaFiles
{
    public static readonly IReadOnlyList<ListedClip> List =
    [
        .. from action in new[] { 1, 2, 3, 4, 5, 6, 8, 9, 11, 12 }
           from view in new[] { 2, 1, 3 }
           select new ListedClip($"a{action:00}_s04_e00_v{view:00}", 3 + action, view < 3 ? "train" : "test"),
    ];

    /// <summary>The text of a clip that is as its name and the list say.</summary>
    public static string Json(string name)
    {
        var told = NwUclaName.Parse(name)!.Value;
        return Json(name, told.Label + 1, Toy.Clip(name, told.Action + 3));
    }

    public static string Json(string name, int label, SkeletonClip clip)
    {
        var text = new StringBuilder($$"""{"file_name": "{{name}}", "skeletons": [""");
        for (var t = 0; t < clip.Frames; t++)
        {
            text.Append(t > 0 ? ", [" : "[");
            for (var v = 0; v < clip.Joints; v++)
            {
                var point = clip.Coordinates.Slice((t * clip.Joints + v) * 3, 3);
                text.Append(CultureInfo.InvariantCulture, $"{(v > 0 ? ", " : "")}[{point[0]:R}, {point[1]:R}, {point[2]:R}]");
            }
            text.Append(']');
        }
        return text.Append(CultureInfo.InvariantCulture, $"], \"label\": {label}}}").ToString();
    }

    /// <summary>All files of the set by name; a test changes, adds or removes what it is about.</summary>
    public static Dictionary<string, string> All() => List.ToDictionary(listed => listed.Name, listed => Json(listed.Name));

    public static void WriteZip(string path, IReadOnlyDictionary<string, string> files, string folder = "all_sqe/")
    {
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, text) in files)
        {
            using var stream = archive.CreateEntry($"{folder}{name}.json").Open();
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
    }

    public static void WriteFolder(string root, IReadOnlyDictionary<string, string> files)
    {
        Directory.CreateDirectory(root);
        foreach (var (name, text) in files)
            File.WriteAllText(Path.Combine(root, $"{name}.json"), text);
    }

    public static ExaminedDataset Read(string path) => new NwUclaReader(Layouts.NwUcla, List).Read(ClipFiles.Open(path));
}
