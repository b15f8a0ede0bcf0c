using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Clips;

namespace Kinema.Training;

/// <summary>
/// Prepares batches on a background thread, a few ahead of the network. What a clip becomes depends only on (seed, epoch, instance), so
/// an interrupted run goes on with the same batches. Batches that were used are filled again.
/// </summary>
public sealed class BatchLoader : IDisposable
{
    private const int Ahead = 4;

    private readonly BlockingCollection<Batch> ready = new(Ahead);
    private readonly ConcurrentBag<Batch> spare = [];
    private readonly CancellationTokenSource stop = new();
    private readonly Thread worker;
    private ExceptionDispatchInfo? failure;
    private bool disposed;

    private BatchLoader(int batchSize, int sampleLength, Action<BatchLoader, Func<Batch>> fill)
    {
        Func<Batch> take = () => spare.TryTake(out var batch) ? batch : new Batch(batchSize, sampleLength);
        worker = new Thread(() =>
        {
            try
            {
                fill(this, take);
            }
            catch (OperationCanceledException)
            {
                // Disposed before the end: nobody wants the rest.
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture((e as AggregateException)?.InnerException ?? e);
            }
            finally
            {
                ready.CompleteAdding();
            }
        })
        {
            IsBackground = true,
            Name = "Kinema batches",
        };
        worker.Start();
    }

    /// <summary>Time that <see cref="Batches"/> spent waiting for the background thread.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Loads one epoch of training: shuffled, augmented, the last incomplete batch dropped.</summary>
    /// <param name="clips">The training clips in list order.</param>
    /// <param name="repeat">How often each clip occurs; instance i is clip i mod the number of clips.</param>
    /// <param name="pipeline">From clip to sample.</param>
    /// <param name="batchSize">N.</param>
    /// <param name="seed">Of the run.</param>
    /// <param name="epoch">0-based.</param>
    /// <param name="firstStep">Batches to leave out, those of an interrupted epoch that were done.</param>
    /// <param name="decoders">How many threads make samples; which, changes nothing in them. See <see cref="DecodersFor"/>.</param>
    public static BatchLoader Training(
        IReadOnlyList<SkeletonClip> clips, int repeat, ClipPipeline pipeline, int batchSize, int seed, int epoch, int firstStep = 0, int decoders = 1)
    {
        ArgumentNullException.ThrowIfNull(clips);
        ArgumentNullException.ThrowIfNull(pipeline);
        Batch.Check(batchSize, pipeline, "training.batch-size");
        var order = Order(checked(clips.Count * repeat), seed, epoch);
        return new BatchLoader(batchSize, pipeline.SampleLength, (loader, take) =>
        {
            for (var step = firstStep; step < order.Length / batchSize; step++)
            {
                var batch = take();
                batch.Count = batchSize;
                var first = step * batchSize;
                Each(batchSize, decoders, i =>
                {
                    var instance = order[first + i];
                    var clip = clips[instance % clips.Count];
                    var random = new ClipRandom(seed, epoch, instance, RandomPurpose.Augmentation);
                    pipeline.Train(clip, ref random, batch.Clips.AsSpan(i * pipeline.SampleLength, pipeline.SampleLength));
                    (batch.Labels[i], batch.Instances[i]) = (clip.Label, instance);
                });
                loader.ready.Add(batch, loader.stop.Token);
            }
        });
    }

    /// <summary>Loads a split once, in list order, without augmentation; the last batch may be smaller.</summary>
    /// <param name="clips">In list order.</param>
    /// <param name="pipeline">From clip to sample.</param>
    /// <param name="batchSize">The largest N; no more memory is taken than the clips need.</param>
    /// <param name="decoders">How many threads make samples; which, changes nothing in them. See <see cref="DecodersFor"/>.</param>
    public static BatchLoader Evaluation(IReadOnlyList<SkeletonClip> clips, ClipPipeline pipeline, int batchSize, int decoders = 1)
    {
        ArgumentNullException.ThrowIfNull(clips);
        ArgumentNullException.ThrowIfNull(pipeline);
        batchSize = Math.Min(batchSize, Math.Max(1, clips.Count));
        Batch.Check(batchSize, pipeline, "training.test-batch-size");
        return new BatchLoader(batchSize, pipeline.SampleLength, (loader, take) =>
        {
            for (var start = 0; start < clips.Count; start += batchSize)
            {
                var batch = take();
                batch.Count = Math.Min(batchSize, clips.Count - start);
                var first = start;
                Each(batch.Count, decoders, i =>
                {
                    pipeline.Test(clips[first + i], batch.Clips.AsSpan(i * pipeline.SampleLength, pipeline.SampleLength));
                    (batch.Labels[i], batch.Instances[i]) = (clips[first + i].Label, first + i);
                });
                loader.ready.Add(batch, loader.stop.Token);
            }
        });
    }

    /// <summary>How many of a run's threads make samples: one takes a core far less time than a step does, unless many cores make the step short.</summary>
    /// <param name="threads">Those of the run.</param>
    public static int DecodersFor(int threads) => Math.Clamp(threads / 4, 1, 4);

    private static void Each(int count, int decoders, Action<int> fill)
    {
        if (decoders > 1)
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = decoders }, fill);
            return;
        }

        for (var i = 0; i < count; i++) fill(i);
    }

    /// <summary>The order of the instances in an epoch.</summary>
    internal static int[] Order(int instances, int seed, int epoch)
    {
        var order = new int[instances];
        for (var i = 0; i < instances; i++) order[i] = i;
        new ClipRandom(seed, epoch, 0, RandomPurpose.Order).Shuffle<int>(order);
        return order;
    }

    /// <summary>The batches in order. Each goes back to the loader when the next is asked for.</summary>
    public IEnumerable<Batch> Batches()
    {
        while (true)
        {
            var started = Stopwatch.GetTimestamp();
            if (!ready.TryTake(out var batch, Timeout.Infinite)) break;
            Waited += Stopwatch.GetElapsedTime(started);
            yield return batch;
            spare.Add(batch);
        }

        failure?.Throw();
    }

    /// <summary>Stops the background thread.</summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        stop.Cancel();
        worker.Join();
        stop.Dispose();
        ready.Dispose();
    }
}
