using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Kinema.Storage;

namespace Kinema.Runs;

/// <summary><c>environment.json</c>: what a run ran on. Names no user, host or folder.</summary>
public sealed record RunEnvironment
{
    /// <summary>What the document is.</summary>
    public string Schema { get; init; } = "kinema.environment";

    /// <summary>Grows when a key changes its meaning.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Kinema's version.</summary>
    public required string Kinema { get; init; }

    /// <summary>The commit it was built from; absent if the build did not know.</summary>
    public string? Commit { get; init; }

    /// <summary>Operating system with its version.</summary>
    public required string System { get; init; }

    /// <summary>Processor architecture, e.g. <c>x64</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Processor model; absent if the system does not tell.</summary>
    public string? Processor { get; init; }

    /// <summary>Widest vector unit in use, e.g. <c>avx512</c>; absent off x64.</summary>
    public string? Vectors { get; init; }

    /// <summary>Logical processors this process may use.</summary>
    public required int Cores { get; init; }

    /// <summary>Threads the run used for computing.</summary>
    public required int Threads { get; init; }

    /// <summary>The .NET runtime.</summary>
    public required string Dotnet { get; init; }

    /// <summary>libtorch's version.</summary>
    public string? Libtorch { get; init; }

    /// <summary>Device the run computed on, e.g. <c>cpu</c>.</summary>
    public string? Device { get; init; }

    /// <summary>Checksum over the clips used.</summary>
    public string? DataChecksum { get; init; }

    /// <summary>This process and machine.</summary>
    /// <param name="threads">Threads the run computes with.</param>
    /// <param name="libtorch">libtorch's version, if it is loaded.</param>
    /// <param name="device">Device, if the run uses one.</param>
    /// <param name="dataChecksum">Checksum of the data set, if the run reads one.</param>
    public static RunEnvironment Capture(int threads, string? libtorch = null, string? device = null, string? dataChecksum = null)
    {
        // The SDK appends "+commit" to the informational version when it builds inside a git checkout.
        var informational = typeof(RunEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>();
        var version = informational?.InformationalVersion.Split('+') ?? ["unknown"];
        return new()
        {
            Kinema = version[0],
            Commit = version.Length > 1 ? version[1] : null,
            System = RuntimeInformation.OSDescription,
            Architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
            Processor = ProcessorModel(),
            Vectors = Vector512.IsHardwareAccelerated ? "avx512" : Avx2.IsSupported ? "avx2" : Sse2.IsSupported ? "sse2" : null,
            Cores = global::System.Environment.ProcessorCount,
            Threads = threads,
            Dotnet = global::System.Environment.Version.ToString(),
            Libtorch = libtorch,
            Device = device,
            DataChecksum = dataChecksum,
        };
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="KinemaException">The file cannot be written.</exception>
    public void Save(string path) => RunJson.Save(path, this);

    /// <summary>Reads the file.</summary>
    /// <exception cref="KinemaException"><see cref="ExitCode.Data"/>: missing or damaged.</exception>
    public static RunEnvironment Load(string path) => RunJson.Load<RunEnvironment>(path);

    /// <summary>Linux tells in /proc/cpuinfo, Windows in an environment variable.</summary>
    private static string? ProcessorModel()
    {
        try
        {
            var line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal));
            return line?.Split(':', 2)[^1].Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return global::System.Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        }
    }
}
