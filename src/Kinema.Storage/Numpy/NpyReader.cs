using Kinema.Storage.Pickles;

namespace Kinema.Storage.Numpy;

/// <summary>
/// Reads the array of a <c>.npy</c> file (format 1 to 3), whole or in slices along its first axis, so that an array of many gigabytes needs
/// the memory of one slice. Not shared between threads. From a file the slices are read in any order, from a zip from front to back.
/// </summary>
/// <example><code>
/// using var array = NpyReader.Open("train_data_joint.npy");          // (N, C, T, V, M)
/// var clip = new float[array.SliceLength];
/// for (var n = 0L; n &lt; array.Slices; n++) { array.ReadSlice(n, clip); … }
/// </code></example>
public sealed class NpyReader : IDisposable
{
    private readonly Stream stream;
    private readonly string where;
    private readonly ExitCode exitCode;
    private readonly NpyHeader header;
    private readonly byte[] buffer = new byte[1 << 16];
    private long position;                                  // the next element

    /// <param name="stream">Closed with the reader.</param>
    /// <param name="where">What to call the array in messages.</param>
    /// <param name="exitCode">What a damaged array means to the command.</param>
    /// <param name="length">The bytes there are, or are said to be; checked against the header.</param>
    internal NpyReader(Stream stream, string where, ExitCode exitCode, long length)
    {
        (this.stream, this.where, this.exitCode) = (stream, where, exitCode);
        header = Guarded(() => NpyHeader.Read(stream, where, exitCode));
        var expected = header.Bytes + ((Int128)header.ElementCount * header.Type.Size);
        if (expected != length)
        {
            throw Wrong($"an array {StoredTensor.Describe(Shape)} of {Type} needs {expected} bytes; there are {length}"
                + (length < expected ? ": was the copy cut off?" : ""));
        }
    }

    /// <summary>The element type.</summary>
    public NpyType Type => header.Type;

    /// <summary>The extents; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape => header.Shape;

    /// <summary>The product of the extents.</summary>
    public long ElementCount => header.ElementCount;

    /// <summary>Whether the first axis is the fastest in the file. Such an array is read whole, not in slices.</summary>
    public bool IsFortranOrder => header.IsFortranOrder && Shape.Count > 1;

    /// <summary>The extent of the first axis; 1 for a scalar.</summary>
    public long Slices => Shape.Count == 0 ? 1 : Shape[0];

    /// <summary>The number of elements of one slice: the product of the other extents.</summary>
    public long SliceLength => Slices == 0 ? 0 : ElementCount / Slices;

    /// <summary>Opens a <c>.npy</c> file and reads its header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="exitCode">What a missing or damaged file means to the command.</param>
    /// <exception cref="KinemaException">The file is missing, no array, cut off, or of a type that is not read.</exception>
    public static NpyReader Open(string path, ExitCode exitCode = ExitCode.Data)
    {
        var stream = PickleFile.Open(path, exitCode);
        try
        {
            return new NpyReader(stream, path, exitCode, ReadErrors.Named(path, exitCode, () => stream.Length));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether a file begins as a <c>.npy</c> does. False for a file that cannot be read.</summary>
    public static bool IsNpy(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            Span<byte> start = stackalloc byte[6];
            return stream.ReadAtLeast(start, 6, throwOnEndOfStream: false) == 6 && start.SequenceEqual(NpyHeader.Magic);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Reads one slice along the first axis, in C order, rounded to single precision where elements are wider.</summary>
    /// <param name="slice">Its index; in a zip not before one that was read already.</param>
    /// <param name="destination">Takes <see cref="SliceLength"/> numbers.</param>
    /// <exception cref="KinemaException">The file is cut off or damaged, or the array is in Fortran order.</exception>
    public void ReadSlice(long slice, Span<float> destination)
    {
        destination = destination[..Seek(slice)];
        for (int count; destination.Length > 0; destination = destination[count..])
        {
            count = Math.Min(destination.Length, buffer.Length / Type.Size);
            Type.ToSingles(Fill(count), destination[..count]);
        }

        Finish();
    }

    /// <inheritdoc cref="ReadSlice(long, Span{float})"/>
    /// <summary>Reads one slice along the first axis, in C order.</summary>
    public void ReadSlice(long slice, Span<double> destination)
    {
        destination = destination[..Seek(slice)];
        for (int count; destination.Length > 0; destination = destination[count..])
        {
            count = Math.Min(destination.Length, buffer.Length / Type.Size);
            Type.ToDoubles(Fill(count), destination[..count]);
        }

        Finish();
    }

    /// <summary>The whole array in C order; unsigned integers of more than 8 bits are widened. To be called first, or not at all.</summary>
    /// <param name="name">The name the tensor gets.</param>
    /// <exception cref="KinemaException">The file is damaged, or the array is larger than 2 GB.</exception>
    public StoredTensor ReadAll(string name = "")
    {
        if (ElementCount > Array.MaxLength / 8)
        {
            throw Wrong($"an array {StoredTensor.Describe(Shape)} is too large to be read at once");
        }

        var bytes = ReadBytes(ElementCount * Type.Size);
        Finish();
        var (type, content) = Type.Stored is { } stored
            ? (stored, bytes)
            : Type.Widened(bytes) ?? throw Wrong("an unsigned number is larger than 63 bits hold");
        return TensorView.ReadArray(type, [.. Shape], IsFortranOrder, content).Named(name);
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    /// <summary>A lying size is given memory only as fast as its bytes arrive.</summary>
    private byte[] ReadBytes(long length)
    {
        var bytes = new byte[stream.CanSeek ? length : Math.Min(length, 1 << 20)];
        for (var filled = 0L; filled < length;)
        {
            if (filled == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(length, bytes.Length * 2L));
            }

            var room = bytes.AsSpan((int)filled);
            ReadExactly(room);
            filled += room.Length;
        }

        position = ElementCount;
        return bytes;
    }

    private int Seek(long slice)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slice);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slice, Slices);
        if (IsFortranOrder)
        {
            throw Wrong("is in Fortran order, whose slices lie scattered; save it with numpy.ascontiguousarray(array)");
        }

        if (SliceLength > Array.MaxLength / 8)
        {
            throw Wrong($"one slice of {StoredTensor.Describe(Shape)} is too large to be read at once");
        }

        var target = slice * SliceLength;
        if (stream.CanSeek)
        {
            stream.Position = header.Bytes + (target * Type.Size);
            position = target;
        }

        if (target < position)
        {
            throw new InvalidOperationException($"{where}: slice {slice} lies behind; an array in a zip is read from front to back");
        }

        while (position < target)
        {
            Fill((int)Math.Min(target - position, buffer.Length / Type.Size));
        }

        return (int)SliceLength;
    }

    private ReadOnlySpan<byte> Fill(int elements)
    {
        var bytes = buffer.AsSpan(0, elements * Type.Size);
        ReadExactly(bytes);
        position += elements;
        return bytes;
    }

    private void ReadExactly(Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int read;
            try
            {
                read = stream.Read(bytes);
            }
            catch (IOException error)
            {
                throw new KinemaException(exitCode, $"{where}: cannot be read: {error.Message.ReplaceLineEndings(" ")}", error);
            }

            bytes = read > 0 ? bytes[read..] : throw Wrong($"ends in the middle of its {ElementCount} elements; was the copy cut off?");
        }
    }

    /// <summary>After the last element of an entry of a zip: its end, where the entry compares its checksum.</summary>
    private void Finish()
    {
        if (position == ElementCount && !stream.CanSeek && stream.ReadByte() >= 0)
        {
            throw Wrong("has more bytes than its header says");
        }
    }

    private T Guarded<T>(Func<T> read) => ReadErrors.Named(where, exitCode, read);

    private KinemaException Wrong(string what) => new(exitCode, $"{where}: {what}");
}
