using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kinema.Skeletons.Datasets;
using Kinema.Storage;

namespace Kinema.Skeletons.Preparation;

/// <summary>
/// What has been done, beside a half-made file: one line of JSON per item, with the checksum of every clip's bytes. The first line names the
/// source, so that a half-made file of other input, or of another preparation, is not gone on with.
/// </summary>
internal sealed class PreparationJournal : IDisposable
{
    private readonly FileStream stream;

    private PreparationJournal(FileStream stream) => this.stream = stream;

    /// <summary>An item, as it is kept.</summary>
    public sealed record Line(int Item, List<Clip> Clips, List<SkippedClip> Skipped, List<SkippedClip> Notes);

    /// <summary>A clip, as it is kept.</summary>
    public sealed record Clip(string Name, int Label, int Subject, int Camera, int Setup, int Frames, int Persons, uint Crc)
    {
        public ClipFacts Facts => new(Name, Label, Subject, Camera, Setup, Frames, Persons);

        public static Clip Of(ClipFacts facts, uint crc) =>
            new(facts.Name, facts.Label, facts.Subject, facts.Camera, facts.Setup, facts.Frames, facts.Persons, crc);
    }

    /// <summary>
    /// What the output depends on besides the content of the files: set, preparation, layout, classes, protocols, names and sizes of the items,
    /// and what the source itself knows to tell its content by; and where in the half-made file the joints begin, which another version of Kinema
    /// may see otherwise. The set's name follows, for whoever finds the journal.
    /// </summary>
    /// <param name="source">What is prepared.</param>
    /// <param name="items">How many items it has.</param>
    /// <param name="room">The bytes kept for the header; null for those that this version keeps (<see cref="PackedContent.HeaderRoom"/>).</param>
    public static string FingerprintOf(ClipSource source, int items, int? room = null)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add($"{PackedDataset.Version}\n{room ?? PackedContent.Of(source).HeaderRoom()}\n{source.Name}\n{source.Preparation}\n{source.Precision}\n{items}");
        Add(source.Layout.Yaml);
        Add(string.Join('\n', source.Classes));
        foreach (var protocol in source.Protocols)
            Add($"{protocol.Name}\t{(protocol.Classes is { } labels ? string.Join(',', labels) : "all")}");
        Add(source.ContentKey);
        for (var i = 0; i < items; i++)
            Add($"{source.Items[i].Name}\t{source.Items[i].Bytes}");
        return $"{Convert.ToHexStringLower(hash.GetHashAndReset())} {source.Name}";

        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\0"));
    }

    /// <summary>Begins a journal.</summary>
    public static PreparationJournal Begin(string path, string fingerprint)
    {
        var journal = new PreparationJournal(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16));
        journal.WriteLine(JsonSerializer.SerializeToUtf8Bytes(fingerprint));
        journal.Flush();
        return journal;
    }

    /// <summary>The items of a journal of this input, in order from 0, up to the first line that is not whole; empty if it is of another.</summary>
    public static IEnumerable<Line> Read(string path, string fingerprint)
    {
        if (!File.Exists(path))
            yield break;
        using var reader = new StreamReader(path, Encoding.UTF8);
        if (Parse<string>(reader.ReadLine()) != fingerprint)
            yield break;
        for (var item = 0; Parse<Line>(reader.ReadLine()) is { Clips: not null, Skipped: not null, Notes: not null } line && line.Item == item; item++)
            yield return line;
    }

    /// <summary>The fingerprint of the interrupted preparation that lies here, its set, and how many items it had done; 0 if there is none.</summary>
    public static (string? Fingerprint, string? Set, int Items) LeftAt(string path)
    {
        if (!File.Exists(path))
            return (null, null, 0);
        using var reader = new StreamReader(path, Encoding.UTF8);
        var fingerprint = Parse<string>(reader.ReadLine());
        if (fingerprint?.Split(' ', 2) is not [_, var set])
            return (null, null, 0);
        var items = 0;
        while (Parse<Line>(reader.ReadLine()) is not null)
            items++;
        return (fingerprint, set, items);
    }

    /// <summary>Goes on with a journal after its first lines; what follows them is thrown away.</summary>
    public static PreparationJournal GoOn(string path, string fingerprint, IEnumerable<Line> lines)
    {
        // Written anew beside it and renamed: a crash here must not cost what was done.
        AtomicFile.Write(path, file =>
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(fingerprint));
            file.WriteByte((byte)'\n');
            foreach (var line in lines)
            {
                file.Write(JsonSerializer.SerializeToUtf8Bytes(line));
                file.WriteByte((byte)'\n');
            }
        });
        return new PreparationJournal(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, 1 << 16));
    }

    /// <summary>Adds an item. It counts once <see cref="Flush"/> was called.</summary>
    public void Add(Line line) => WriteLine(JsonSerializer.SerializeToUtf8Bytes(line));

    /// <summary>Hands the lines to the operating system.</summary>
    public void Flush() => stream.Flush();

    public void Dispose() => stream.Dispose();

    private void WriteLine(byte[] json)
    {
        stream.Write(json);
        stream.WriteByte((byte)'\n');
    }

    private static T? Parse<T>(string? line) where T : class
    {
        try
        {
            return string.IsNullOrEmpty(line) ? null : JsonSerializer.Deserialize<T>(line);
        }
        catch (JsonException)
        {
            return null;                               // cut off in the middle
        }
    }
}
