using System.Globalization;
using System.Runtime.InteropServices;

namespace Kinema.Cli.Doctor;

/// <summary>Looks at the machine: system, processor, memory, disk. Nothing is changed.</summary>
internal static class MachineChecks
{
    private const double Gigabyte = 1e9;

    public static IEnumerable<HealthCheck> All(string folder)
    {
        yield return new HealthCheck("system", Health.Ok, $"{SystemName()}, {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}");
        yield return new HealthCheck("runtime", Health.Ok, RuntimeInformation.FrameworkDescription);
        yield return HealthCheck.Of("processor", "report this as a bug", () =>
            (Health.Ok, $"{ProcessorName()}, {Environment.ProcessorCount} cores for this process", null));
        yield return HealthCheck.Of("vector units", "report this as a bug", () => Acceleration.Vectors(VectorUnits.Here()));
        yield return HealthCheck.Of("memory", "report this as a bug", Memory);
        yield return HealthCheck.Of("disk", $"make {folder} writable, or run from another folder", () => Disk(folder));
    }

    private static (Health, string, string?) Memory()
    {
        var total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Gigabyte;
        var free = FreeMemory() / Gigabyte ?? total;
        var found = string.Create(CultureInfo.InvariantCulture, $"{free:0.0} GB free of {total:0.0} GB");
        return free >= 2 ? (Health.Ok, found, null) : (Health.Warning, found, "training wants 2 GB: close other programs, or lower the batch size");
    }

    private static (Health, string, string?) Disk(string folder)
    {
        var probe = Path.Combine(folder, $".kinema-doctor-{Environment.ProcessId}");
        File.WriteAllText(probe, "");
        File.Delete(probe);
        var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace / Gigabyte;
        var found = string.Create(CultureInfo.InvariantCulture, $"{free:0.0} GB free in {folder}");
        return free >= 1 ? (Health.Ok, found, null) : (Health.Warning, found, "runs keep checkpoints: free some space, or give --out on another disk");
    }

    private static string SystemName()
    {
        const string key = "PRETTY_NAME=";
        var line = File.Exists("/etc/os-release")
            ? File.ReadLines("/etc/os-release").FirstOrDefault(text => text.StartsWith(key, StringComparison.Ordinal))
            : null;
        return line is null ? RuntimeInformation.OSDescription : line[key.Length..].Trim('"');
    }

    private static string ProcessorName() => CpuInfo("model name") ?? "unknown processor";

    /// <summary>What the kernel of the system says of the processor; empty where it says nothing.</summary>
    public static HashSet<string> CpuFlags() => [.. (CpuInfo("flags") ?? CpuInfo("Features") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    private static string? CpuInfo(string key)
    {
        if (!File.Exists("/proc/cpuinfo")) { return null; }
        var line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(text => text.StartsWith(key, StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static double? FreeMemory()
    {
        if (!File.Exists("/proc/meminfo")) { return null; }
        var line = File.ReadLines("/proc/meminfo").FirstOrDefault(text => text.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return line is null ? null : 1024 * double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
