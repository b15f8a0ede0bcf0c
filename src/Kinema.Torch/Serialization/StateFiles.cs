using System.Text;
using Kinema.Storage;

namespace Kinema.Torch;

/// <summary>An entry that a file and a network do not have alike.</summary>
/// <param name="Name">Its checkpoint name.</param>
/// <param name="InFile">Its shape in the file, such as <c>(64, 3, 1, 1)</c>; null where the file lacks it.</param>
/// <param name="InNetwork">Its shape in the network; null where the network lacks it.</param>
public sealed record Misfit(string Name, string? InFile, string? InNetwork);

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
        if (Misfits(module, tensors) is { Count: > 0 } misfits) throw new KinemaException(ExitCode.Checkpoint, Refusal(source, misfits));

        using var mode = Autograd.NoGrad();
        foreach (var (name, value) in module.State())
        {
            using var scope = TensorScope.Begin();
            value.Value.CopyInPlace(tensors[name].ToTensor());
        }
    }

    /// <summary>What a checkpoint and a module do not have alike: entries of unequal shape, then those missing, then those too many.</summary>
    /// <param name="module">The network.</param>
    /// <param name="tensors">By checkpoint name.</param>
    public static IReadOnlyList<Misfit> Misfits(Module module, IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(tensors);
        var known = module.State().ToDictionary(entry => entry.Name, entry => entry.Value.Value, StringComparer.Ordinal);
        return
        [
            .. known.Where(entry => tensors.TryGetValue(entry.Key, out var stored) && !stored.Shape.SequenceEqual(entry.Value.Sizes.ToArray()))
                .Select(entry => new Misfit(entry.Key, Shape(tensors[entry.Key]), entry.Value.ShapeText())),
            .. known.Where(entry => !tensors.ContainsKey(entry.Key)).Select(entry => new Misfit(entry.Key, null, entry.Value.ShapeText())),
            .. tensors.Where(entry => !known.ContainsKey(entry.Key)).Select(entry => new Misfit(entry.Key, Shape(entry.Value), null)),
        ];

        static string Shape(StoredTensor tensor) => $"({string.Join(", ", tensor.Shape)})";
    }

    private static string Refusal(string source, IReadOnlyList<Misfit> misfits)
    {
        const int shown = 6;
        var text = new StringBuilder($"{source}: does not fit this network: ");
        text.AppendJoin("; ", misfits.Take(shown).Select(misfit => misfit switch
        {
            { InFile: null } => $"missing {misfit.Name} {misfit.InNetwork}",
            { InNetwork: null } => $"superfluous {misfit.Name} {misfit.InFile}",
            _ => $"{misfit.Name} is {misfit.InFile} in the file, {misfit.InNetwork} in the network",
        }));
        if (misfits.Count > shown) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"; and {misfits.Count - shown} more");
        return text.Append(". Was it made for another model, layout or number of classes?").ToString();
    }
}
