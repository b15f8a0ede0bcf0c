using System.Globalization;
using Kinema.Storage;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Cli.Commands;

/// <summary>The tensors of a checkpoint on their way into a network, by its names for them.</summary>
internal sealed class ImportedWeights
{
    private const int MostRows = 40;
    private const string RecordedParameter = "param."; // as recordings have them beside what they were given and what came out

    private readonly string path, head;
    private readonly TrainedModel model;
    private readonly Terminal terminal;
    private readonly Dictionary<string, StoredTensor> tensors;
    private readonly List<string> names;
    private bool newHead;

    /// <summary>Reads a file; nothing in it is executed.</summary>
    /// <param name="path">A <c>.pt</c>, <c>.pth</c> or <c>.safetensors</c> file.</param>
    /// <param name="model">Gets the tensors in <see cref="Load"/>.</param>
    /// <param name="terminal">Takes notes, and the table of what does not fit.</param>
    /// <exception cref="KinemaException">It cannot be read.</exception>
    public ImportedWeights(string path, TrainedModel model, Terminal terminal)
    {
        (this.path, this.model, this.terminal) = (path, model, terminal);
        head = $"{model.Network.ClassifierName}.";
        var stored = PyTorchFile.IsPyTorch(path) ? PyTorchFile.ReadStateDict(path) : Safe(path);
        tensors = PublishedNames.Match(stored, model.Network, path);
        names = [.. tensors.Keys];
        var weight = $"{head}weight";
        if (tensors.TryGetValue(weight, out var taken) && stored.FirstOrDefault(entry => ReferenceEquals(entry.Value, taken)).Key is { } theirs
            && !theirs.EndsWith(weight, StringComparison.Ordinal))
            terminal.Note($"{path}: {theirs} is taken for the classifier's {weight}");
    }

    /// <summary>Parameters of the network that are not from the file: those of a new classifier.</summary>
    public long NewParameters =>
        newHead ? model.Network.NamedParameters().Where(entry => IsOfHead(entry.Name)).Sum(entry => entry.Parameter.Value.Elements) : 0;

    /// <summary>Leaves out what the network does not have.</summary>
    public void DropExtra()
    {
        var known = model.Network.State().Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        string[] extra = [.. tensors.Keys.Where(name => !known.Contains(name))];
        foreach (var name in extra) tensors.Remove(name);
        if (extra.Length == 0) return;
        var some = string.Join(", ", extra.Take(5)) + (extra.Length > 5 ? ", …" : "");
        terminal.Note($"{path}: left out {extra.Length} entries that the network does not have: {some}");
    }

    /// <summary>Takes an initialised classifier instead of the file's.</summary>
    public void RenewHead()
    {
        newHead = true;
        foreach (var name in tensors.Keys.Where(IsOfHead).ToList()) tensors.Remove(name);
        using var random = new Generator((ulong)model.Recipe.Training.Seed);
        model.Network.Initialise(random);
        foreach (var (name, value) in model.Network.State().Where(entry => IsOfHead(entry.Name))) tensors[name] = value.Value.ToStored(name);
    }

    /// <summary>Puts the tensors into the network.</summary>
    /// <exception cref="KinemaException">Names or shapes do not fit, which a table shows; the message says what may help.</exception>
    public void Load()
    {
        if (StateFiles.Misfits(model.Network, tensors) is { Count: > 0 } misfits) throw Refusal(misfits);
        StateFiles.Load(model.Network, tensors, path);
    }

    private KinemaException Refusal(IReadOnlyList<Misfit> misfits)
    {
        List<Misfit> shapes = [.. misfits.Where(one => one.InFile is not null && one.InNetwork is not null)];
        List<Misfit> missing = [.. misfits.Where(one => one.InFile is null)], extra = [.. misfits.Where(one => one.InNetwork is null)];
        WriteTable(misfits.Count, shapes, missing, extra);
        if (names.Exists(name => name.StartsWith(RecordedParameter, StringComparison.Ordinal)))
            return new KinemaException(ExitCode.Checkpoint, $"{path}: looks like a recording; 'kinema models verify' replays one");
        if (EncoderByNames.Guess(names, model) is { } other)
            return new KinemaException(
                ExitCode.Checkpoint,
                $"{path}: {misfits.Count} entries do not fit {model.Recipe.Model.Name}; their names are those of {other}: import them with --model {other}");
        List<string> hints = ["another recipe"];
        if (!newHead && shapes.Concat(missing).Any(misfit => IsOfHead(misfit.Name))) hints.Add("--head new (classes of your own)");
        if (extra.Count > 0 && missing.Count == 0) hints.Add("--drop-extra"); // those that are dropped are no misfits
        var input = model.Network.Encoder.Input;
        return new KinemaException(
            ExitCode.Checkpoint,
            $"{path}: {misfits.Count} entries do not fit {model.Recipe.Model.Name} as recipe and data set have it, for (C, T, V, M) = "
            + $"({input.Channels}, {input.Frames}, {input.Joints}, {input.Persons}) of layout {input.Layout.Name} and K = {model.Classes.Count} classes "
            + $"({shapes.Count} of other shapes, {missing.Count} missing, {extra.Count} more than it has); {string.Join(" or ", hints)} may help");
    }

    // Of each kind some, so that names that differ are seen beside each other.
    private void WriteTable(int count, List<Misfit> shapes, List<Misfit> missing, List<Misfit> extra)
    {
        var left = Math.Max(2, MostRows - shapes.Count);
        var some = Math.Max(left / 2, left - extra.Count);
        var table = new TextTable("entry", "in the file", "in the network");
        foreach (var misfit in shapes.Take(MostRows - 2).Concat(missing.Take(some)).Concat(extra.Take(Math.Max(left / 2, left - missing.Count))))
            table.Add(misfit.Name, misfit.InFile ?? "missing", misfit.InNetwork ?? "none");
        table.Write(terminal.Error);
        if (count > table.Count) terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"… and {count - table.Count} more"));
    }

    private bool IsOfHead(string name) => name.StartsWith(head, StringComparison.Ordinal);

    private static Dictionary<string, StoredTensor> Safe(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        return file.Names.ToDictionary(name => name, file.Read);
    }
}
