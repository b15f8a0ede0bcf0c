using System.Globalization;
using System.Runtime.InteropServices;

namespace Kinema.Storage;

/// <summary>
/// A tensor as a file holds it: a name, an element type, a shape and its bytes in C order (last axis fastest), little endian.
/// </summary>
/// <example><code>
/// var weight = StoredTensor.From("fc.weight", [2, 3], [1f, 2f, 3f, 4f, 5f, 6f]);
/// float[] values = weight.ToSingles();
/// </code></example>
public sealed class StoredTensor
{
    /// <summary>A tensor over bytes that are already in place; they are not copied.</summary>
    /// <exception cref="ArgumentException">The shape has a negative extent or needs another number of bytes.</exception>
    public StoredTensor(string name, StoredType type, IReadOnlyList<long> shape, ReadOnlyMemory<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(shape);
        (Name, Type, Shape, Bytes) = (name, type, [.. shape], bytes);
        ElementCount = TryCount(Shape, out var count)
            ? count
            : throw new ArgumentException($"tensor '{name}' has the impossible shape {Describe(Shape)}", nameof(shape));
        if (ElementCount > int.MaxValue || ElementCount * type.SizeInBytes() != bytes.Length)
        {
            throw new ArgumentException(
                $"tensor '{name}' of {type} {Describe(Shape)} needs {ElementCount} × {type.SizeInBytes()} bytes; got {bytes.Length}",
                nameof(bytes));
        }
    }

    /// <summary>The name in the file, such as <c>fc.weight</c>.</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public StoredType Type { get; }

    /// <summary>The extents; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The product of the extents; 1 for a scalar.</summary>
    public long ElementCount { get; }

    /// <summary>The elements in C order, little endian.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>A copy of single-precision values under a name and shape.</summary>
    public static StoredTensor From(string name, IReadOnlyList<long> shape, ReadOnlySpan<float> values) =>
        Copy(name, StoredType.Float32, shape, values);

    /// <summary>A copy of double-precision values under a name and shape.</summary>
    public static StoredTensor From(string name, IReadOnlyList<long> shape, ReadOnlySpan<double> values) =>
        Copy(name, StoredType.Float64, shape, values);

    /// <summary>A copy of half-precision values under a name and shape.</summary>
    public static StoredTensor From(string name, IReadOnlyList<long> shape, ReadOnlySpan<Half> values) =>
        Copy(name, StoredType.Float16, shape, values);

    /// <summary>A copy of 64-bit integers under a name and shape.</summary>
    public static StoredTensor From(string name, IReadOnlyList<long> shape, ReadOnlySpan<long> values) =>
        Copy(name, StoredType.Int64, shape, values);

    /// <summary>A copy of 32-bit integers under a name and shape.</summary>
    public static StoredTensor From(string name, IReadOnlyList<long> shape, ReadOnlySpan<int> values) =>
        Copy(name, StoredType.Int32, shape, values);

    /// <summary>A copy of 16-bit integers under a name and shape.</summary>
    public static StoredTensor From(string name, IReadOnlyList<long> shape, ReadOnlySpan<short> values) =>
        Copy(name, StoredType.Int16, shape, values);

    /// <summary>A copy of unsigned bytes under a name and shape.</summary>
    public static StoredTensor From(string name, IReadOnlyList<long> shape, ReadOnlySpan<byte> values) =>
        Copy(name, StoredType.UInt8, shape, values);

    /// <summary>A copy of truth values under a name and shape.</summary>
    public static StoredTensor From(string name, IReadOnlyList<long> shape, ReadOnlySpan<bool> values) =>
        Copy(name, StoredType.Bool, shape, values);

    /// <summary>The same bytes under another name.</summary>
    public StoredTensor Named(string name) => new(name, Type, Shape, Bytes);

    /// <summary>All elements as floats, rounded where the stored type is wider.</summary>
    public float[] ToSingles()
    {
        var result = new float[ElementCount];
        ElementConversion.ToSingles(Type, Bytes.Span, result);
        return result;
    }

    /// <summary>All elements as doubles; exact except for integers beyond 2⁵³.</summary>
    public double[] ToDoubles()
    {
        var result = new double[ElementCount];
        ElementConversion.ToDoubles(Type, Bytes.Span, result);
        return result;
    }

    /// <summary>All elements as integers; floating-point elements must be whole numbers.</summary>
    /// <exception cref="KinemaException">An element is not a whole number that 64 bits can hold.</exception>
    public long[] ToInt64s()
    {
        var result = new long[ElementCount];
        if (!Type.IsFloatingPoint())
        {
            ElementConversion.ToInt64s(Type, Bytes.Span, result);
            return result;
        }

        var values = ToDoubles();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] != Math.Truncate(values[i]) || Math.Abs(values[i]) >= 9.2e18)
            {
                throw new KinemaException(ExitCode.Checkpoint, string.Create(
                    CultureInfo.InvariantCulture, $"tensor '{Name}' should hold whole numbers, but element {i} is {values[i]}"));
            }

            result[i] = (long)values[i];
        }

        return result;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Type} {Describe(Shape)}";

    /// <summary>A shape as people write it: <c>(2, 3)</c>.</summary>
    internal static string Describe(IReadOnlyList<long> shape) =>
        $"({string.Join(", ", shape.Select(extent => extent.ToString(CultureInfo.InvariantCulture)))})";

    /// <summary>The product of the extents, or false when one is negative or the product does not fit 62 bits.</summary>
    internal static bool TryCount(IReadOnlyList<long> shape, out long count)
    {
        Int128 product = 1;
        count = 0;
        var empty = false;
        foreach (var extent in shape)
        {
            if (extent < 0)
            {
                return false;
            }

            empty |= extent == 0;
            product = extent == 0 ? product : product * extent;
            if (product > 1L << 62)
            {
                return false;
            }
        }

        count = empty ? 0 : (long)product;
        return true;
    }

    private static StoredTensor Copy<T>(string name, StoredType type, IReadOnlyList<long> shape, ReadOnlySpan<T> values)
        where T : unmanaged => new(name, type, shape, MemoryMarshal.AsBytes(values).ToArray());
}
