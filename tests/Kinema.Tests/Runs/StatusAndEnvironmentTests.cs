using System.Text.Json;
using Kinema.Recipes;
using Kinema.Runs;
using Kinema.Storage;

namespace Kinema.Tests.Runs;

public sealed class StatusAndEnvironmentTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_status_file_follows_the_run_at_most_every_two_seconds_and_keeps_the_end()
    {
        var sink = new StatusSink(folder.File("status.json"), time);
        Assert.Equal(RunState.Starting, Load().State);

        sink.Report(Progress(1));
        Assert.Equal((RunState.Running, 1), (Load().State, Load().Step));
        time.Advance(1.9);
        sink.Report(Progress(2));
        Assert.Equal(1, Load().Step);
        time.Advance(0.1);
        sink.Report(Progress(3));
        Assert.Equal((3, 90.0), (Load().Step, Load().EtaSeconds));
        Assert.Equal(0.28, Load().Progress, 1e-12);
        sink.End(RunState.Stopped, ExitCode.Interrupted, "interrupted; the checkpoint is saved");

        var end = Load();
        Assert.Equal((RunState.Stopped, 130, "interrupted; the checkpoint is saved", null),
            (end.State, end.ExitCode, end.Message, end.EtaSeconds));
        Assert.Equal(2, (end.Updated - end.Started).TotalSeconds, 1e-9);

        RunStatus Load() => RunStatus.Load(folder.File("status.json"));
        static TrainingProgress Progress(int step) => new()
        {
            Epoch = 6, Epochs = 20, Step = step, Steps = 5, Loss = 1, Top1 = 0, LearningRate = 1, ClipsPerSecond = 1, DataShare = 0,
                PeakBytes = 0, EtaRun = TimeSpan.FromSeconds(90),
        };
    }

    [Fact]
    public void A_script_reads_the_status_by_stable_keys()
    {
        new RunStatus { State = RunState.Done, ExitCode = 0 }.Save(folder.File("status.json"));

        using var json = JsonDocument.Parse(File.ReadAllText(folder.File("status.json")));

        Assert.Equal("kinema.run-status", json.RootElement.GetProperty("schema").GetString());
        Assert.Equal("done", json.RootElement.GetProperty("state").GetString());
        Assert.Equal(0, json.RootElement.GetProperty("exit_code").GetInt32());
        Assert.False(json.RootElement.TryGetProperty("eta_seconds", out _));
    }

    [Theory, InlineData(""), InlineData("{"), InlineData("null"), InlineData("{}"), InlineData("{\"state\":\"dancing\"}"),
        InlineData("{\"state\":1}")]
    public void A_damaged_status_is_refused_by_name(string text)
    {
        var path = folder.Write("status.json", text);

        var error = Assert.Throws<KinemaException>(() => RunStatus.Load(path));

        Assert.Equal(ExitCode.Data, error.ExitCode);
        Assert.StartsWith(path + ": is damaged", error.Message);
    }

    [Fact]
    public void The_environment_reads_back_and_names_neither_user_nor_folder()
    {
        var environment = RunEnvironment.Capture(threads: 2, libtorch: "1.13.1", device: "cpu", dataChecksum: "abc");
        environment.Save(folder.File("environment.json"));

        Assert.Equal(environment, RunEnvironment.Load(folder.File("environment.json")));
        Assert.Equal((2, "1.13.1", "abc"), (environment.Threads, environment.Libtorch, environment.DataChecksum));
        Assert.Matches(@"^\d+\.\d+\.\d+", environment.Kinema);
        var text = File.ReadAllText(folder.File("environment.json"));
        Assert.DoesNotContain(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + "/", text);
        Assert.DoesNotContain(Environment.CurrentDirectory, text);
    }

    [Fact]
    public void The_log_dates_every_line_and_goes_on_after_a_resume()
    {
        new RunLog(folder.File("run.log"), time).Write("first\nsecond\r\n");
        time.Advance(60);
        new RunLog(folder.File("run.log"), time).Write("third");

        Assert.Equal("2026-03-04 05:06:07 first\n2026-03-04 05:06:07 second\n2026-03-04 05:07:07 third\n",
            File.ReadAllText(folder.File("run.log")));
    }

    [Fact]
    public void The_summary_holds_the_run_and_no_path_of_the_machine()
    {
        var data = Path.Combine(folder.Path, "nw-ucla.zip");
        var summary = new RunSummary
        {
            Recipe = new() { Name = "nw-ucla/ctr-gcn", Data = new() { Path = data } },
            Environment = RunEnvironment.Capture(2),
            Epochs = [EpochRow.Of(1, (MetricNames.TestTop1, 0.25)), EpochRow.Of(2, (MetricNames.TestTop1, 0.5))],
            SelectedOn = "test",
            Best = [new(2, "test (464 clips)", 464, 0.5, 0.9), new(2, "test without copies of training clips", 369, 0.4)],
            Last = [new(2, "test (464 clips)", 464, 0.5)],
            Seconds = 12.5,
        };
        summary.Save(folder.File("summary.json"));

        var text = File.ReadAllText(folder.File("summary.json"));
        using var json = JsonDocument.Parse(text);
        var root = json.RootElement;

        Assert.DoesNotContain(folder.Path, text);
        Assert.Equal("nw-ucla.zip", root.GetProperty("config").GetProperty("data").GetProperty("path").GetString());
        Assert.Equal("kinema.run-summary", root.GetProperty("schema").GetString());
        Assert.Equal(369, root.GetProperty("best")[1].GetProperty("clips").GetInt32());
        Assert.Equal("test (464 clips)", root.GetProperty("last")[0].GetProperty("split").GetString());
        Assert.Equal(0.5, root.GetProperty("epochs")[1].GetProperty("test_top1").GetDouble());
        Assert.Equal(2, root.GetProperty("environment").GetProperty("threads").GetInt32());
    }
}
