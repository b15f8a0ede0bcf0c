using System.Collections;
using System.Runtime.ExceptionServices;

namespace Kinema.Skeletons.Preparation;

/// <summary>
/// Reads the items of a source on several threads and hands them out in order. A thread waits when it is too far ahead, so that memory
/// holds a few items however many there are.
/// </summary>
internal sealed class OrderedItems : IEnumerable<ItemClips>, IDisposable
{
    private const int AheadPerThread = 8;

    private readonly ClipSource source;
    private readonly int end;
    private readonly ItemClips?[] window;
    private readonly Thread[] threads;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim free;
    private readonly AutoResetEvent arrived = new(false);
    private ExceptionDispatchInfo? failure;
    private int next;
    private volatile bool stopped;

    public OrderedItems(ClipSource source, int first, int end, int jobs)
    {
        (this.source, this.end, next, First) = (source, end, first, first);
        var count = source.InOrder ? 1 : Math.Clamp(jobs, 1, Math.Max(1, end - first));
        window = new ItemClips?[count * AheadPerThread];
        free = new SemaphoreSlim(window.Length);
        threads = [.. Enumerable.Range(0, count).Select(_ => new Thread(Work) { IsBackground = true, Name = "Kinema preparation" })];
        foreach (var thread in threads)
            thread.Start();
    }

    /// <summary>The item that comes first.</summary>
    public int First { get; }

    public IEnumerator<ItemClips> GetEnumerator()
    {
        for (var item = First; item < end; item++)
        {
            ItemClips? read;
            while ((read = Volatile.Read(ref window[item % window.Length])) is null)
            {
                arrived.WaitOne(100);                  // a signal may be of a later item, or of one seen already
                failure?.Throw();
            }
            Volatile.Write(ref window[item % window.Length], null);
            free.Release();
            yield return read;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        stopped = true;
        free.Release(threads.Length);
        foreach (var thread in threads)
            thread.Join();
        free.Dispose();
        arrived.Dispose();
    }

    private void Work()
    {
        try
        {
            using var reader = source.Open();
            while (true)
            {
                free.Wait();
                int item;
                lock (gate)
                {
                    if (stopped || next >= end)
                        return;
                    item = next++;
                }
                Volatile.Write(ref window[item % window.Length], ClipCollection.ReadOne(reader, item, source));
                arrived.Set();
            }
        }
        catch (Exception error)
        {
            failure = ExceptionDispatchInfo.Capture(error);
            stopped = true;
            arrived.Set();
        }
    }
}
