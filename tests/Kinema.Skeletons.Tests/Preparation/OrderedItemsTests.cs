using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Tests.Preparation;

public sealed class OrderedItemsTests
{
    private static readonly long ClipBytes = (long)ToySource.Clip("clip", 0).Length * sizeof(double);        // of every clip below

    [Theory, InlineData(1, long.MaxValue), InlineData(3, long.MaxValue), InlineData(3, 0L), InlineData(3, 5_000L), InlineData(16, 1_000L)]
    public void Items_come_in_order_whatever_memory_is_allowed(int jobs, long budget)
    {
        using var read = new OrderedItems(new ToySource(100), 3, 100, jobs, budget);

        Assert.Equal(Enumerable.Range(3, 97).Where(i => i % 7 != 6).Select(i => $"clip-{i:000}"), read.Where(item => item.Skipped.Count == 0).Select(item => item.Clips[0].Name));
    }

    [Fact]
    public void What_is_read_ahead_takes_no_more_memory_than_allowed_and_one_item_for_each_thread()
    {
        const int jobs = 2, allowed = 3;
        var started = 0;
        var source = new SameClips(40) { Reading = () => Interlocked.Increment(ref started) };
        using var read = new OrderedItems(source, 0, 40, jobs, budget: allowed * ClipBytes);

        Reach(allowed, () => Volatile.Read(ref started));
        Assert.InRange(Volatile.Read(ref started), allowed, allowed + jobs);    // and not 16, as many as there are places
        Assert.Equal(40, read.Count());
        Assert.Equal(40, started);
    }

    [Fact]
    public void With_memory_to_spare_threads_are_at_most_eight_items_ahead_each()
    {
        var started = 0;
        var source = new SameClips(40) { Reading = () => Interlocked.Increment(ref started) };
        using var read = new OrderedItems(source, 0, 40, jobs: 2);

        Reach(16, () => Volatile.Read(ref started));
        Assert.Equal(16, Volatile.Read(ref started));
    }

    [Fact]
    public void One_that_nobody_reads_to_its_end_stops_its_threads()
    {
        var started = 0;
        using (var read = new OrderedItems(new SameClips(1000) { Reading = () => Interlocked.Increment(ref started) }, 0, 1000, jobs: 2))
            Assert.Single(read.Take(1));
        Assert.InRange(started, 1, 20);
    }

    // Waits until the count is there, however slow the machine, and a moment longer, in which threads that go on too far would.
    private static void Reach(int wanted, Func<int> count)
    {
        Assert.True(SpinWait.SpinUntil(() => count() >= wanted, TimeSpan.FromSeconds(60)), $"{count()} of {wanted} items were begun in a minute");
        Thread.Sleep(100);
    }

    // Items of unknown size, of one clip each, all of the same size.
    private sealed class SameClips(int items) : ToyItems(items)
    {
        public Action Reading { get; init; } = () => { };

        protected override SkeletonClip Read(int item)
        {
            Reading();
            return ToySource.Clip($"clip-{item:000}", 0);
        }
    }
}
