using System.Text;
using Kinema.Storage;

namespace Kinema.Torch;

/// <summary>Puts stored tensors into a module, and takes them out, by checkpoint name.</summary>
public static class StateFiles
{
    /// <summary>Everything a checkpoint of the module holds, copied.</summary>
    /// <param name="module">The network.</param>
    /// <param name="prefix">Put before each name.</param>
    public static IEnumerable<StoredTensor> Save(Module module, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(module);
        return module.State().Select(entry => entry.Value.Value.ToStored(prefix + entry.Name));
    }

    /// <summary>Overwrites every parameter and buffer of the module.</summary>
    /// <param name="module">The network.</param>
    /// <param name="tensors">By checkpoint name. Types are converted; shapes must agree, and no name may be missing or superfluous.</param>
    /// <param name="source">The file, for the message.</param>
    /// <exception cref="KinemaException">With <see cref="ExitCode.Checkpoint"/> when a name or a shape does not fit; the module is unchanged then.</exception>
    public static void Load(Module module, IReadOnlyDictionary<string, StoredTensor> tensors, string source)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(tensors);
        var state = module.State().ToList();
        var known = state.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        var missing = state.Where(entry => !tensors.ContainsKey(entry.Name)).Select(entry => $"missing {entry.Name} {entry.Value.Value.ShapeText()}");
        var superfluous = tensors.Where(entry => !known.Contains(entry.Key)).Select(
            entry => $"superfluous {entry.Key} ({string.Join(", ", entry.Value.Shape)})");
        var unequal = state
            .Where(entry => tensors.TryGetValue(entry.Name, out var stored) && !stored.Shape.SequenceEqual(entry.Value.Value.Sizes.ToArray()))
            .Select(entry => $"{entry.Name} is ({string.Join(", ", tensors[entry.Name].Shape)}) in the file, {entry.Value.Value.ShapeText()} in the network");
        var faults = unequal.Concat(missing).Concat(superfluous).ToList();
        if (faults.Count > 0) throw new KinemaException(ExitCode.Checkpoint, Misfit(source, faults));

        using var mode = Autograd.NoGrad();
        foreach (var (name, value) in state)
        {
            using var scope = TensorScope.Begin();
            value.Value.CopyInPlace(tensors[name].ToTensor());
        }
    }

    private static string Misfit(string source, List<string> faults)
    {
        const int shown = 6;
        var text = new StringBuilder($"{source}: does not fit this network: ");
        text.AppendJoin("; ", faults.Take(shown));
        if (faults.Count > shown) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"; and {faults.Count - shown} more");
        return text.Append(". Was it made for another model, layout or number of classes?").ToString();
    }
}
