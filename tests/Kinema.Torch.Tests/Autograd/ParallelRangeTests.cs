namespace Kinema.Torch.Tests.Autograd;

public sealed class ParallelRangeTests : TensorTest
{
    [Theory]
    [InlineData(0, 1000, 1)]
    [InlineData(0, 1000, 300)]
    [InlineData(17, 23, 1)]
    [InlineData(0, 100_000, 7)]
    [InlineData(5, 6, 1)]
    public void Every_index_is_covered_once(long begin, long end, long grain)
    {
        var seen = new int[end];
        ParallelRange.For(begin, end, grain, (from, to) =>
        {
            for (var i = from; i < to; i++) Interlocked.Increment(ref seen[i]);
        });
        Assert.All(seen[..(int)begin], count => Assert.Equal(0, count));
        Assert.All(seen[(int)begin..], count => Assert.Equal(1, count));
    }

    [Fact]
    public void An_empty_range_runs_nothing()
    {
        ParallelRange.For(3, 3, 1, (_, _) => Assert.Fail("there is nothing to do"));
        ParallelRange.For(5, 3, 1, (_, _) => Assert.Fail("there is nothing to do"));
    }

    [Fact]
    public void Two_threads_share_the_work()
    {
        var threads = TorchRuntime.Threads;
        TorchRuntime.Threads = 2;
        try
        {
            var seen = new HashSet<int>();
            ParallelRange.For(0, 1000, 1, (_, _) =>
            {
                lock (seen) seen.Add(Environment.CurrentManagedThreadId);
            });
            Assert.Equal(2, seen.Count);
        }
        finally
        {
            TorchRuntime.Threads = threads;
        }
    }

    [Fact]
    public void The_exception_of_a_piece_surfaces_as_it_was_thrown()
    {
        var thrown = new InvalidDataException("piece");
        Assert.Same(thrown, Assert.Throws<InvalidDataException>(() => ParallelRange.For(0, 1000, 1, (from, _) =>
        {
            if (from == 0) throw thrown;
        })));
        ParallelRange.For(0, 10, 1, (_, _) => { }); // and the next range is not touched by it
    }

    [Fact]
    public void A_range_inside_of_a_range_is_run_whole()
    {
        long sum = 0;
        ParallelRange.For(0, 10, 1, (from, to) =>
        {
            for (var i = from; i < to; i++)
                ParallelRange.For(0, 100, 10, (innerFrom, innerTo) => Interlocked.Add(ref sum, innerTo - innerFrom));
        });
        Assert.Equal(1000, sum);
    }

    [Fact]
    public void The_number_of_threads_is_positive() => Assert.Throws<TorchException>(() => TorchRuntime.Threads = 0);
}
