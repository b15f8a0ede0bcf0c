using System.Text;
using Kinema.Skeletons.Datasets.Synthetic;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// Writes the raw text of NTU RGB+D as <see cref="NtuText"/> reads it: seven digits a number, as the original has them. The fields that no
/// skeleton pipeline reads are filled in the same manner: pixels by rough camera constants, orientations by the direction of the bone.
/// </summary>
internal sealed class NtuTextWriter(bool carriageReturns)
{
    private const int LongestLine = 256;
    private static readonly int[] Parents = ParentsOf(Layouts.Ntu);

    private byte[] buffer = new byte[1 << 18];
    private int length;

    /// <summary>The text so far.</summary>
    public byte[] ToArray() => buffer[..length];

    /// <summary>A line with a count.</summary>
    public void Count(int count)
    {
        Reserve();
        Whole((uint)count);
        EndLine();
    }

    /// <summary>A body: its line, the number of its joints and theirs.</summary>
    /// <param name="id">The sensor's number for it.</param>
    /// <param name="points">The 25 joints, camera coordinates.</param>
    public void Body(string id, ReadOnlySpan<Vector3D> points)
    {
        Reserve();
        length += Encoding.ASCII.GetBytes(id, buffer.AsSpan(length));
        Text(" 0 1 1 1 1 0"u8);
        Number(points[20].X - points[0].X);
        Number(points[20].Z - points[0].Z);
        Text(" 2"u8);
        EndLine();
        Count(points.Length);
        for (var joint = 0; joint < points.Length; joint++)
            Joint(points[joint], Parents[joint] < 0 ? default : points[joint] - points[Parents[joint]]);
    }

    private void Joint(Vector3D point, Vector3D bone)
    {
        Reserve();
        Number(point.X, first: true);
        Number(point.Y);
        Number(point.Z);
        var (across, up) = (point.X / point.Z, point.Y / point.Z);
        Number(256 + 365 * across);
        Number(212 - 365 * up);
        Number(975 + 1060 * across);
        Number(540 - 1060 * up);

        // The rotation that brings "up" onto the bone: the quaternion (1 + u·b, u × b), of unit length.
        var b = bone.Length > 0 ? bone * (1 / bone.Length) : default;
        var norm = Math.Sqrt(Math.Max(2 + 2 * b.Y, 1e-9));
        Number((1 + b.Y) / norm);
        Number(b.Z / norm);
        Number(0);
        Number(-b.X / norm);
        Text(" 2"u8);
        EndLine();
    }

    private void Number(double value, bool first = false)
    {
        if (!first)
            buffer[length++] = (byte)' ';
        var size = Math.Abs(value);
        var (decimals, power) = size switch
        {
            < 0.1 => (8, 100_000_000u),
            < 1 => (7, 10_000_000u),
            < 10 => (6, 1_000_000u),
            < 100 => (5, 100_000u),
            < 1000 => (4, 10_000u),
            _ => (3, 1_000u),
        };
        var digits = (uint)(Math.Min(size, 9999) * power + 0.5);
        if (value < 0 && digits > 0)
            buffer[length++] = (byte)'-';
        var whole = digits / power;
        Whole(whole);
        var rest = digits - whole * power;
        if (rest == 0)
            return;
        buffer[length++] = (byte)'.';
        for (var place = decimals - 1; place >= 0; place--)
        {
            buffer[length + place] = (byte)('0' + rest % 10);
            rest /= 10;
        }
        length += decimals;
        while (buffer[length - 1] == '0')
            length--;
    }

    private void Whole(uint number)
    {
        var digits = 1;
        for (var rest = number; rest >= 10; rest /= 10)
            digits++;
        for (var place = digits - 1; place >= 0; place--)
        {
            buffer[length + place] = (byte)('0' + number % 10);
            number /= 10;
        }
        length += digits;
    }

    private void Text(ReadOnlySpan<byte> text)
    {
        text.CopyTo(buffer.AsSpan(length));
        length += text.Length;
    }

    private void EndLine() => Text(carriageReturns ? "\r\n"u8 : "\n"u8);

    private void Reserve()
    {
        if (buffer.Length - length < LongestLine)
            Array.Resize(ref buffer, 2 * buffer.Length);
    }

    private static int[] ParentsOf(SkeletonLayout layout)
    {
        var parents = new int[layout.JointCount];
        Array.Fill(parents, -1);
        foreach (var bone in layout.Bones)
            parents[bone.Child] = bone.Parent;
        return parents;
    }
}
