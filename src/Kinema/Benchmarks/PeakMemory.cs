using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Kinema.Torch;

namespace Kinema.Benchmarks;

/// <summary>The largest memory of this process since a moment, where Linux keeps that mark and lets us set it back.</summary>
/// <param name="Bytes">Resident memory at its largest.</param>
/// <param name="SinceReset">False where the mark could not be set back: then it is the largest since the process began.</param>
public sealed partial record PeakMemory(long Bytes, bool SinceReset)
{
    private const string Mark = "VmHWM:";

    /// <summary>Gives freed memory back to the system and sets the mark to what is in use.</summary>
    /// <returns>Whether that worked.</returns>
    public static bool Reset()
    {
        if (!OperatingSystem.IsLinux()) return false;
        TorchRuntime.TrimMemory();
        try
        {
            _ = malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc keeps no freed memory that we asked it to keep.
        }

        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5"); // 5: the peak of resident memory
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Reads the mark.</summary>
    /// <param name="reset">What <see cref="Reset"/> answered.</param>
    public static PeakMemory Read(bool reset)
    {
        if (OperatingSystem.IsLinux())
        {
            var line = File.ReadLines("/proc/self/status").FirstOrDefault(text => text.StartsWith(Mark, StringComparison.Ordinal));
            if (line is not null)
                return new(1024 * long.Parse(line[Mark.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture), reset);
        }

        using var process = Process.GetCurrentProcess();
        return new(process.PeakWorkingSet64, SinceReset: false);
    }

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);
}
