using System.Globalization;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>NTU RGB+D 60 or NTU RGB+D 120: which clips are of the set, which of them are listed as missing, and how they are divided.</summary>
public sealed class NtuSet
{
    private readonly int setups, performers;
    private readonly Lazy<HashSet<NtuName>> missing;

    private NtuSet(string name, string title, int classes, int setups, int performers, IReadOnlyList<Protocol> protocols)
    {
        (Name, Title, this.setups, this.performers, Protocols) = (name, title, setups, performers, protocols);
        Classes = [.. NtuClasses.Names.Take(classes)];
        missing = new(() => ReadMissing(setups));
    }

    /// <summary>NTU RGB+D 60: 60 classes, 40 performers, 17 setups; 56,880 files, of which 56,578 have usable skeletons.</summary>
    public static NtuSet Ntu60 { get; } = new("ntu60", "NTU RGB+D 60", classes: 60, setups: 17, performers: 40, NtuProtocols.Ntu60);

    /// <summary>NTU RGB+D 120: 120 classes, 106 performers, 32 setups; 114,480 files, of which 113,945 have usable skeletons.</summary>
    public static NtuSet Ntu120 { get; } = new("ntu120", "NTU RGB+D 120", classes: 120, setups: 32, performers: 106, NtuProtocols.Ntu120);

    /// <summary><c>ntu60</c> or <c>ntu120</c>.</summary>
    public string Name { get; }

    /// <summary>What papers call it.</summary>
    public string Title { get; }

    /// <summary>The names of the actions; a label is an index into this list.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary><c>xsub</c>, and <c>xview</c> (60) or <c>xset</c> (120).</summary>
    public IReadOnlyList<Protocol> Protocols { get; }

    /// <summary>The clips whose skeletons are missing or unusable, as the authors list them: 302 or 535.</summary>
    internal IReadOnlySet<NtuName> Missing => missing.Value;

    /// <summary>The names of all files of the set as distributed, listed ones included, in ascending order.</summary>
    internal IEnumerable<NtuName> Official => NtuSessions.Names(setups);

    /// <summary>Why a clip is not of this set, or null if it is.</summary>
    internal string? Foreign(NtuName name) =>
        Range("action", name.Action, Classes.Count) ?? Range("setup", name.Setup, setups) ?? Range("camera", name.Camera, 3)
        ?? Range("performer", name.Performer, performers) ?? Range("replication", name.Replication, 2);

    private string? Range(string what, int number, int last) => number >= 1 && number <= last
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{Title} has no {what} {number}: they are 1 to {last}");

    private static HashSet<NtuName> ReadMissing(int setups)
    {
        using var stream = typeof(NtuSet).Assembly.GetManifestResourceStream("datasets/ntu-missing-skeletons.txt")!;
        using var reader = new StreamReader(stream);
        var names = new HashSet<NtuName>();
        while (reader.ReadLine() is { } line)
        {
            if (NtuName.Parse(line) is { } name && name.Setup <= setups)
                names.Add(name);
        }
        return names;
    }
}
