using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Datasets;

/// <summary>The fingerprint behind <see cref="ClipDataset.Checksum"/>, taken clip by clip: clips first, then splits in the order of names.</summary>
internal sealed class DatasetChecksum : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private DatasetChecksum()
    {
    }

    public DatasetChecksum(SkeletonLayout layout, IReadOnlyList<string> classes)
    {
        Add(string.Join('\n', layout.Joints));
        Add(string.Join('\n', classes));
    }

    /// <summary>The checksum of a whole set.</summary>
    public static string Of(ClipDataset dataset)
    {
        using var checksum = new DatasetChecksum(dataset.Layout, dataset.Classes);
        foreach (var clip in dataset.Clips)
        {
            var buffer = ArrayPool<double>.Shared.Rent(clip.Length);
            var coordinates = buffer.AsSpan(0, clip.Length);
            clip.CopyTo(coordinates);
            checksum.Add(ClipFacts.Of(clip), clip.Joints, coordinates);
            ArrayPool<double>.Shared.Return(buffer);
        }
        var splits = from protocol in dataset.Protocols
                     from split in protocol.Splits
                     select (Name: PackedContent.SplitName(protocol.Name, split.Key), split.Value);
        foreach (var (name, clips) in splits.OrderBy(split => split.Name, StringComparer.Ordinal))
            checksum.AddSplit(name, clips);
        return checksum.Finish();
    }

    /// <summary>The checksum of a set of which only some clips stay in a split.</summary>
    public static string OfPart(string whole, string split, IReadOnlyList<int> kept)
    {
        using var checksum = new DatasetChecksum();
        checksum.Add(whole);
        checksum.AddSplit(split, kept);
        return checksum.Finish();
    }

    public void Add(ClipFacts clip, int joints, ReadOnlySpan<double> coordinates)
    {
        Add(clip.Name);
        Add([clip.Label, clip.Frames, joints, clip.Persons]);
        hash.AppendData(MemoryMarshal.AsBytes(coordinates));
    }

    public void AddSplit(string name, IReadOnlyList<int> clips)
    {
        Add(name);
        Add([.. clips]);
    }

    public string Finish() => Convert.ToHexStringLower(hash.GetHashAndReset());

    public void Dispose() => hash.Dispose();

    // The length goes first, so that no two lists of texts run together into the same bytes.
    private void Add(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Add([bytes.Length]);
        hash.AppendData(bytes);
    }

    private void Add(int[] values) => hash.AppendData(MemoryMarshal.AsBytes(values.AsSpan()));
}
