using System.CommandLine;
using Kinema.Cli.Doctor;
using Kinema.Storage;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema doctor</c>: is this machine ready?</summary>
internal static class DoctorCommand
{
    public static Command Create() => new Verb("doctor", "checks machine, libtorch and speed; says how to mend them")
    {
        CommonOptions.Json(),
    }.With(
        ["kinema doctor", "kinema doctor --json | grep '\"passed\"'"],
        "exit code 8 if a check failed; warnings do not count",
        (_, terminal) => Run(terminal));

    private static void Run(Terminal terminal)
    {
        List<HealthCheck> checks = [new("kinema", Health.Ok, CommandLine.Version), .. MachineChecks.All(Environment.CurrentDirectory), .. TorchChecks.All()];
        var failed = checks.Count(check => check.Status == Health.Failed);
        if (failed > 0) { terminal.ExitCode = ExitCode.CheckFailed; }
        if (terminal.Json)
        {
            Json.Write(terminal, "kinema.doctor", new { Passed = failed == 0, Checks = checks });
            return;
        }
        var width = checks.Max(check => check.Name.Length);
        foreach (var check in checks)
        {
            var mark = check.Status switch { Health.Ok => "ok  ", Health.Warning => "warn", _ => "FAIL" };
            terminal.Out.WriteLine($"{mark}  {check.Name.PadRight(width)}  {check.Found}");
            if (check.Fix is { } fix) { terminal.Out.WriteLine($"      {new string(' ', width)}  -> {fix}"); }
        }
        terminal.Out.WriteLine(failed == 0 ? "ready" : $"{failed} of {checks.Count} checks failed");
    }
}
