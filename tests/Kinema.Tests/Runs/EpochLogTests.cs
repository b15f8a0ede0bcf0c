using Kinema.Runs;
using Kinema.Storage;

namespace Kinema.Tests.Runs;

public sealed class EpochLogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Lines => folder.File("metrics.jsonl");

    private string Table => folder.File("metrics.csv");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_row_is_one_line_of_json_and_one_line_of_the_table()
    {
        var log = EpochLog.Open(Lines, Table);

        log.Append(EpochRow.Of(1, ("train_loss", 0.1 + 0.2), ("test_top1", null)));
        log.Append(EpochRow.Of(2, ("train_loss", double.NaN), ("test_top1", 0.5)));

        Assert.Equal(
            "{\"epoch\":1,\"train_loss\":0.30000000000000004,\"test_top1\":null}\n{\"epoch\":2,\"train_loss\":null,\"test_top1\":0.5}\n",
            File.ReadAllText(Lines));
        Assert.Equal("epoch,train_loss,test_top1\n1,0.30000000000000004,\n2,,0.5\n", File.ReadAllText(Table));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    public void Files_of_a_resumed_run_equal_those_of_an_unbroken_one_byte_for_byte(int checkpoint)
    {
        var unbroken = EpochLog.Open(folder.File("u.jsonl"), folder.File("u.csv"));
        Enumerable.Range(1, 5).ToList().ForEach(epoch => unbroken.Append(Row(epoch)));
        var killed = EpochLog.Open(Lines, Table);
        Enumerable.Range(1, 5).ToList().ForEach(epoch => killed.Append(Row(epoch)));
        File.AppendAllText(Lines, Row(6).ToJson()[..20]);       // kill -9 in the middle of a line
        File.AppendAllText(Table, "6,0.1");

        var resumed = EpochLog.Open(Lines, Table, doneEpochs: checkpoint);
        Enumerable.Range(checkpoint + 1, 5 - checkpoint).ToList().ForEach(epoch => resumed.Append(Row(epoch)));

        Assert.Equal(File.ReadAllBytes(folder.File("u.jsonl")), File.ReadAllBytes(Lines));
        Assert.Equal(File.ReadAllBytes(folder.File("u.csv")), File.ReadAllBytes(Table));
        Assert.Equal(5, resumed.Rows.Count);
    }

    [Fact]
    public void A_torn_last_line_is_not_read_wherever_it_was_cut()
    {
        var whole = Row(1).ToJson() + "\n" + Row(2).ToJson() + "\n";
        var second = whole.IndexOf('\n') + 1;

        for (var length = second; length < whole.Length; length++)
        {
            File.WriteAllText(Lines, whole[..length]);
            Assert.Equal([1], EpochLog.Read(Lines).Select(row => row.Epoch));
        }
    }

    [Theory, InlineData("rubbish"), InlineData("{}"), InlineData("[1]"), InlineData("{\"epoch\":\"x\"}"),
        InlineData("{\"epoch\":1,\"a\":\"b\"}"), InlineData("{\"epoch\":1,\"epoch\":2}"), InlineData("null"), InlineData("")]
    public void A_damaged_line_is_refused_by_its_number_and_the_file_left_as_it_is(string line)
    {
        var text = $"{Row(1).ToJson()}\n{line}\n{Row(3).ToJson()}\n";
        File.WriteAllText(Lines, text);

        var error = Assert.Throws<KinemaException>(() => EpochLog.Open(Lines, Table, doneEpochs: 3));

        Assert.Equal(ExitCode.Data, error.ExitCode);
        Assert.StartsWith($"{Lines}:2: ", error.Message);
        Assert.Equal(text, File.ReadAllText(Lines));
    }

    [Fact]
    public void Columns_that_appear_later_are_empty_before()
    {
        var log = EpochLog.Open(Lines, Table);

        log.Append(EpochRow.Of(1, ("a", 1)));
        log.Append(EpochRow.Of(2, ("b", 2), ("a", 3)));

        Assert.Equal("epoch,a,b\n1,1,\n2,3,2\n", File.ReadAllText(Table));
    }

    [Fact]
    public void An_epoch_is_never_written_twice()
    {
        var log = EpochLog.Open(Lines);
        log.Append(Row(2));

        Assert.Throws<ArgumentException>(() => log.Append(Row(2)));
    }

    [Fact]
    public void A_folder_that_is_gone_is_told_by_name()
    {
        var log = EpochLog.Open(folder.File("below/metrics.jsonl"));
        Directory.Delete(folder.File("below"), recursive: true);

        var error = Assert.Throws<KinemaException>(() => log.Append(Row(1)));

        Assert.Contains("metrics.jsonl: cannot be written", error.Message);
    }

    private static EpochRow Row(int epoch) => EpochRow.Of(epoch, (MetricNames.TrainLoss, 1.0 / epoch), (MetricNames.TestTop1, epoch / 7.0));
}
