using System.Globalization;

namespace Kinema.Torch.Interop;

/// <summary>Which file the code at an address was loaded from.</summary>
internal static class LoadedFile
{
    private const string Maps = "/proc/self/maps";

    /// <summary>The file of this process that holds an address; null where the system does not tell.</summary>
    public static string? Holding(nint address) => File.Exists(Maps) ? Holding((ulong)address, File.ReadLines(Maps)) : null;

    /// <summary>The same by lines of <c>/proc/self/maps</c>: <c>begin-end rights offset device inode file</c>, addresses in hexadecimal.</summary>
    internal static string? Holding(ulong address, IEnumerable<string> maps) => maps
        .Select(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        .FirstOrDefault(cells => cells.Length == 6 && Within(address, cells[0].Split('-')))?[5];

    private static bool Within(ulong address, string[] ends) => Number(ends[0]) <= address && address < Number(ends[1]);

    private static ulong Number(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
