using System.Globalization;

namespace Kinema.Skeletons.Datasets.NwUcla;

/// <summary>One line of the official list.</summary>
/// <param name="Name">The clip.</param>
/// <param name="Frames">Its number of frames.</param>
/// <param name="Split"><c>train</c> or <c>test</c>.</param>
internal sealed record ListedClip(string Name, int Frames, string Split);

/// <summary>The official split of NW-UCLA: 1,020 training and 464 test clips, in the order of instances.</summary>
internal static class OfficialList
{
    private static readonly Lazy<IReadOnlyList<ListedClip>> Lines = new(Read);

    /// <summary>The training clips, then the test clips.</summary>
    public static IReadOnlyList<ListedClip> Clips => Lines.Value;

    private static List<ListedClip> Read()
    {
        using var stream = typeof(OfficialList).Assembly.GetManifestResourceStream("datasets/nw-ucla.txt")!;
        using var reader = new StreamReader(stream);
        var clips = new List<ListedClip>(1484);
        var split = "";
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('['))
                split = line.Trim('[', ']');
            else if (!line.StartsWith('#') && line.Split(' ') is [var name, var frames])
                clips.Add(new ListedClip(name, int.Parse(frames, CultureInfo.InvariantCulture), split));
        }
        return clips;
    }
}
