using System.Collections;
using System.Runtime.ExceptionServices;
using Kinema.Storage;

namespace Kinema.Skeletons.Preparation;

/// <summary>
/// Reads the items of a source on several threads and hands them out in order. A thread waits when it is too far ahead or when what was read
/// ahead takes too much memory, so that memory does not grow with the number of items, and of threads only as far as one item for each.
/// </summary>
internal sealed class OrderedItems : IEnumerable<ItemClips>, IDisposable
{
    /// <summary>Bytes that items read ahead may take. Real items take up to 6 MB, a hostile one 144.</summary>
    public const long Budget = 256 << 20;

    private const int AheadPerThread = 8;

    private readonly ClipSource source;
    private readonly int end;
    private readonly long budget;
    private readonly Slot[] window;                        // item i lies in slot i modulo its length
    private readonly Thread[] threads;
    private readonly object gate = new();
    private ExceptionDispatchInfo? failure;
    private int next, wanted;                              // the item that is read next, and the one that is handed out next
    private long held;                                     // bytes of all slots
    private bool stopped;

    public OrderedItems(ClipSource source, int first, int end, int jobs, long budget = Budget)
    {
        (this.source, this.end, this.budget, next, wanted) = (source, end, budget, first, first);
        var count = source.InOrder ? 1 : Math.Clamp(jobs, 1, Math.Max(1, end - first));
        window = new Slot[count * AheadPerThread];
        threads = [.. Enumerable.Range(0, count).Select(_ => new Thread(Work) { IsBackground = true, Name = "Kinema preparation" })];
        foreach (var thread in threads)
            thread.Start();
    }

    public IEnumerator<ItemClips> GetEnumerator()
    {
        while (wanted < end)
            yield return HandOut();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        lock (gate)
        {
            stopped = true;
            Monitor.PulseAll(gate);
        }
        foreach (var thread in threads)
            thread.Join();
    }

    private ItemClips HandOut()
    {
        lock (gate)
        {
            ref var slot = ref window[wanted % window.Length];
            while (slot.Read is null)
            {
                failure?.Throw();
                Monitor.Wait(gate);
            }
            var read = slot.Read;
            held -= slot.Bytes;
            slot = default;
            wanted++;
            Monitor.PulseAll(gate);
            return read;
        }
    }

    private void Work()
    {
        try
        {
            using var reader = source.Open();
            while (Take() is { } item)
                Put(item, ClipCollection.ReadOne(reader, item, source));
        }
        catch (Exception error)
        {
            // What cannot be read is the source's fault; a fault of the file that is written is thrown where it is written.
            if (error is IOException or UnauthorizedAccessException)
                error = new KinemaException(ExitCode.Data, $"{source.Name}: cannot be read: {AtomicFile.Reason(error)}", error);
            lock (gate)
            {
                failure ??= ExceptionDispatchInfo.Capture(error);
                stopped = true;
                Monitor.PulseAll(gate);
            }
        }
    }

    // The next item to read, once there is room for it; null at the end.
    private int? Take()
    {
        lock (gate)
        {
            while (true)
            {
                if (stopped || next >= end)
                    return null;
                var bytes = source.Items[next].Bytes;        // about what its numbers will take, and all that is known
                if (next == wanted || (next - wanted < window.Length && held + bytes <= budget))
                {
                    window[next % window.Length].Bytes = bytes;
                    held += bytes;
                    return next++;
                }
                Monitor.Wait(gate);
            }
        }
    }

    private void Put(int item, ItemClips read)
    {
        var bytes = read.Clips.Sum(clip => (long)clip.Length * sizeof(double));
        lock (gate)
        {
            ref var slot = ref window[item % window.Length];
            held += bytes - slot.Bytes;
            slot = new Slot { Read = read, Bytes = bytes };
            Monitor.PulseAll(gate);
        }
    }

    private struct Slot
    {
        public ItemClips? Read;
        public long Bytes;                                   // of what was read or, until then, of the item as it is stored
    }
}
