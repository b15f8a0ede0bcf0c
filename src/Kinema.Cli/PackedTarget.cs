using System.CommandLine;
using Kinema.Skeletons.Datasets;
using Kinema.Storage;

namespace Kinema.Cli;

/// <summary>Where a packed data set is written: a <c>.safetensors</c> file, or <c>clips.safetensors</c> in a folder.</summary>
internal static class PackedTarget
{
    public static Option<string> Option() => new("--out", "-o")
    {
        Description = $"a .safetensors file, or a folder to write {PackedDataset.FileName} into", HelpName = "PATH", Required = true,
    };

    /// <summary>The file that a given path means.</summary>
    /// <exception cref="KinemaException">The path is a file of another ending (<see cref="ExitCode.Usage"/>).</exception>
    public static string Of(string path)
    {
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path)) { return path; }
        return File.Exists(path)
            ? throw new KinemaException(ExitCode.Usage, $"{path}: is a file; --out takes a folder, or a file that ends with .safetensors")
            : Path.Combine(path, PackedDataset.FileName);
    }
}
