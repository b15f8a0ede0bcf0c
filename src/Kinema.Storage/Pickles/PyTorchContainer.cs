namespace Kinema.Storage.Pickles;

/// <summary>One of PyTorch's two file layouts, opened: the pickled value first, the bytes of the wanted storages when asked for.</summary>
internal abstract class PyTorchContainer(string path) : IDisposable
{
    /// <summary>Bytes that copies of views may take beyond four times the file: a stride of 0 lets a tiny file ask for terabytes.</summary>
    private const long LeastRoomForCopies = 64 << 20;

    private protected string FilePath => path;

    private protected TorchStorages Storages { get; } = new();

    /// <summary>The checked tree; its tensors have no elements yet.</summary>
    internal abstract PickleValue Root { get; }

    public abstract void Dispose();

    internal static PyTorchContainer Open(string path)
    {
        var stream = PickleFile.Open(path, ExitCode.Checkpoint);
        try
        {
            var start = new byte[4];
            stream.ReadAtLeast(start, 4, throwOnEndOfStream: false);
            stream.Position = 0;
            return start switch
            {
                [(byte)'P', (byte)'K', 3, 4] => new PyTorchZip(path, stream),
                [0x80, 2, 0x8A, 10] => new PyTorchLegacy(path, stream),
                _ => throw new KinemaException(
                    ExitCode.Checkpoint, $"{path}: not a PyTorch file: it begins neither as a zip archive nor as a legacy pickle stream"),
            };
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Gives every tensor below a value its elements.</summary>
    internal void Fill(PickleValue below, long fileLength)
    {
        var tensors = PickleTree.Tensors(below).Where(tensor => tensor.View is not null).ToList();
        var (room, copies) = (LeastRoomForCopies + 4 * fileLength, 0L);
        foreach (var view in tensors.Select(tensor => tensor.View!))
        {
            view.Storage.Wanted = true;
            copies += view.IsContiguous ? 0 : view.ByteCount;
            if (copies > room)
            {
                throw Damaged($"its strided views unfold to more than {room} bytes");
            }
        }

        ReadStorages();
        foreach (var tensor in tensors)
        {
            tensor.Fill(tensor.View!.Read());
        }
    }

    /// <summary>Sets the bytes of every wanted storage, which are exactly as many as the pickle declared.</summary>
    private protected abstract void ReadStorages();

    private protected KinemaException Damaged(string why) => new(ExitCode.Checkpoint, $"{path}: {why}");
}
