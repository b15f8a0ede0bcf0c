using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kinema.Storage;

/// <summary>
/// A safetensors file opened for reading. Opening reads the header only, and a part of a tensor of any size can be read without the rest.
/// Reading is safe from several threads at once. It reads by position and maps nothing into memory, so that going through a file larger
/// than the memory does not count as memory in use, and a file cut off meanwhile is an error and not the end of the process.
/// </summary>
/// <example><code>
/// using var file = SafeTensorsFile.Open("ctr-gcn.safetensors");
/// foreach (var entry in file.Entries) Show(entry.Name, entry.Shape);
/// float[] bias = file.Read("fc.bias").ToSingles();
/// </code></example>
public sealed class SafeTensorsFile : IDisposable
{
    private const long LargestHeader = 100_000_000;                 // the limit of the format's own library

    private readonly SafeFileHandle handle;
    private readonly long dataStart;
    private readonly Dictionary<string, SafeTensorsEntry> entries;
    private readonly ExitCode exitCode;

    private SafeTensorsFile(
        string path, ExitCode exitCode, SafeFileHandle handle, long dataStart, SafeTensorsHeader header)
    {
        (Path, this.exitCode, this.handle, this.dataStart) = (path, exitCode, handle, dataStart);
        Metadata = header.Metadata;
        Entries = header.Entries;
        Names = [.. header.Entries.Select(entry => entry.Name)];
        entries = header.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The path it was opened with.</summary>
    public string Path { get; }

    /// <summary>The strings kept beside the tensors; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The names of the tensors, in the order of the header.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Type, shape and place of every tensor, in the order of the header.</summary>
    public IReadOnlyList<SafeTensorsEntry> Entries { get; }

    /// <summary>Opens a file and checks its whole header against the size of the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="exitCode">What a missing or damaged file means to the command: a checkpoint that does not fit, or bad data.</param>
    /// <exception cref="KinemaException">The file is missing, or is not a sound safetensors file.</exception>
    public static SafeTensorsFile Open(string path, ExitCode exitCode = ExitCode.Checkpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadErrors.Named(path, exitCode, () => OpenHandle(path, exitCode));
    }

    /// <summary>Whether the file holds a tensor of this name.</summary>
    public bool Contains(string name) => entries.ContainsKey(name);

    /// <summary>Type, shape and place of one tensor.</summary>
    /// <exception cref="KinemaException">There is no such tensor; the message names the nearest.</exception>
    public SafeTensorsEntry Entry(string name)
    {
        if (entries.TryGetValue(name, out var entry))
        {
            return entry;
        }

        var near = NearestName.Find(name, Names);
        throw new KinemaException(exitCode, $"{Path}: holds no tensor '{name}'{(near is null ? "" : $"; the nearest is '{near}'")}");
    }

    /// <summary>Reads a whole tensor; its bytes are a copy that outlives the file.</summary>
    /// <exception cref="KinemaException">There is no such tensor, or it is larger than 2 GB (then read it in parts).</exception>
    public StoredTensor Read(string name)
    {
        var entry = Entry(name);
        if (entry.Length > Array.MaxLength)
        {
            throw new KinemaException(exitCode, $"{Path}: tensor '{name}' of {entry.Length} bytes is too large to be read at once");
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)entry.Length);
        Copy(dataStart + entry.Offset, bytes);
        return new StoredTensor(name, entry.Type, entry.Shape, bytes);
    }

    /// <summary>Reads as many elements of a tensor as the span holds, in C order.</summary>
    /// <typeparam name="T">A type of the stored size: <c>float</c> for Float32, <c>long</c> for Int64, <c>byte</c> for UInt8, …</typeparam>
    /// <param name="name">The tensor.</param>
    /// <param name="first">The element to begin with, counted from 0.</param>
    /// <param name="destination">Where the elements go.</param>
    /// <exception cref="ArgumentException">The elements lie outside of the tensor or have another size.</exception>
    /// <exception cref="KinemaException">There is no such tensor.</exception>
    public void ReadElements<T>(string name, long first, Span<T> destination)
        where T : unmanaged
    {
        var entry = Entry(name);
        var size = Unsafe.SizeOf<T>();
        if (typeof(T) == typeof(bool) ? entry.Type != StoredType.Bool : size != entry.Type.SizeInBytes())
        {
            throw new ArgumentException($"tensor '{name}' holds {entry.Type}, not {typeof(T).Name}", nameof(name));
        }

        if (first < 0 || first > entry.ElementCount - destination.Length)
        {
            throw new ArgumentException($"tensor '{name}' has no elements {first} to {first + destination.Length}", nameof(first));
        }

        Copy(dataStart + entry.Offset + first * size, MemoryMarshal.AsBytes(destination));
    }

    /// <summary>Reads a part of a tensor's bytes.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="first">The byte to begin with, counted from 0.</param>
    /// <param name="destination">Where they go.</param>
    /// <exception cref="ArgumentException">They lie outside of the tensor.</exception>
    /// <exception cref="KinemaException">The file cannot be read any more.</exception>
    public void ReadBytes(SafeTensorsEntry entry, long first, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (first < 0 || first > entry.Length - destination.Length)
        {
            throw new ArgumentException($"tensor '{entry.Name}' has no bytes {first} to {first + destination.Length}", nameof(first));
        }

        Copy(dataStart + entry.Offset + first, destination);
    }

    private static SafeTensorsFile OpenHandle(string path, ExitCode exitCode)
    {
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
        try
        {
            var length = RandomAccess.GetLength(handle);
            if (length < 8)
            {
                throw new FormatException($"{length} bytes are too few for a safetensors file");
            }

            Span<byte> prefix = stackalloc byte[8];
            ReadExactly(handle, 0, prefix);
            var headerLength = BinaryPrimitives.ReadInt64LittleEndian(prefix);
            if (headerLength < 2 || headerLength > LargestHeader || headerLength > length - 8)
            {
                throw new FormatException($"not a safetensors file, or one that is cut off: {Beginning(handle, prefix, length)}");
            }

            var json = new byte[headerLength];
            ReadExactly(handle, 8, json);
            var header = SafeTensorsHeader.Parse(json, length - 8 - headerLength);
            return new SafeTensorsFile(path, exitCode, handle, 8 + headerLength, header);
        }
        catch (Exception error)
        {
            handle.Dispose();
            if (error is FormatException)
            {
                throw new KinemaException(exitCode, $"{path}: {error.Message}", error);
            }

            throw;
        }
    }

    // Behind the length of its header such a file has a brace; where that is missing, the length is none.
    private static string Beginning(SafeFileHandle handle, ReadOnlySpan<byte> prefix, long length)
    {
        Span<byte> next = stackalloc byte[1];
        return length > 8 && RandomAccess.Read(handle, next, 8) == 1 && next[0] == (byte)'{'
            ? $"its header is to have {BinaryPrimitives.ReadUInt64LittleEndian(prefix)} bytes, the file has {length} and a header at most {LargestHeader}"
            : $"its first bytes are {BitConverter.ToString(prefix.ToArray()).Replace('-', ' ')}";
    }

    private void Copy(long offset, Span<byte> destination)
    {
        try
        {
            ReadExactly(handle, offset, destination);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(exitCode, $"{Path}: cannot be read: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    private static void ReadExactly(SafeFileHandle handle, long offset, Span<byte> destination)
    {
        for (var done = 0; done < destination.Length;)
        {
            var count = RandomAccess.Read(handle, destination[done..], offset + done);
            done += count > 0 ? count : throw new EndOfStreamException("the file has become shorter since it was opened");
        }
    }

    /// <summary>Closes the file. Tensors read before stay valid.</summary>
    public void Dispose()
    {
        handle.Dispose();
    }
}
