using Kinema.Storage.Pickles;

namespace Kinema.Storage;

/// <summary>
/// Reads <c>.pt</c> and <c>.pth</c> files that <c>torch.save</c> wrote, in the zip container or the legacy one. Nothing in the file is
/// executed: a file that asks for anything but tensors, plain containers, numbers and text is refused with the name of what it asked for.
/// </summary>
/// <example><code>
/// foreach (var (name, tensor) in PyTorchFile.ReadStateDict("ctr-gcn.pt")) Show(name, tensor.Shape);
/// </code></example>
public static class PyTorchFile
{
    /// <summary>
    /// The tensors of the state dict in the file (found by <see cref="StateDict.Find"/>, so the wrappers that training scripts put around
    /// it do not matter), in the order of the file, names of nested containers joined by dots. Other storages are not read.
    /// </summary>
    /// <exception cref="KinemaException">The file is missing, damaged, refused, or holds no tensor.</exception>
    public static IReadOnlyDictionary<string, StoredTensor> ReadStateDict(string path)
    {
        var state = Read(path, StateDict.Find);
        var tensors = StateDict.Flatten(state, path);
        return tensors.Count > 0 ? tensors : throw new KinemaException(
            ExitCode.Checkpoint, $"{path}: holds no tensor; save the weights with torch.save(model.state_dict(), …)");
    }

    /// <summary>Whether a file begins as PyTorch's do: a zip, or a pickle of protocol 2 or later. False for a file that cannot be read.</summary>
    public static bool IsPyTorch(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            Span<byte> start = stackalloc byte[4];
            var read = stream.ReadAtLeast(start, 4, throwOnEndOfStream: false);
            return read == 4 && (start.SequenceEqual("PK\u0003\u0004"u8) || (start[0] == 0x80 && start[1] is >= 2 and <= 5));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Everything in the file, as it was nested.</summary>
    /// <exception cref="KinemaException">The file is missing, damaged or refused.</exception>
    public static PickleValue Read(string path) => Read(path, root => root);

    private static PickleValue Read(string path, Func<PickleValue, PickleValue> select) => ReadErrors.Named(path, ExitCode.Checkpoint, () =>
    {
        using var container = PyTorchContainer.Open(path);
        var value = select(container.Root);
        container.Fill(value, new FileInfo(path).Length);
        return value;
    });
}
