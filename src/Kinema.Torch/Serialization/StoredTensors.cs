using System.Runtime.InteropServices;
using Kinema.Storage;

namespace Kinema.Torch;

/// <summary>Between tensors and what files hold.</summary>
public static class StoredTensors
{
    /// <summary>Copies a stored tensor into a new one on the CPU.</summary>
    /// <param name="stored">From a safetensors or PyTorch file.</param>
    /// <param name="type">Converts to this type; null keeps the file's.</param>
    public static Tensor ToTensor(this StoredTensor stored, ScalarType? type = null)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var tensor = Tensor.Empty([.. stored.Shape], TypeOf(stored.Type));
        tensor.CopyBytes(stored.Bytes.Span);
        return type is { } wanted ? tensor.To(wanted) : tensor;
    }

    /// <summary>Copies a tensor, in C order, into what a file can hold.</summary>
    /// <param name="tensor">On any device.</param>
    /// <param name="name">Its name in the file.</param>
    public static StoredTensor ToStored(this Tensor tensor, string name)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using var scope = TensorScope.Begin();
        var dense = tensor.Detach().To(Device.Cpu).Contiguous();
        return new StoredTensor(name, TypeOf(dense.Type), dense.Sizes.ToArray(), dense.Bytes().ToArray());
    }

    private static ScalarType TypeOf(StoredType type) => type switch
    {
        StoredType.Bool => ScalarType.Bool,
        StoredType.UInt8 => ScalarType.UInt8,
        StoredType.Int8 => ScalarType.Int8,
        StoredType.Int16 => ScalarType.Int16,
        StoredType.Int32 => ScalarType.Int32,
        StoredType.Int64 => ScalarType.Int64,
        StoredType.Float16 => ScalarType.Float16,
        StoredType.BFloat16 => ScalarType.BFloat16,
        StoredType.Float32 => ScalarType.Float32,
        StoredType.Float64 => ScalarType.Float64,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no tensor type"),
    };

    private static StoredType TypeOf(ScalarType type) => type switch
    {
        ScalarType.Bool => StoredType.Bool,
        ScalarType.UInt8 => StoredType.UInt8,
        ScalarType.Int8 => StoredType.Int8,
        ScalarType.Int16 => StoredType.Int16,
        ScalarType.Int32 => StoredType.Int32,
        ScalarType.Int64 => StoredType.Int64,
        ScalarType.Float16 => StoredType.Float16,
        ScalarType.BFloat16 => StoredType.BFloat16,
        ScalarType.Float32 => StoredType.Float32,
        ScalarType.Float64 => StoredType.Float64,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no stored type"),
    };
}

public sealed unsafe partial class Tensor
{
    /// <summary>The bytes of a CPU tensor in C order.</summary>
    internal ReadOnlySpan<byte> Bytes()
    {
        var description = Read();
        return new ReadOnlySpan<byte>((void*)description.Data, checked((int)(description.Elements * ElementSize(description.Type))));
    }

    /// <summary>Overwrites the elements of a fresh C-ordered CPU tensor.</summary>
    internal void CopyBytes(ReadOnlySpan<byte> bytes)
    {
        var description = Read();
        bytes.CopyTo(new Span<byte>((void*)description.Data, checked((int)(description.Elements * ElementSize(description.Type)))));
    }

    private static int ElementSize(ScalarType type) => type switch
    {
        ScalarType.Bool or ScalarType.UInt8 or ScalarType.Int8 => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        _ => 8,
    };
}
