using System.Diagnostics;

namespace Kinema.Cli.Tests;

/// <summary>Runs the scripts of bench/, which are in Python, without what the environment says of waiting.</summary>
internal static class PythonScript
{
    public const string Interpreter = "/usr/bin/python3";

    /// <param name="arguments">Of the interpreter.</param>
    /// <param name="waits">OMP_WAIT_POLICY; null leaves it unset.</param>
    /// <param name="from">The working directory.</param>
    public static (int Code, string Output, string Error) Run(string[] arguments, string? waits = null, string from = "")
    {
        var start = new ProcessStartInfo(Interpreter, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = from };
        foreach (var name in (string[])["OMP_WAIT_POLICY", "GOMP_SPINCOUNT"]) start.Environment.Remove(name);
        if (waits is not null) start.Environment["OMP_WAIT_POLICY"] = waits;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
