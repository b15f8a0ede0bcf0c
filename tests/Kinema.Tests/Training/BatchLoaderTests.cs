using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Clips;
using Kinema.Storage;
using Kinema.Training;

namespace Kinema.Tests.Training;

public sealed class BatchLoaderTests
{
    [Theory, InlineData(24, 1), InlineData(10, 3), InlineData(1, 7)]
    public void An_epoch_is_a_permutation_of_its_instances(int clips, int repeat)
    {
        var order = Load(clips, repeat, batch: 1).SelectMany(batch => batch.Instances).ToArray();
        Assert.Equal(Enumerable.Range(0, clips * repeat).Select(i => (long)i), order.Order());
        if (clips * repeat > 8) Assert.NotEqual(order.Order(), order);
    }

    [Fact]
    public void Epochs_and_seeds_differ_in_order_and_in_augmentation()
    {
        var first = Load(24, 1);
        Assert.Equal(first, Load(24, 1));
        Assert.NotEqual(Order(first), Order(Load(24, 1, epoch: 1)));
        Assert.NotEqual(Order(first), Order(Load(24, 1, seed: 2)));
        Assert.NotEqual(Sample(first, 5), Sample(Load(24, 1, epoch: 1), 5));
        Assert.NotEqual(Sample(first, 5), Sample(Load(24, 1, seed: 2), 5));
        // Copies of a clip are instances of their own, with draws of their own.
        var repeated = Load(12, 2);
        Assert.NotEqual(Sample(repeated, 5)[1], Sample(repeated, 17)[1]);
        Assert.Equal(Sample(repeated, 5)[0], Sample(repeated, 17)[0]);

        static long[] Order(Taken[] batches) => [.. batches.SelectMany(batch => batch.Instances)];
    }

    [Fact]
    public void The_last_incomplete_batch_is_dropped_and_labels_go_with_their_clips()
    {
        var batches = Load(10, 2, batch: 6);
        Assert.Equal(3, batches.Length);
        Assert.All(batches, batch => Assert.Equal(6, batch.Instances.Length));
        foreach (var batch in batches)
            for (var i = 0; i < 6; i++)
            {
                Assert.Equal(batch.Instances[i] % 10 % 3, batch.Labels[i]);
                Assert.Equal(batch.Instances[i] % 10, batch.Clips[3 * i]); // the stub writes the clip's number
            }
    }

    [Fact]
    public void Samples_do_not_depend_on_how_far_the_loader_is_ahead()
    {
        var prompt = Load(24, 2);
        var slow = new Stub { Delay = 3 };
        Assert.Equal(prompt, Take(BatchLoader.Training(Clips(24), 2, slow, 4, 1, 0)));
        // A slow reader, so that every buffer is in use and comes back.
        List<Taken> late = [];
        using var loader = BatchLoader.Training(Clips(24), 2, new Stub(), 4, 1, 0);
        foreach (var batch in loader.Batches())
        {
            Thread.Sleep(2);
            late.Add(Taken.Of(batch));
        }

        Assert.Equal(prompt, late);
    }

    [Fact]
    public void Four_threads_make_the_same_samples_at_the_same_time_and_pass_their_faults_on()
    {
        var beside = new Stub { Delay = 5 };
        Assert.Equal(Load(24, 2), Take(BatchLoader.Training(Clips(24), 2, beside, 4, 1, 0, decoders: 4)));
        Assert.Equal(Take(BatchLoader.Evaluation(Clips(24), new Stub(), 4)), Take(BatchLoader.Evaluation(Clips(24), beside, 4, decoders: 4)));
        Assert.InRange(beside.MostAtOnce, 2, 4);

        using var failing = BatchLoader.Training(Clips(24), 1, new Stub { FailAt = 9 }, 4, 1, 0, decoders: 4);
        Assert.Equal("clip 9 is bad", Assert.Throws<InvalidDataException>(() => failing.Batches().Count()).Message);
    }

    [Theory, InlineData(1, 1), InlineData(4, 1), InlineData(8, 2), InlineData(64, 4)]
    public void A_quarter_of_the_threads_and_four_at_most_make_samples(int threads, int decoders) => Assert.Equal(decoders, BatchLoader.DecodersFor(threads));

    [Theory, InlineData(0), InlineData(1), InlineData(5), InlineData(12)]
    public void The_first_steps_can_be_left_out(int firstStep) =>
        Assert.Equal(Load(24, 2).Skip(firstStep), Take(BatchLoader.Training(Clips(24), 2, new Stub(), 4, 1, 0, firstStep)));

    [Fact]
    public void A_fault_of_the_pipeline_reaches_the_reader_after_the_batches_before_it()
    {
        using var loader = BatchLoader.Training(Clips(24), 1, new Stub { FailAt = 9 }, 4, 1, 0);
        var read = 0;
        var error = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var _ in loader.Batches()) read++;
        });
        Assert.Equal("clip 9 is bad", error.Message);
        Assert.Equal(Array.IndexOf(Load(24, 1).SelectMany(batch => batch.Instances).ToArray(), 9) / 4, read);

        using var test = BatchLoader.Evaluation(Clips(24), new Stub { FailAt = 9 }, 4);
        Assert.Throws<InvalidDataException>(() => test.Batches().Count());
    }

    [Theory, InlineData(0), InlineData(1), InlineData(3)]
    public async Task A_loader_disposed_half_way_does_not_hang(int read)
    {
        var done = Task.Run(() =>
        {
            using var loader = BatchLoader.Training(Clips(400), 1, new Stub { Delay = 1 }, 4, 1, 0);
            using var batches = loader.Batches().GetEnumerator();
            for (var i = 0; i < read; i++) Assert.True(batches.MoveNext());
        });
        Assert.Same(done, await Task.WhenAny(done, Task.Delay(TimeSpan.FromSeconds(20))));
        await done;
    }

    [Theory, InlineData(10, 4, new[] { 4, 4, 2 }), InlineData(8, 4, new[] { 4, 4 }), InlineData(3, 64, new[] { 3 }), InlineData(3, int.MaxValue, new[] { 3 })]
    public void Evaluation_keeps_the_list_order_and_the_short_last_batch(int clips, int size, int[] counts)
    {
        using var loader = BatchLoader.Evaluation(Clips(clips), new Stub(), size);
        var batches = Take(loader);
        Assert.Equal(counts, batches.Select(batch => batch.Instances.Length));
        Assert.Equal(Enumerable.Range(0, clips).Select(i => (long)i), batches.SelectMany(batch => batch.Instances));
        Assert.Equal(Enumerable.Range(0, clips).Select(i => (long)i % 3), batches.SelectMany(batch => batch.Labels));
        Assert.All(batches.SelectMany(batch => batch.Clips.Chunk(3)).Index(), sample => Assert.Equal([sample.Index, 0, -1], sample.Item));
    }

    [Fact]
    public void A_batch_larger_than_an_array_is_refused_with_its_keys()
    {
        var pipeline = new Stub { Length = 4096 * 10 };
        var training = Assert.Throws<KinemaException>(() => BatchLoader.Training(Clips(1), 65_536, pipeline, 65_536, 1, 0));
        Assert.Equal(ExitCode.Configuration, training.ExitCode);
        Assert.Contains("65536 clips of 122880 numbers", training.Message, StringComparison.Ordinal);
        Assert.Contains("training.batch-size or data.frames", training.Message, StringComparison.Ordinal);
        var clips = Enumerable.Repeat(Clips(1)[0], 65_536).ToArray();
        var test = Assert.Throws<KinemaException>(() => BatchLoader.Evaluation(clips, pipeline, 65_536));
        Assert.Contains("training.test-batch-size or data.frames", test.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_clips_are_no_batches()
    {
        using var loader = BatchLoader.Evaluation([], new Stub(), 4);
        Assert.Empty(loader.Batches());
    }

    private static Taken[] Load(int clips, int repeat, int batch = 4, int seed = 1, int epoch = 0) =>
        Take(BatchLoader.Training(Clips(clips), repeat, new Stub(), batch, seed, epoch));

    private static Taken[] Take(BatchLoader loader)
    {
        using (loader) return [.. loader.Batches().Select(Taken.Of)];
    }

    private static float[] Sample(Taken[] batches, long instance)
    {
        var batch = batches.Single(batch => batch.Instances.Contains(instance));
        return batch.Clips.AsSpan(3 * Array.IndexOf(batch.Instances, instance), 3).ToArray();
    }

    private static SkeletonClip[] Clips(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new SkeletonClip($"{i}", 1, 1, 1, [i, 0, 0]) { Label = i % 3 })];

    /// <summary>What a batch held; its buffers are used again.</summary>
    private sealed record Taken(long[] Instances, long[] Labels, float[] Clips)
    {
        public static Taken Of(Batch batch) => new(
            batch.Instances[..batch.Count], batch.Labels[..batch.Count], batch.Clips[..(batch.Count * batch.SampleLength)]);

        public bool Equals(Taken? other) =>
            other is not null && Instances.SequenceEqual(other.Instances) && Labels.SequenceEqual(other.Labels) && Clips.SequenceEqual(other.Clips);

        public override int GetHashCode() => Instances.Length;
    }

    /// <summary>A sample is the clip's number, a random number, and whether it is one of training.</summary>
    private sealed class Stub : ClipPipeline
    {
        private readonly Lock gate = new();
        private int now;

        public int Delay { get; init; }

        public int FailAt { get; init; } = -1;

        /// <summary>How many samples were made at the same time.</summary>
        public int MostAtOnce { get; private set; }

        public override int Channels => 3;

        public int Length { get; init; } = 1;

        public override int Frames => Length;

        public override int Joints => 1;

        public override int Persons => 1;

        public override void Train(SkeletonClip clip, ref ClipRandom random, Span<float> destination) =>
            Fill(clip, (float)random.NextDouble(), 1, destination);

        public override void Test(SkeletonClip clip, Span<float> destination) => Fill(clip, 0, -1, destination);

        private void Fill(SkeletonClip clip, float random, float mode, Span<float> destination)
        {
            lock (gate) MostAtOnce = Math.Max(MostAtOnce, ++now);
            if (Delay > 0) Thread.Sleep(Delay);
            lock (gate) now--;
            var number = clip.Coordinates[0];
            if (number == FailAt) throw new InvalidDataException($"clip {clip.Name} is bad");
            (destination[0], destination[1], destination[2]) = ((float)number, random, mode);
        }
    }
}
