using Kinema.Encoders;
using Kinema.Storage;

namespace Kinema.Training;

/// <summary>
/// Names of published checkpoints, made those of a network. The parts of a network have its authors' names here, but around them stands what
/// trained it: <c>module.</c> where several GPUs did; <c>encoder_q.</c> where a momentum contrast did, with <c>encoder_k.</c> and a queue
/// beside it; and who built on another's network may have given the classifier another name.
/// </summary>
public static class PublishedNames
{
    private const string Query = "encoder_q.";
    private static readonly string[] Classifiers = ["fc", "fcn"];

    /// <summary>Renames.</summary>
    /// <param name="tensors">By their names in the file.</param>
    /// <param name="network">Whose names are wanted.</param>
    /// <param name="source">The file, for messages.</param>
    /// <returns>By checkpoint name; what belongs to no part of the network keeps the name it has.</returns>
    /// <exception cref="KinemaException">Two entries would have one name (<see cref="ExitCode.Checkpoint"/>).</exception>
    public static Dictionary<string, StoredTensor> Match(IReadOnlyDictionary<string, StoredTensor> tensors, Recogniser network, string source)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(network);
        var known = network.State().Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        var named = new Dictionary<string, StoredTensor>(tensors, StringComparer.Ordinal);
        while (!named.Keys.Any(known.Contains) && CommonPrefix(named.Keys) is { } prefix) named = Renamed(named, prefix, "", source);
        if (!named.Keys.Any(known.Contains)) named = Renamed(named, Query, "", source);
        if (named.Keys.Any(name => name.StartsWith(network.ClassifierName + ".", StringComparison.Ordinal))) return named;
        foreach (var other in Classifiers.Where(other => named.ContainsKey($"{other}.weight") && !known.Contains($"{other}.weight")))
            return Renamed(named, $"{other}.", $"{network.ClassifierName}.", source);
        return named;
    }

    // "module." of module.fc.weight and module.fc.bias; null where the names do not all begin alike.
    private static string? CommonPrefix(IEnumerable<string> names)
    {
        var first = names.Select(name => name[..(name.IndexOf('.', StringComparison.Ordinal) + 1)]).Distinct().Take(2).ToList();
        return first is [{ Length: > 0 } prefix] ? prefix : null;
    }

    private static Dictionary<string, StoredTensor> Renamed(Dictionary<string, StoredTensor> tensors, string prefix, string replacement, string source)
    {
        var renamed = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in tensors)
        {
            var now = name.StartsWith(prefix, StringComparison.Ordinal) ? replacement + name[prefix.Length..] : name;
            if (!renamed.TryAdd(now, tensor))
                throw new KinemaException(ExitCode.Checkpoint, $"{source}: holds both {now} and {prefix}{now}; which of them is the network's cannot be told");
        }

        return renamed;
    }
}
