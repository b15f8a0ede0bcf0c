namespace Kinema.Storage.Pickles;

/// <summary>A PyTorch tensor or parameter, or a NumPy array.</summary>
public sealed class PickleTensor : PickleValue
{
    private StoredTensor? tensor;

    internal PickleTensor()
    {
    }

    internal PickleTensor(TensorStorage storage, StoredType type, long offset, long[] shape, long[] stride) =>
        View = new TensorView(storage, type, offset, shape, stride);

    /// <summary>
    /// The elements, contiguous in C order; its name is empty, since a pickle names the place and not the tensor. Those of an
    /// <see cref="OpenPickle"/> are asked for there.
    /// </summary>
    public StoredTensor Tensor => tensor ?? throw new InvalidOperationException("the storage of this tensor was not read");

    /// <summary>The element type.</summary>
    public StoredType Type => InFile?.Type ?? View?.Type ?? Tensor.Type;

    /// <summary>The extents; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape => InFile?.Shape ?? View?.Shape ?? Tensor.Shape;

    /// <inheritdoc/>
    public override string Kind => "a tensor";

    /// <summary>Where a PyTorch tensor lies in its storage; null for a NumPy array.</summary>
    internal TensorView? View { get; }

    /// <summary>Where the elements of a NumPy array lie that was left in the file.</summary>
    internal ArrayInFile? InFile { get; private set; }

    internal bool HasElements => tensor is not null;

    internal void Fill(StoredTensor elements) => tensor = elements;

    internal void Leave(ArrayInFile place) => InFile = place;
}

/// <summary>The elements of a NumPy array in the file of its pickle; their number is checked to be that of the bytes.</summary>
internal sealed record ArrayInFile(long Offset, int Length, StoredType Type, long[] Shape, bool IsFortranOrder);

/// <summary>A block of memory that one or more tensors look at, known by its key until its bytes are read.</summary>
internal sealed class TensorStorage(string key, long length, int elementSize)
{
    internal string Key => key;

    /// <summary>In bytes.</summary>
    internal long Length => length;

    /// <summary>In bytes, of the class that first mentioned it.</summary>
    internal int ElementSize => elementSize;

    /// <summary>Whether a tensor that was asked for lies here; others are not read.</summary>
    internal bool Wanted { get; set; }

    internal ReadOnlyMemory<byte>? Bytes { get; set; }
}

/// <summary>A storage with the element type it was mentioned with; on the machine's stack only, never part of a tree.</summary>
internal sealed class PickleStorage(TensorStorage storage, StoredType type, long offset, long count) : PickleValue
{
    public override string Kind => "a bare tensor storage";

    internal TensorStorage Storage => storage;

    internal StoredType Type => type;

    /// <summary>In bytes; not 0 only for the views of the legacy container.</summary>
    internal long Offset => offset;

    /// <summary>In bytes, from the offset on.</summary>
    internal long Length => count * type.SizeInBytes();
}

/// <summary>A tensor as offset (in bytes), extents and strides (in elements) over a storage.</summary>
internal sealed record TensorView(TensorStorage Storage, StoredType Type, long Offset, long[] Shape, long[] Stride)
{
    internal long ElementCount =>
        StoredTensor.TryCount(Shape, out var count) ? count : throw new InvalidOperationException("checked when built");

    internal long ByteCount => ElementCount * Type.SizeInBytes();

    /// <summary>Whether elements follow each other in C order; extents of 1 may have any stride.</summary>
    internal bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var axis = Shape.Length - 1; axis >= 0; axis--)
            {
                if (Shape[axis] != 1 && Stride[axis] != expected)
                {
                    return false;
                }

                expected *= Shape[axis];
            }

            return true;
        }
    }

    /// <summary>An array whose bytes hold nothing else, with the last axis or, in Fortran order, the first axis fastest.</summary>
    internal static StoredTensor ReadArray(StoredType type, long[] shape, bool fortran, ReadOnlyMemory<byte> bytes)
    {
        var stride = new long[shape.Length];
        var step = 1L;
        for (var i = 0; i < shape.Length; i++)
        {
            var axis = fortran ? i : shape.Length - 1 - i;
            (stride[axis], step) = (step, step * shape[axis]);
        }

        return new TensorView(new TensorStorage("", bytes.Length, type.SizeInBytes()) { Bytes = bytes }, type, 0, shape, stride).Read();
    }

    /// <summary>The elements in C order: the storage's own bytes where they lie so, else a copy.</summary>
    internal StoredTensor Read()
    {
        var bytes = Storage.Bytes ?? throw new InvalidOperationException($"storage {Storage.Key} was not read");
        return new StoredTensor("", Type, Shape, Contiguous(bytes));
    }

    private ReadOnlyMemory<byte> Contiguous(ReadOnlyMemory<byte> bytes)
    {
        if (ElementCount == 0)
        {
            return default;
        }

        if (IsContiguous)
        {
            return bytes.Slice((int)Offset, (int)ByteCount);
        }

        var size = Type.SizeInBytes();
        var result = GC.AllocateUninitializedArray<byte>((int)ByteCount);
        var index = new long[Shape.Length];
        var source = bytes.Span;
        var from = Offset;
        for (var to = 0; to < result.Length; to += size)
        {
            source.Slice((int)from, size).CopyTo(result.AsSpan(to));
            for (var axis = Shape.Length - 1; axis >= 0; axis--)                 // count up like an odometer
            {
                from += Stride[axis] * size;
                if (++index[axis] < Shape[axis])
                {
                    break;
                }

                from -= Stride[axis] * size * Shape[axis];
                index[axis] = 0;
            }
        }

        return result;
    }
}
