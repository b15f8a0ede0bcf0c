using Microsoft.Win32.SafeHandles;

namespace Kinema.Storage.Pickles;

/// <summary>
/// A plain pickle whose large arrays stay in the file until they are asked for: an annotation file of gigabytes needs the memory of its
/// names and numbers. May be shared between threads.
/// </summary>
/// <example><code>
/// using var pickle = OpenPickle.Open("ntu60_3danno.pkl");
/// StoredTensor keypoints = pickle.Read(array);                       // an array found below pickle.Root
/// </code></example>
public sealed class OpenPickle : IDisposable
{
    /// <summary>Smaller arrays cost less in memory than their place in the file does.</summary>
    private const int LeavesFrom = 512;

    private readonly string path;
    private readonly ExitCode exitCode;
    private readonly SafeFileHandle handle;

    private OpenPickle(string path, ExitCode exitCode, SafeFileHandle handle, PickleValue root) =>
        (this.path, this.exitCode, this.handle, Root) = (path, exitCode, handle, root);

    /// <summary>The whole tree. An array in it is read by <see cref="Read"/>.</summary>
    public PickleValue Root { get; }

    /// <summary>Opens a file and runs its first pickle.</summary>
    /// <param name="path">The file.</param>
    /// <param name="exitCode">What a missing, damaged or refused file means to the command.</param>
    /// <exception cref="KinemaException">The file is missing, damaged, or holds more than plain data.</exception>
    public static OpenPickle Open(string path, ExitCode exitCode = ExitCode.Data)
    {
        using var stream = PickleFile.Open(path, exitCode);
        return ReadErrors.Named(path, exitCode, () =>
        {
            // A set of 114,000 clips describes itself in some 15 million values; a longer file may hold more of them.
            var machine = new PickleMachine(new PickleInput(path, exitCode, stream, stream.Length), torch: null)
            {
                LeavesFrom = LeavesFrom,
                MostValues = Math.Clamp(stream.Length / 32, 16_000_000, 64_000_000),
            };
            var root = machine.Run();
            return new OpenPickle(path, exitCode, File.OpenHandle(path, options: FileOptions.RandomAccess), root);
        });
    }

    /// <summary>The elements of an array in the tree.</summary>
    /// <param name="array">Found below <see cref="Root"/>.</param>
    /// <exception cref="KinemaException">The file cannot be read any more.</exception>
    public StoredTensor Read(PickleTensor array)
    {
        ArgumentNullException.ThrowIfNull(array);
        if (array.InFile is not { } place)
        {
            return array.Tensor;
        }

        var bytes = GC.AllocateUninitializedArray<byte>(place.Length);
        ReadErrors.Named(path, exitCode, () =>
        {
            for (int filled = 0, read; filled < bytes.Length; filled += read)
            {
                read = RandomAccess.Read(handle, bytes.AsSpan(filled), place.Offset + filled);
                if (read == 0)
                {
                    throw new KinemaException(exitCode, $"{path}: has become shorter since it was opened");
                }
            }

            return bytes;
        });
        return TensorView.ReadArray(place.Type, place.Shape, place.IsFortranOrder, bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();
}
