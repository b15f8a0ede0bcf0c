using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kinema.Cli.Tests;

/// <summary>bench/compare, with scripts in the place of Kinema and of PyTorch that say what was called and give prepared times.</summary>
[UnsupportedOSPlatform("windows")] // the prepared programs are shell scripts
public sealed partial class ComparisonTests : IDisposable
{
    private const string Python = PythonScript.Interpreter;

    private const string Build = "\"commit\": \"abc\", \"vectors\": \"avx2\", \"cores\": 2";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [NeedsFact(Python)]
    public void Help_fits_a_screen_and_has_the_exit_codes()
    {
        var (code, output, error) = Compare(["--help"]);

        Assert.Equal((0, ""), (code, error));
        var lines = output.TrimEnd().Split('\n');
        Assert.True(lines.Length <= 40, $"{lines.Length} lines");
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
        Assert.Contains("exit codes: 0 done; 2 wrong usage", output, StringComparison.Ordinal);
    }

    [NeedsTheory(Python)]
    [InlineData("train", "the following arguments are required: --checkout")]
    [InlineData("train --checkout /no/such/folder", "--checkout /no/such/folder is not a folder")]
    [InlineData("fly --checkout .", "argument MODE: invalid choice: 'fly'")]
    [InlineData("train --checkout . --kwargs [1]", "--kwargs takes a JSON object")]
    [InlineData("train --checkout . --pairs 0", "argument --pairs: takes a number from 1 up, not '0'")]
    [InlineData("train --checkout . --pairs many", "argument --pairs: takes a whole number, not 'many'")]
    [InlineData("train --checkout . --python /no/such/python", "the Python of --python cannot be started")]
    public void A_mistake_is_one_line_and_a_pointer_to_the_help(string arguments, string complaint)
    {
        var (code, output, error) = Compare(arguments.Split(' '));

        Assert.Equal((2, ""), (code, output));
        var lines = error.Trim().Split('\n');
        Assert.Equal((2, "try 'bench/compare --help'"), (lines.Length, lines[^1]));
        Assert.StartsWith($"compare: {complaint}", lines[0], StringComparison.Ordinal);
    }

    [NeedsFact(Python)]
    public void A_python_without_pytorch_is_said_before_anything_is_measured()
    {
        Stub("kinema", Kinema(100));
        Stub("python", $"exec {Python} -I -S \"$@\""); // without installed packages

        var (code, _, error) = Compare(["train", "--checkout", "."], stubs: true);

        Assert.Equal(2, code);
        AssertRefused("has no PyTorch: name a Python that has it with --python", error);
    }

    [NeedsTheory(Python)]
    [InlineData("torch/__init__.py", false)] // the program would not see it: it is not started from there
    [InlineData("torch/readme", true)]       // Python takes any folder for a package in parts
    public void A_folder_named_torch_is_no_PyTorch(string file, bool onPath)
    {
        folder.Write(file, "");
        Stub("kinema", Kinema(100));
        Stub("python", $"exec env PYTHONPATH='{(onPath ? folder.Path : "")}' {Python} -s -S \"$@\""); // without installed packages

        var (code, _, error) = Compare(["train", "--checkout", "."], stubs: true, from: folder.Path);

        Assert.Equal(2, code);
        AssertRefused("has no PyTorch: name a Python that has it with --python", error);
    }

    [NeedsTheory(Python)]
    [InlineData("exit 1", "it ended with 1 and no message")]
    [InlineData("echo Traceback >&2; echo ImportError: No module named util >&2; exit 1", "ImportError: No module named util")] // Python 2
    public void A_python_that_cannot_be_run_is_said_before_anything_is_measured(string script, string why)
    {
        Stub("kinema", Kinema(100));
        Stub("python", script);

        var (code, _, error) = Compare(["train", "--checkout", "."], stubs: true);

        Assert.Equal(2, code);
        AssertRefused($"cannot be run: {why}; name a Python 3 that has PyTorch with --python", error);
    }

    [NeedsTheory(Python)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(7, 7)]
    [InlineData(134, 1)] // aborted
    public void A_mistake_that_Kinema_finds_ends_with_its_code_and_its_message(int ended, int exit)
    {
        Stub("kinema", $"[ $1 = --version ] || {{ echo \"kinema: there is no encoder 'ctr-gnc'\" >&2; echo \"try 'kinema bench -h'\" >&2; exit {ended}; }}");
        Stub("python", Torch("200"));

        var (code, output, error) = Compare(["train", "--checkout", ".", "--model", "ctr-gnc"], stubs: true);

        Assert.Equal((exit, ""), (code, output));
        Assert.Contains("there is no encoder 'ctr-gnc'\n", error, StringComparison.Ordinal);
        Assert.Equal(2, error.Trim().Split('\n').Length);
    }

    [NeedsFact(Python)]
    public void The_keys_of_the_document_are_those_that_the_readme_lists()
    {
        Stub("kinema", Kinema(100));
        Stub("python", Torch("200"));
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "bench", "README.md"));
        var section = readme[readme.IndexOf("## `bench/compare`", StringComparison.Ordinal)..readme.IndexOf("## Starts", StringComparison.Ordinal)];

        var (code, output, error) = Compare(["train", "--checkout", ".", "--pairs", "1", "--json"], stubs: true);

        Assert.True(code == 0, error);
        var document = JsonDocument.Parse(output).RootElement;
        Assert.Equal(Named(document, except: ["schema", "version"]), Listed("| `"));
        Assert.Equal(Named(document.GetProperty("pairs")[0], except: []), Listed("| each of "));

        static SortedSet<string> Named(JsonElement json, string[] except) => [.. json.EnumerateObject().Select(key => key.Name).Except(except)];

        SortedSet<string> Listed(string row) =>
            [.. section.Split('\n').Where(line => line.StartsWith(row, StringComparison.Ordinal)).SelectMany(line => Key().Matches(line.Split('|')[1]))
                .Select(match => match.Groups[1].Value).Where(key => row == "| `" || key != "pairs")];
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
    [InlineData("[ $1 != -c ] || exit 0; echo no such module >&2; exit 1", "the PyTorch program ended with 1: no such module")]
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

    private string Log => folder.File("log");

    private void AssertRefused(string why, string error)
    {
        Assert.Equal([$"compare: {folder.File("python")} {why}", "try 'bench/compare --help'"], error.Trim().Split('\n'));
        Assert.False(File.Exists(Log));
    }

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
        return "[ $1 != -c ] || exit 0\necho pytorch $OPENBLAS_NUM_THREADS ${OMP_WAIT_POLICY-unset} >> LOG\n"
            + $"set -- \"{milliseconds}\"; printf '{document}' $1 $1 $1";
    }

    private void Stub(string name, string script)
    {
        var file = folder.File(name);
        File.WriteAllText(file, $"#!/bin/sh\n{script.Replace("LOG", $"'{Log}'", StringComparison.Ordinal)}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private (int Code, string Output, string Error) Compare(string[] arguments, bool stubs = false, string? waits = null, string from = "")
    {
        var script = Path.Combine(Repository.Root, "bench", "compare");
        string[] programs = stubs ? ["--kinema", folder.File("kinema"), "--python", folder.File("python")] : [];
        return PythonScript.Run([script, .. arguments, .. programs], waits, from);
    }

    [GeneratedRegex("`([a-z_0-9]+)`")]
    private static partial Regex Key();
}
