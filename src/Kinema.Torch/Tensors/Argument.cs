using Kinema.Torch.Interop;

namespace Kinema.Torch;

/// <summary>One argument of an operator call: whatever a schema of ATen can ask for. Made implicitly from the natural C# type.</summary>
public readonly struct Argument
{
    internal readonly Tag Tag;
    internal readonly long Bits;
    internal readonly object? Reference;

    private Argument(Tag tag, long bits, object? reference = null) => (Tag, Bits, Reference) = (tag, bits, reference);

    /// <summary>The absent optional argument.</summary>
    public static Argument None => default;

    /// <summary>A tensor, or none.</summary>
    public static implicit operator Argument(Tensor? value) => value is null ? default : new(Tag.Tensor, 0, value);

    /// <summary>A number.</summary>
    public static implicit operator Argument(long value) => new(Tag.Int, value);

    /// <summary>A number, or none.</summary>
    public static implicit operator Argument(long? value) => value is { } number ? new(Tag.Int, number) : default;

    /// <summary>A number.</summary>
    public static implicit operator Argument(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A flag.</summary>
    public static implicit operator Argument(bool value) => new(Tag.Bool, value ? 1 : 0);

    /// <summary>A shape, a stride, a list of axes.</summary>
    public static implicit operator Argument(long[]? values) => values is null ? default : new(Tag.Ints, 0, values);

    /// <summary>Flags, one per output.</summary>
    public static implicit operator Argument(bool[] values) => new(Tag.Bools, 0, values);

    /// <summary>Factors, one per axis.</summary>
    public static implicit operator Argument(double[] values) => new(Tag.Doubles, 0, values);

    /// <summary>A list of tensors; null entries where the schema takes optional ones.</summary>
    public static implicit operator Argument(Tensor?[] values) => new(Tag.Tensors, 0, values);

    /// <summary>A text, such as a rounding mode.</summary>
    public static implicit operator Argument(string? value) => value is null ? default : new(Tag.String, 0, value);

    /// <summary>An element type.</summary>
    public static implicit operator Argument(ScalarType value) => new(Tag.Int, (long)value);

    /// <summary>An element type, or none.</summary>
    public static implicit operator Argument(ScalarType? value) => value is { } type ? new(Tag.Int, (long)type) : default;

    /// <summary>A memory format.</summary>
    public static implicit operator Argument(MemoryFormat value) => new(Tag.Int, (long)value);

    /// <summary>A device.</summary>
    public static implicit operator Argument(Device value) => new(Tag.Device, ((long)value.Kind << 32) | (uint)value.Index);

    /// <summary>A random generator, or none for the default one.</summary>
    public static implicit operator Argument(Generator? value) => value is null ? default : new(Tag.Generator, 0, value);

    internal string Describe() => Tag switch
    {
        Tag.None => "none",
        Tag.Tensor => ((Tensor)Reference!).Describe(),
        Tag.Int or Tag.Bool => Bits.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Tag.Double => BitConverter.Int64BitsToDouble(Bits).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        Tag.Ints => $"[{string.Join(", ", (long[])Reference!)}]",
        Tag.Doubles => $"[{string.Join(", ", (double[])Reference!)}]",
        Tag.Bools => $"[{string.Join(", ", (bool[])Reference!)}]",
        Tag.Tensors => $"[{string.Join(", ", ((Tensor?[])Reference!).Select(t => t?.Describe() ?? "none"))}]",
        _ => Reference?.ToString() ?? Tag.ToString(),
    };
}
