namespace Kinema.Storage;

/// <summary>What the header of a safetensors file says about one tensor.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The extents; empty for a scalar.</param>
/// <param name="Offset">The first byte, counted from the end of the header.</param>
/// <param name="Length">The number of bytes.</param>
public sealed record SafeTensorsEntry(string Name, StoredType Type, IReadOnlyList<long> Shape, long Offset, long Length)
{
    /// <summary>The product of the extents; 1 for a scalar.</summary>
    public long ElementCount => Length / Type.SizeInBytes();
}
