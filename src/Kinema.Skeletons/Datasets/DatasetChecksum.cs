using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Kinema.Skeletons.Datasets;

/// <summary>The fingerprint behind <see cref="ClipDataset.Checksum"/>.</summary>
internal static class DatasetChecksum
{
    /// <summary>The checksum of a set, or of what it becomes when its coordinates are rounded to single precision.</summary>
    public static string Of(ClipDataset dataset, bool rounded = false)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, string.Join('\n', dataset.Layout.Joints));
        Add(hash, string.Join('\n', dataset.Classes));
        foreach (var clip in dataset.Clips)
        {
            Add(hash, clip.Name);
            Add(hash, [clip.Label, clip.Frames, clip.Joints, clip.Persons]);
            var buffer = ArrayPool<double>.Shared.Rent(clip.Length);
            var coordinates = buffer.AsSpan(0, clip.Length);
            clip.CopyTo(coordinates);
            for (var i = 0; rounded && i < coordinates.Length; i++)
                coordinates[i] = (float)coordinates[i];
            hash.AppendData(MemoryMarshal.AsBytes(coordinates));
            ArrayPool<double>.Shared.Return(buffer);
        }
        foreach (var (name, clips) in dataset.Splits.OrderBy(split => split.Key, StringComparer.Ordinal))
        {
            Add(hash, name);
            Add(hash, [.. clips]);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // The length goes first, so that no two lists of texts run together into the same bytes.
    private static void Add(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Add(hash, [bytes.Length]);
        hash.AppendData(bytes);
    }

    private static void Add(IncrementalHash hash, int[] values) => hash.AppendData(MemoryMarshal.AsBytes(values.AsSpan()));
}
