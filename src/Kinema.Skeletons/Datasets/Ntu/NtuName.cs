using System.Globalization;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// What the name SsssCcccPpppRrrrAaaa of an NTU RGB+D clip says: setup (the arrangement of cameras), camera, performer, replication and
/// action, all numbered from 1. Names compare as their texts do.
/// </summary>
internal readonly record struct NtuName(int Setup, int Camera, int Performer, int Replication, int Action) : IComparable<NtuName>
{
    private const string Ending = ".skeleton";
    private const int Length = 20;

    /// <summary>The class, 0-based.</summary>
    public int Label => Action - 1;

    /// <summary>Reads the name of a clip, without folder and ending; null if the text is something else.</summary>
    public static NtuName? Parse(ReadOnlySpan<char> name) =>
        name.Length == Length
        && Number(name, 0, 'S') is var setup and >= 0
        && Number(name, 4, 'C') is var camera and >= 0
        && Number(name, 8, 'P') is var performer and >= 0
        && Number(name, 12, 'R') is var replication and >= 0
        && Number(name, 16, 'A') is var action and >= 0
            ? new NtuName(setup, camera, performer, replication, action)
            : null;

    /// <summary>Reads the name of a clip file, whatever folders it lies in and whichever slash is between them; null for other files.</summary>
    public static NtuName? OfFile(ReadOnlySpan<char> path) =>
        path.Length >= Length + Ending.Length && path.EndsWith(Ending, StringComparison.Ordinal)
        && (path.Length == Length + Ending.Length || path[^(Length + Ending.Length + 1)] is '/' or '\\')
            ? Parse(path[^(Length + Ending.Length)..^Ending.Length])
            : null;

    /// <inheritdoc/>
    public int CompareTo(NtuName other) => Order.CompareTo(other.Order);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"S{Setup:000}C{Camera:000}P{Performer:000}R{Replication:000}A{Action:000}");

    private long Order => (((Setup * 1000L + Camera) * 1000 + Performer) * 1000 + Replication) * 1000 + Action;

    // Three digits behind a letter; negative if it is something else.
    private static int Number(ReadOnlySpan<char> name, int at, char letter)
    {
        var (a, b, c) = (name[at + 1] - '0', name[at + 2] - '0', name[at + 3] - '0');
        return name[at] == letter && (uint)a <= 9 && (uint)b <= 9 && (uint)c <= 9 ? 100 * a + 10 * b + c : -1;
    }
}
