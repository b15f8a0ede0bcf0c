using System.Text.Json;
using Kinema.Runs;

namespace Kinema.Cli.Tests;

public class BenchTests
{
    private static readonly string[] Tiny =
    [
        "bench", "--width", "16", "--frames", "8", "--batch", "2", "--steps", "2", "--warmup", "1", "--threads", "1", "--measure",
    ];

    [Fact]
    public void Json_is_one_document_with_every_measurement_and_the_operators_of_each()
    {
        var run = CliProcess.Run([.. Tiny, "infer,train,latency,operators", "--csre", "--rows", "40", "--json", "--quiet"]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Empty(run.Error);
        var document = run.Document;
        Assert.Equal(("kinema.bench", 1), (document.GetProperty("schema").GetString(), document.GetProperty("version").GetInt32()));
        Assert.Equal(("ctr-gcn", "nw-ucla", "fp32", "cpu"), (Text("model"), Text("layout"), Text("dtype"), Text("device")));
        Assert.Equal((8, 20, 2, 1), (Number("frames"), Number("joints"), Number("batch"), Number("threads")));
        Assert.Equal(105716, Number("parameters"));
        var here = RunEnvironment.Capture(1);
        Assert.Equal((here.Commit, here.Vectors, here.Cores), (Text("commit"), Text("vectors"), Number("cores")));
        foreach (var name in (string[])["inference", "training", "latency"])
        {
            var work = document.GetProperty(name);
            Assert.All(
                (string[])["median_ms", "p95_ms", "least_ms", "clips_per_second", "peak_bytes", "multiply_adds", "gflops", "observed_ms"],
                key => Assert.True(work.GetProperty(key).GetDouble() > 0, key));
            Assert.Equal(2, work.GetProperty("ms").GetArrayLength());
            var operators = work.GetProperty("operators").EnumerateArray().ToList();
            Assert.Equal(1, operators.Sum(row => row.GetProperty("share").GetDouble()), 0.05);
            Assert.Contains(operators, row => row.GetProperty("name").GetString() == "RefinedAggregation");
        }

        Assert.Equal(JsonValueKind.Null, document.GetProperty("machine").ValueKind);
        var csre = document.GetProperty("csre");
        Assert.All((string[])["ratios", "without_rounds_ms", "with_rounds_ms"], key => Assert.Equal(2, csre.GetProperty(key).GetArrayLength()));
        Assert.Equal(2, csre.GetProperty("anchors").GetDouble());

        string? Text(string key) => document.GetProperty(key).GetString();
        int Number(string key) => document.GetProperty(key).GetInt32();
    }

    [Fact]
    public void The_table_fits_80_columns_and_names_what_was_asked_for()
    {
        var run = CliProcess.Run([.. Tiny, "all", "--csre", "--rows", "40"]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.All(run.Output.Split('\n'), line => Assert.True(line.Length <= 80, $"{line.Length} columns: {line}"));
        Assert.Contains("parameters     105,716", run.Output, StringComparison.Ordinal);
        Assert.All(
            (string[])["latency, one clip", "inference of 2", "training step of 2", "step with CSRE", "2 of the 2 clips contrasted", "RefinedAggregation",
                "others", "of best"],
            text => Assert.Contains(text, run.Output, StringComparison.Ordinal));
        Assert.Matches(@"multiply-adds  [0-9.]{4} M a clip forward", run.Output);
        Assert.Matches(@"multiply-adds  [0-9.]{4} M a training step of 2", run.Output);
        Assert.Equal(
            ["latency of one clip", "inference", "training", "csre", "machine", "operators of inference", "operators of training", "operators of one clip"],
            run.ErrorLines.Select(line => line.Replace("measuring: ", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_bank_that_offers_an_anchor_too_few_rows_is_not_timed_in_silence()
    {
        var run = CliProcess.Run([.. Tiny, "none", "--csre", "--rows", "40", "--classes", "1"]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("no clip was contrasted: 40 rows of 1 classes offer too few", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_one_clip_alone_the_operators_and_multiply_adds_are_shown_too()
    {
        var run = CliProcess.Run([.. Tiny, "latency,operators"]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.All(
            (string[])["M a clip forward", "inference of one clip", "RefinedAggregation"],
            text => Assert.Contains(text, run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void The_machine_alone_is_measured_without_a_table_of_work()
    {
        var run = CliProcess.Run([.. Tiny, "machine", "--json", "--quiet"]);

        Assert.True(run.ExitCode == 0, run.Error);
        var machine = run.Document.GetProperty("machine");
        Assert.All(
            (string[])["fp32_gflops", "bf16_gflops", "copy_gbps", "triad_gbps"],
            key => Assert.InRange(machine.GetProperty(key).GetDouble(), 0.01, 1e6));
        Assert.All((string[])["fp32_by", "bf16_by"], key => Assert.Contains(machine.GetProperty(key).GetString(), (string[])["libtorch", "kernels"]));
        Assert.DoesNotContain("median ms", CliProcess.Run([.. Tiny, "machine"]).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--batch 0", 2, "--batch takes a number from 1 up, not '0'")]
    [InlineData("--width 0", 2, "--width takes a number from 1 up, not '0'")]
    [InlineData("--steps many", 2, "--steps takes a whole number, not 'many'")]
    [InlineData("--dtype fp8", 2, "fp8")]
    [InlineData("--measure trian", 2, "--measure knows no 'trian'; did you mean 'train'?")]
    [InlineData("--measure operators", 2, "add infer, train or latency")]
    [InlineData("--measure none", 2, "--measure none measures nothing, unless --csre is given")]
    [InlineData("--csre --rows 3", 2, "--rows is at least the batch")]
    [InlineData("--rows 40", 2, "--rows belongs to --csre")]
    [InlineData("--batch 1 --frames 1", 2, "cannot be trained on")]
    [InlineData("--device tpu", 2, "--device takes cpu, cuda, or cuda:N with N from 0, not 'tpu'")]
    [InlineData("--device cuda:99", 3, "cannot compute on cuda:99")]
    [InlineData("--model ctr-gnc", 2, "there is no encoder 'ctr-gnc'; did you mean 'ctr-gcn'?")]
    [InlineData("--width 20", 3, "the width of CTR-GCN is a positive multiple of 16; got 20")]
    [InlineData("--model blockgcn --batch 1", 3, "blockgcn learns from N = 3 clips at a time or more; got 1")]
    [InlineData("--model blockgcn --batch 2 --csre --measure none", 3, "blockgcn learns from N = 3 clips at a time or more; got 2")]
    [InlineData("--model st-gcn --width 1 --csre --measure none", 3, "a map of 4 channels cannot be reduced 8 times")]
    [InlineData("--layout no/such.yaml", 4, "no/such.yaml")]
    public void What_cannot_be_measured_is_refused_in_one_line(string options, int exit, string complaint)
    {
        var run = CliProcess.Run(["bench", .. options.Split(' ')]);

        Assert.Equal(exit, run.ExitCode);
        Assert.Empty(run.Output);
        var lines = run.ErrorLines.Where(
            line => !line.StartsWith("measuring: ", StringComparison.Ordinal) && !line.StartsWith("try 'kinema bench", StringComparison.Ordinal));
        Assert.Contains(complaint, Assert.Single(lines), StringComparison.Ordinal);
    }
}
