using System.Globalization;

namespace Kinema.Skeletons.Drawing;

/// <summary>A colour, 0 to 255 a channel, in sRGB.</summary>
internal readonly record struct Rgb(byte R, byte G, byte B)
{
    /// <summary>From <c>#rrggbb</c>.</summary>
    public static Rgb Parse(string hex)
    {
        var value = int.Parse(hex.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return new Rgb((byte)(value >> 16), (byte)(value >> 8), (byte)value);
    }

    /// <summary>This colour with a share (0 to 1) of another laid over it.</summary>
    public Rgb Mix(Rgb other, double share)
    {
        return new Rgb(Channel(R, other.R), Channel(G, other.G), Channel(B, other.B));

        byte Channel(byte from, byte to) => (byte)Math.Round(from + (to - from) * share);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{R:x2}{G:x2}{B:x2}");
}
