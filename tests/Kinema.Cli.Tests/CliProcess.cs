using System.Diagnostics;
using System.Text.Json;

namespace Kinema.Cli.Tests;

/// <summary>What a run of the command line left behind.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">stdout.</param>
/// <param name="Error">stderr.</param>
internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>stdout as the one JSON document it must be.</summary>
    public JsonElement Document
    {
        get
        {
            using var document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
    }
}

/// <summary>Runs the built command line as a process of its own, as a user or a script does.</summary>
internal static class CliProcess
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Kinema.Cli.dll");

    public static CliResult Run(params string[] arguments) => Run(arguments, environment: null);

    public static CliResult Run(string[] arguments, Dictionary<string, string>? environment, string? folder = null, string input = "")
    {
        using var process = Start(arguments, environment, folder, input);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(120)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"kinema {string.Join(' ', arguments)} did not end");
        }
        return new CliResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    public static Process Start(string[] arguments, Dictionary<string, string>? environment = null, string? folder = null, string input = "")
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        start.Environment["TERM"] = "xterm-256color";
        foreach (var (name, value) in environment ?? []) { start.Environment[name] = value; }
        var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        return process;
    }
}
