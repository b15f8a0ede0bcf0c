namespace Kinema.Cli.Tests;

public class DoctorTests
{
    private const string PlainBlas = "/usr/lib/x86_64-linux-gnu/blas";

    [Fact]
    public void Json_is_one_document_with_schema_version_and_every_check()
    {
        var run = CliProcess.Run("doctor", "--json");

        var document = run.Document;
        Assert.Equal("kinema.doctor", document.GetProperty("schema").GetString());
        Assert.Equal(1, document.GetProperty("version").GetInt32());
        var checks = document.GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("name").GetString()!);
        Assert.Equal("ok", checks["libtorch"].GetProperty("status").GetString());
        Assert.Equal("ok", checks["self-test"].GetProperty("status").GetString());
        Assert.Equal(document.GetProperty("passed").GetBoolean() ? 0 : 8, run.ExitCode);
    }

    [NeedsFact($"{PlainBlas}/libblas.so.3")]
    public void A_plain_blas_is_told_though_OpenBLAS_is_loaded_beside_it()
    {
        var run = CliProcess.Run(["doctor"], new() { ["LD_LIBRARY_PATH"] = PlainBlas });

        Assert.Matches($@"warn  products by\s+a plain BLAS, {PlainBlas}/libblas\.so", run.Output);
        Assert.Contains("a training step of CTR-GCN does without a BLAS", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named_in_the_fix()
    {
        var missing = Path.Combine(Path.GetTempPath(), $"kinema-{Guid.NewGuid():N}");

        var disk = Doctor.MachineChecks.All(missing).Single(check => check.Name == "disk");

        Assert.Equal(Doctor.Health.Failed, disk.Status);
        Assert.Contains(missing, disk.Fix, StringComparison.Ordinal);
    }
}
