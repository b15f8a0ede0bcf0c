using Kinema.Storage.Pickles;

namespace Kinema.Storage.Tests.Pickles;

public sealed class OpenPickleTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public void Large_arrays_stay_in_the_file_until_they_are_asked_for(bool fortran)
    {
        // Twenty arrays of 1 MB: opening may not read them.
        var path = folder.Write("a.pkl", Arrays(20, 262_144, fortran));
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var pickle = OpenPickle.Open(path);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);

        var arrays = ((PickleList)pickle.Root).Items.Cast<PickleTensor>().ToList();
        Assert.Equal(20, arrays.Count);
        Assert.Equal([2, 131_072], arrays[0].Shape);
        Assert.Equal(StoredType.Float32, arrays[0].Type);
        var whole = ((PickleTensor)((PickleList)PickleFile.Read(path)).Items[19]).Tensor;
        Assert.True(whole.Bytes.Span.SequenceEqual(pickle.Read(arrays[19]).Bytes.Span));
        Assert.Equal(fortran ? 2 : 1, whole.ToSingles()[1]);
    }

    [Fact]
    public void Small_arrays_are_read_at_once()
    {
        using var pickle = OpenPickle.Open(folder.Write("a.pkl", Arrays(1, 8, fortran: false)));

        var array = (PickleTensor)((PickleList)pickle.Root).Items[0];
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], array.Tensor.ToSingles());
        Assert.Same(array.Tensor, pickle.Read(array));
    }

    [Fact]
    public void Bytes_that_are_not_there_are_not_passed_over()
    {
        var bytes = Arrays(1, 1000, fortran: false);
        for (var length = bytes.Length - 10; length > bytes.Length - 4000; length -= 321)
        {
            Assert.Contains("ends in the middle", Toy.Refusal(() => OpenPickle.Open(folder.Write("a.pkl", bytes[..length])), ExitCode.Data));
        }
    }

    [Fact]
    public void Nothing_is_called_here_either() => Assert.Contains(
        "refuses os.system (GLOBAL at byte 2)",
        Toy.Refusal(
            () => OpenPickle.Open(folder.Write("a.pkl", new PickleWriter().Global("os", "system").Text("true").Raw(0x85).Op("R").Stop())),
            ExitCode.Data));

    private static byte[] Arrays(int count, int elements, bool fortran)
    {
        var writer = new PickleWriter(3).Op("](");
        for (var i = 0; i < count; i++)
        {
            writer.Global("numpy.core.multiarray", "_reconstruct").Op('(').Global("numpy", "ndarray").Numbers(0).Bytes([(byte)'b']).Op("tR")
                .Op('(').Number(1).Numbers(2, elements / 2)
                .Global("numpy", "dtype").Op('(').Text("f4").Raw(0x89, 0x88).Op("tR")
                .Op('(').Number(3).Text("<").Op("NNN").Number(-1).Number(-1).Number(0).Op("tb")
                .Raw((byte)(fortran ? 0x88 : 0x89)).Bytes(Containers.Count(elements)).Op("tb");
        }

        return writer.Op('e').Stop();
    }
}
