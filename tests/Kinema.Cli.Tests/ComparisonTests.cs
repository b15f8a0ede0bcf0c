using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;

namespace Kinema.Cli.Tests;

/// <summary>bench/compare, with scripts in the place of Kinema and of PyTorch that say what was called and give prepared times.</summary>
[UnsupportedOSPlatform("windows")] // the prepared programs are shell scripts
public sealed class ComparisonTests : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private const string Build = "\"commit\": \"abc\", \"vectors\": \"avx2\", \"cores\": 2";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [NeedsTheory(Python)]
    [InlineData("--help", 0)]
    [InlineData("train", 2)]
    [InlineData("train --checkout /no/such/folder", 2)]
    [InlineData("fly --checkout .", 2)]
    [InlineData("train --checkout . --kwargs [1]", 2)]
    [InlineData("train --checkout . --pairs 0", 2)]
    public void What_it_takes_is_said(string arguments, int exit)
    {
        var (code, output, error) = Compare(arguments.Split(' '));

        Assert.Equal(exit, code);
        Assert.Contains("usage: bench/compare", output + error, StringComparison.Ordinal);
        Assert.DoesNotContain("Traceback", error, StringComparison.Ordinal);
    }

    [NeedsFact(Python)]
    public void Neighbours_are_paired_who_begins_alternates_and_the_median_of_ratios_is_given()
    {
        Stub("kinema", Kinema(100));
        Stub("python", Torch("$(n=$(grep -c pytorch LOG); echo $((n * n * 100)))"));

        var (code, output, error) = Compare(["train", "--checkout", ".", "--pairs", "3", "--threads", "1", "--json"], stubs: true);

        Assert.True(code == 0, error);
        var document = JsonDocument.Parse(output).RootElement;
        Assert.Equal((4, 1, 9), (Number("ratio"), Number("low_ratio"), Number("high_ratio")));
        Assert.Equal(0.25, Number("memory_ratio"));
        Assert.Equal(("abc", "avx2", 2.0), (document.GetProperty("commit").GetString(), document.GetProperty("vectors").GetString(), Number("cores")));
        var first = document.GetProperty("pairs")[0];
        Assert.Equal([99, 101], first.GetProperty("kinema_rounds_ms").EnumerateArray().Select(value => value.GetInt32()));
        Assert.Equal([100, 100], first.GetProperty("pytorch_rounds_ms").EnumerateArray().Select(value => value.GetInt32()));
        Assert.Equal(
            ["kinema 1", "kinema 1", "pytorch 1", "pytorch 1", "kinema 1", "kinema 1", "pytorch 1", "kinema 1"], // the first starts, the last: ceilings
            File.ReadAllLines(Log).Select(line => line[..line.LastIndexOf(' ')]));

        double Number(string key) => document.GetProperty(key).GetDouble();
    }

    [NeedsTheory(Python), InlineData(false, "unset"), InlineData(true, "PASSIVE")]
    public void Waiting_and_memory_are_set_for_pytorch_only_when_asked(bool same, string expected)
    {
        Stub("kinema", Kinema(100));
        Stub("python", Torch("200"));

        var (code, _, error) = Compare(["train", "--checkout", ".", "--pairs", "1", "--threads", "1", .. same ? new[] { "--same-settings" } : []], stubs: true);

        Assert.True(code == 0, error);
        Assert.Equal(["kinema 1 unset", "kinema 1 unset", $"pytorch 1 {expected}", "kinema 1 unset"], File.ReadAllLines(Log));
    }

    [NeedsFact(Python)]
    public void What_the_user_has_set_stays_and_stands_in_the_document_with_what_pytorch_multiplies_with()
    {
        Stub("kinema", Kinema(100));
        Stub("python", Torch("200", blas: "plain"));

        var (code, output, error) = Compare(
            ["train", "--checkout", ".", "--pairs", "1", "--threads", "1", "--same-settings", "--json"], stubs: true, waits: "ACTIVE");

        Assert.True(code == 0, error);
        Assert.Contains("pytorch 1 ACTIVE", File.ReadAllLines(Log));
        Assert.Contains("compare: PyTorch found neither OpenBLAS nor MKL", error, StringComparison.Ordinal);
        var document = JsonDocument.Parse(output).RootElement;
        Assert.Equal("plain", document.GetProperty("pytorch_blas").GetString());
        var settings = document.GetProperty("pytorch_settings");
        Assert.Equal(("ACTIVE", "10000"), (settings.GetProperty("OMP_WAIT_POLICY").GetString(), settings.GetProperty("GOMP_SPINCOUNT").GetString()));
        Assert.Equal(150, document.GetProperty("machine").GetProperty("fp32_gflops").GetInt32());
    }

    [NeedsFact(Python)]
    public void A_peak_of_the_whole_process_is_not_compared_with_that_of_a_step()
    {
        Stub("kinema", Kinema(100, ofStep: false));
        Stub("python", Torch("200"));

        var (code, output, error) = Compare(["infer", "--checkout", ".", "--pairs", "1", "--json"], stubs: true);

        Assert.True(code == 0, error);
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(output).RootElement.GetProperty("memory_ratio").ValueKind);
    }

    [NeedsTheory(Python)]
    [InlineData("echo hello", "the PyTorch program gave no JSON document but: hello")]
    [InlineData("echo no such module >&2; exit 1", "the PyTorch program ended with 1: no such module")]
    public void A_program_that_fails_is_said_in_one_line_and_the_command(string python, string complaint)
    {
        Stub("kinema", Kinema(100));
        Stub("python", python);

        var (code, output, error) = Compare(["train", "--checkout", ".", "--pairs", "1"], stubs: true);

        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Equal(2, error.Trim().Split('\n').Length);
        Assert.Contains(complaint, error, StringComparison.Ordinal);
    }

    [NeedsFact(Python)]
    public void Where_the_system_keeps_no_mark_the_peak_of_a_pytorch_program_is_that_of_its_process()
    {
        const string script = """
            import builtins, io, sys
            sys.path.insert(0, sys.argv[1])
            import pytorch_step
            opened = builtins.open
            builtins.open = lambda name, *rest: io.StringIO("Name: x\n") if name == "/proc/self/status" else opened(name, *rest)
            peak = pytorch_step.Peak(None, "cpu")
            print(peak.read() > 1 << 20, peak.of_step)
            """;

        var (code, output, error) = Run(["-B", "-c", script, Path.Combine(Repository.Root, "bench")]);

        Assert.True(code == 0, error);
        Assert.Equal("True False", output.Trim());
    }

    private string Log => folder.File("log");

    private static string Kinema(int milliseconds, bool ofStep = true)
    {
        var rounds = $"[{milliseconds - 1}, {milliseconds + 1}]";
        var work = $$"""{"median_ms": {{milliseconds}}, "ms": {{rounds}}, "peak_bytes": 1000, "peak_of_step": {{(ofStep ? "true" : "false")}}}""";
        return "echo kinema $OPENBLAS_NUM_THREADS ${OMP_WAIT_POLICY-unset} >> LOG\n"
            + $$"""echo '{"parameters": 7, "frames": 52, "persons": 1, "libtorch": "1", {{Build}}, "machine": {"fp32_gflops": 150},"""
            + $$""" "training": {{work}}, "inference": {{work}}}'""";
    }

    private static string Torch(string milliseconds, string blas = "OpenBLAS")
    {
        const string times = """ "median_ms": %s, "ms": [%s, %s], "peak_bytes": 4000, "peak_of_step": true""";
        var document = $$"""{"parameters": 7, "torch": "2", "blas": "{{blas}}", "onednn": true, "gflops": 1,{{times}}}""";
        return $"echo pytorch $OPENBLAS_NUM_THREADS ${{OMP_WAIT_POLICY-unset}} >> LOG\nset -- \"{milliseconds}\"; printf '{document}' $1 $1 $1";
    }

    private void Stub(string name, string script)
    {
        var file = folder.File(name);
        File.WriteAllText(file, $"#!/bin/sh\n{script.Replace("LOG", $"'{Log}'", StringComparison.Ordinal)}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private (int Code, string Output, string Error) Compare(string[] arguments, bool stubs = false, string? waits = null)
    {
        var script = Path.Combine(Repository.Root, "bench", "compare");
        string[] programs = stubs ? ["--kinema", folder.File("kinema"), "--python", folder.File("python")] : [];
        return Run([script, .. arguments, .. programs], waits);
    }

    private static (int Code, string Output, string Error) Run(string[] arguments, string? waits = null)
    {
        var start = new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in (string[])["OMP_WAIT_POLICY", "GOMP_SPINCOUNT"]) start.Environment.Remove(name);
        if (waits is not null) start.Environment["OMP_WAIT_POLICY"] = waits;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
