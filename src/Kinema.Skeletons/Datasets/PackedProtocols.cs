using System.Text.Json;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>Reads the protocols of a packed set: their names from the metadata, their splits from the tensors.</summary>
internal sealed class PackedProtocols(SafeTensorsFile file, string path, int clips, int classes)
{
    public IReadOnlyList<ClipProtocol> Read()
    {
        var named = Named();
        var splits = named.ToDictionary(
            protocol => protocol.Name, _ => new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var entry in file.Entries.Where(entry => entry.Name.StartsWith(PackedDataset.SplitPrefix, StringComparison.Ordinal)))
        {
            var name = entry.Name[PackedDataset.SplitPrefix.Length..];
            var dot = name.LastIndexOf('.');
            var protocol = dot < 0 ? ClipProtocol.Official : name[..dot];
            if (!splits.TryGetValue(protocol, out var parts))
                throw Wrong($"split {name} is of a protocol its metadata do not name");
            parts[name[(dot + 1)..]] = Members(entry, name);
        }
        return [.. named.Select(protocol => new ClipProtocol(protocol.Name, splits[protocol.Name], protocol.Classes))];
    }

    private int[] Members(SafeTensorsEntry entry, string name)
    {
        if (entry.Type != StoredType.Int64)
            throw Wrong($"split {name} is {entry.Type}; Int64 is wanted");
        var indices = file.Read(entry.Name).ToInt64s();
        var seen = new bool[clips];
        foreach (var index in indices)
        {
            if (index < 0 || index >= clips)
                throw Wrong($"split {name} names clip {index}; there are 0 to {clips - 1}");
            if (seen[index])
                throw Wrong($"split {name} names a clip twice");
            seen[index] = true;
        }
        return [.. indices.Select(index => (int)index)];
    }

    private List<(string Name, IReadOnlyList<int>? Classes)> Named()
    {
        if (!file.Metadata.TryGetValue("protocols", out var json))
            throw Wrong("its metadata lacks 'protocols'");
        try
        {
            var entries = JsonSerializer.Deserialize<List<Entry>>(json, JsonSerializerOptions.Web) ?? [];
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var entry in entries)
            {
                if (string.IsNullOrEmpty(entry.Name) || !names.Add(entry.Name))
                    throw Wrong("a protocol in its metadata has no name, or the name of another");
                if (entry.Classes is { } taken && (taken.Length == 0 || taken.Distinct().Count() != taken.Length
                    || taken.Any(label => label < 0 || label >= classes)))
                    throw Wrong($"protocol {entry.Name} takes classes that are not among 0 to {classes - 1}, or one twice");
            }
            return entries.Count > 0
                ? [.. entries.Select(entry => (entry.Name!, (IReadOnlyList<int>?)entry.Classes))]
                : throw Wrong("its metadata name no protocol");
        }
        catch (JsonException error)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: its metadata entry 'protocols' is no list of protocols", error);
        }
    }

    private KinemaException Wrong(string what) => new(ExitCode.Data, $"{path}: {what}");

    private sealed record Entry(string? Name, int[]? Classes);
}
