using System.Numerics;

namespace Kinema.Storage.Pickles;

/// <summary>Reads the values of a pickle whose length is told before them: whole numbers of any size, texts, bytes.</summary>
internal static class PickleScalars
{
    private const int LongestNumber = 255;

    public static PickleValue WholeNumber(PickleMachine machine, PickleInput input, long length) => length <= LongestNumber
        ? new PickleInteger(new BigInteger(input.ReadBytes(length)))
        : throw machine.Refused($"a whole number of {length} bytes");

    public static PickleValue Text(PickleMachine machine, PickleInput input, long length) =>
        PickleText.Of(input.ReadBytes(length)) ?? throw machine.Damaged("text that is not valid UTF-8");

    /// <summary>A <c>str</c> of Python 2, which may be text or bytes.</summary>
    public static PickleValue Python2String(PickleMachine machine, PickleInput input, long length)
    {
        if (length >= machine.LeavesFrom)
        {
            return Bytes(machine, input, length);
        }

        var bytes = input.ReadBytes(length);
        return PickleText.Of(bytes) ?? (PickleValue)new PickleBytes(bytes);
    }

    /// <summary>Bytes; many of them stay in the file, where their array is read from when it is asked for.</summary>
    public static PickleValue Bytes(PickleMachine machine, PickleInput input, long length)
    {
        if (length < machine.LeavesFrom)
        {
            return new PickleBytes(input.ReadBytes(length));
        }

        var offset = input.Position;
        input.Skip(length);
        return new PickleBytesInFile(offset, length);
    }
}
