using System.Globalization;

namespace Kinema.Cli.Tests;

/// <summary>What bench/pytorch_step.py tells of PyTorch and of its process.</summary>
public class PytorchStepTests
{
    private const string Python = PythonScript.Interpreter;

    [NeedsTheory(Python), MemberData(nameof(BlasCases.Tuned), MemberType = typeof(BlasCases))]
    public void What_pytorch_multiplies_with_is_named_as_doctor_does(string built, string? library, double gflops, string? name) =>
        Assert.Equal(name ?? "None", BlasOf(built, library, gflops));

    [NeedsTheory(Python), MemberData(nameof(BlasCases.Plain), MemberType = typeof(BlasCases))]
    public void A_plain_blas_is_told_as_doctor_does(string built, string? library, bool libtorchs)
    {
        Assert.Equal("plain", BlasOf(built, library, BlasCases.Slow));
        Assert.Equal(libtorchs ? "None" : library, BlasOf(built, library, gflops: 150)); // whatever is fast is not plain
    }

    [NeedsFact(Python)]
    public void A_folder_named_torch_is_no_PyTorch()
    {
        using var folder = new TemporaryFolder();
        folder.Write("torch/readme", "");

        Assert.Equal("False", Printed("sys.path.append(sys.argv[2]); print(step.has_torch())", folder.Path));
    }

    [NeedsFact(Python)]
    public void A_folder_that_is_not_the_program_is_a_mistake_of_the_user()
    {
        using var folder = new TemporaryFolder();
        const string script = """
            import types
            options = types.SimpleNamespace(checkout=sys.argv[2], layout="nw-ucla", persons=1, kwargs=None, build="model.ctrgcn:Model")
            try:
                step.build(options)
            except step.Mistake as mistake:
                print(mistake)
            """;

        Assert.StartsWith($"{folder.Path} has no module graph.ucla: name a checkout of CTR-GCN", Printed(script, folder.Path), StringComparison.Ordinal);
    }

    [NeedsFact(Python)]
    public void Where_the_system_keeps_no_mark_the_peak_of_a_pytorch_program_is_that_of_its_process()
    {
        const string script = """
            import builtins, io
            opened = builtins.open
            builtins.open = lambda name, *rest: io.StringIO("Name: x\n") if name == "/proc/self/status" else opened(name, *rest)
            peak = step.Peak(None, "cpu")
            print(peak.read() > 1 << 20, peak.of_step)
            """;

        Assert.Equal("True False", Printed(script));
    }

    private static string BlasOf(string built, string? library, double gflops) => Printed(
        "print(step.blas_of(sys.argv[2], sys.argv[3] or None, float(sys.argv[4]), int(sys.argv[5])))",
        built, library ?? "", gflops.ToString(CultureInfo.InvariantCulture), $"{BlasCases.Threads}");

    // By a script that has bench/pytorch_step.py as `step`, and values from sys.argv[2] on; without installed packages.
    private static string Printed(string script, params string[] values)
    {
        var whole = $"import sys\nsys.path.insert(0, sys.argv[1])\nimport pytorch_step as step\n{script}";

        var (code, output, error) = PythonScript.Run(["-B", "-I", "-S", "-c", whole, Path.Combine(Repository.Root, "bench"), .. values]);

        Assert.True(code == 0, error);
        return output.Trim();
    }
}
