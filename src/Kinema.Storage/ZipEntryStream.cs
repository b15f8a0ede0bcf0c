using System.IO.Compression;

namespace Kinema.Storage;

/// <summary>
/// The content of a zip entry from front to back. At its end length and checksum are compared with what the directory says, which the class
/// library does not do; damage of any kind is one <see cref="KinemaException"/>.
/// </summary>
/// <example><code>
/// using var content = ZipEntryStream.Open(entry, "set.zip: a/1.txt");
/// content.ReadExactly(bytes);
/// content.ReadToEnd();                                               // bytes are what was packed
/// </code></example>
public sealed class ZipEntryStream : Stream
{
    private readonly Stream inner;
    private readonly string where;
    private readonly ExitCode exitCode;
    private readonly long length;
    private readonly uint expected;
    private long position;
    private uint crc;

    private ZipEntryStream(ZipArchiveEntry entry, string where, ExitCode exitCode)
    {
        (this.where, this.exitCode, length, expected) = (where, exitCode, entry.Length, entry.Crc32);
        try
        {
            inner = entry.Open();
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw Told(error, "damaged inside the zip, or packed by a method that is not read: fetch the file again, or unpack it and pack it anew");
        }
    }

    /// <summary>Opens an entry.</summary>
    /// <param name="entry">The entry; its archive stays the caller's.</param>
    /// <param name="where">What to call it in messages.</param>
    /// <param name="exitCode">What damage means to the command.</param>
    /// <exception cref="KinemaException">The entry is encrypted, damaged, or claims more bytes than its packed ones can come to.</exception>
    public static ZipEntryStream Open(ZipArchiveEntry entry, string where, ExitCode exitCode = ExitCode.Data)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.IsEncrypted)
        {
            throw new KinemaException(exitCode, $"{where}: is encrypted; unpack it and pack it again without a password");
        }

        // Deflate makes at most 1,032 bytes of one; an entry that claims more lies.
        return entry.Length > (entry.CompressedLength * (Int128)1032) + 1024
            ? throw new KinemaException(
                exitCode, $"{where}: damaged inside the zip: {entry.CompressedLength} bytes cannot unpack to the {entry.Length} it claims; fetch the file again")
            : new ZipEntryStream(entry, where, exitCode);
    }

    /// <summary>Sees to it that the content ends where its last byte was read, so that length and checksum have been compared.</summary>
    /// <exception cref="KinemaException">It does not, or one of them is wrong.</exception>
    public void ReadToEnd()
    {
        Span<byte> rest = stackalloc byte[256];
        while (Read(rest) > 0)
        {
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position { get => position; set => throw new NotSupportedException(); }

    /// <summary>.NET's zip reader reports damage by several exceptions; to us they all mean the same.</summary>
    internal static T Guarded<T>(string where, ExitCode exitCode, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw Damaged(where, exitCode, error);
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length == 0)
        {
            return 0;
        }

        int read;
        try
        {
            read = inner.Read(buffer);
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw Told(error, $"damaged inside the zip: it cannot be unpacked after {position} of {length} bytes; fetch the file again");
        }

        crc = Crc32.Append(crc, buffer[..read]);
        position += read;
        if (position > length || (read == 0 && position < length))
        {
            throw new KinemaException(
                exitCode, $"{where}: damaged inside the zip: it holds {(read == 0 ? $"{position}" : "more")} bytes instead of {length}; fetch the file again");
        }

        return read > 0 || crc == expected
            ? read
            : throw new KinemaException(exitCode, $"{where}: damaged inside the zip: it fails its checksum: what was read from it cannot be trusted; fetch the file again");
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool IsDamage(Exception error) =>
        error is InvalidDataException or IOException or ArgumentException or OverflowException or NotSupportedException;

    // An error of the file system itself, of which those of packed bytes are kinds of their own, is the disk's fault and not the zip's.
    private KinemaException Told(Exception error, string damage) =>
        new(exitCode, $"{where}: {(error.GetType() == typeof(IOException) ? $"cannot be read: {AtomicFile.Reason(error)}" : damage)}", error);

    private static KinemaException Damaged(string where, ExitCode exitCode, Exception error) => new(
        exitCode, $"{where}: not a zip that can be read: it is damaged or cut off; download it again", error);
}
