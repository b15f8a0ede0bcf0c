using System.Numerics;
using System.Text;

namespace Kinema.Storage.Pickles;

/// <summary>
/// A value read from a pickle: plain data, never an object with behaviour. A tree that Kinema hands out is finite: no container holds
/// itself, none is nested deeper than <see cref="PickleTree.DeepestNesting"/>, and it stays small even when written out without sharing.
/// </summary>
public abstract class PickleValue
{
    private protected PickleValue()
    {
    }

    /// <summary>What this is, for messages: <c>a list</c>, <c>text</c>, …</summary>
    public abstract string Kind { get; }
}

/// <summary>Python's <c>None</c>.</summary>
public sealed class PickleNone : PickleValue
{
    internal static readonly PickleNone Only = new();

    private PickleNone()
    {
    }

    /// <inheritdoc/>
    public override string Kind => "None";
}

/// <summary>A truth value.</summary>
public sealed class PickleBool : PickleValue
{
    internal static readonly PickleBool True = new(true), False = new(false);

    private PickleBool(bool value) => Value = value;

    /// <summary>The value.</summary>
    public bool Value { get; }

    /// <inheritdoc/>
    public override string Kind => "a truth value";
}

/// <summary>A whole number of up to 255 bytes.</summary>
public sealed class PickleInteger : PickleValue
{
    internal PickleInteger(BigInteger value) => Value = value;

    /// <summary>The value.</summary>
    public BigInteger Value { get; }

    /// <inheritdoc/>
    public override string Kind => "a whole number";
}

/// <summary>A floating-point number.</summary>
public sealed class PickleReal : PickleValue
{
    internal PickleReal(double value) => Value = value;

    /// <summary>The value.</summary>
    public double Value { get; }

    /// <inheritdoc/>
    public override string Kind => "a number";
}

/// <summary>Text; also a byte string of Python 2 that is valid UTF-8.</summary>
public sealed class PickleText : PickleValue
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal PickleText(string value) => Value = value;

    /// <summary>The value.</summary>
    public string Value { get; }

    /// <inheritdoc/>
    public override string Kind => "text";

    /// <summary>The text of some bytes, or null where they are not valid UTF-8.</summary>
    internal static PickleText? Of(byte[] bytes)
    {
        try
        {
            return new PickleText(Utf8.GetString(bytes));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

/// <summary>A byte string.</summary>
public sealed class PickleBytes : PickleValue
{
    internal PickleBytes(ReadOnlyMemory<byte> value) => Value = value;

    /// <summary>The value.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <inheritdoc/>
    public override string Kind => "bytes";
}

/// <summary>A byte string that was passed over; only an array may be made of it.</summary>
internal sealed class PickleBytesInFile(long offset, long length) : PickleValue
{
    public override string Kind => "bytes";

    internal long Offset => offset;

    internal long Length => length;
}

/// <summary>A list, a tuple or a set.</summary>
public abstract class PickleSequence : PickleValue
{
    private protected PickleSequence(List<PickleValue> items) => Values = items;

    /// <summary>The items in order.</summary>
    public IReadOnlyList<PickleValue> Items => Values;

    internal List<PickleValue> Values { get; }
}

/// <summary>A list.</summary>
public sealed class PickleList : PickleSequence
{
    internal PickleList(List<PickleValue> items)
        : base(items)
    {
    }

    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>A tuple, also a <c>torch.Size</c>.</summary>
public sealed class PickleTuple : PickleSequence
{
    internal PickleTuple(List<PickleValue> items)
        : base(items)
    {
    }

    /// <inheritdoc/>
    public override string Kind => "a tuple";
}

/// <summary>A set or frozen set, in the order of the file; equal items are not merged.</summary>
public sealed class PickleSet : PickleSequence
{
    internal PickleSet(List<PickleValue> items)
        : base(items)
    {
    }

    /// <inheritdoc/>
    public override string Kind => "a set";
}

/// <summary>A name from the allow-list kept as data: a dtype such as <c>torch.float32</c>, or a function that was never called.</summary>
public sealed class PickleName : PickleValue
{
    internal PickleName(string name) => Name = name;

    /// <summary>Module and name, such as <c>torch.float32</c>.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override string Kind => Name;
}
