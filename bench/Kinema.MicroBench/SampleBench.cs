using System.Diagnostics;
using System.Globalization;
using Kinema.Benchmarks;
using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;

namespace Kinema.MicroBench;

/// <summary>What one thread needs to make a sample of training out of a clip in memory: view, frames, stream, sampling, all of it.</summary>
internal static class SampleBench
{
    private const int Rounds = 9, Batch = 16;

    /// <summary>Times the pipelines of NW-UCLA, all streams, and of NTU, of clips as they are and mirrored, over made-up clips of those lengths.</summary>
    public static int Run(int clips)
    {
        Console.WriteLine($"{clips} clips, one thread, medians of {Rounds} rounds");
        Console.WriteLine($"{"pipeline",-24} {"us a sample",12} {"ms a batch of 16",17} {"bytes allocated a sample",25}");
        foreach (var stream in (SkeletonStream[])[SkeletonStream.Joint, SkeletonStream.Bone, SkeletonStream.JointMotion, SkeletonStream.BoneMotion])
            Time($"nw-ucla, {stream}", new NwUclaPipeline(Layouts.NwUcla, stream), Clips(clips, Layouts.NwUcla, persons: 1));
        var ntu = new NtuPipeline(Layouts.Ntu, SkeletonStream.Joint);
        var pairs = Clips(clips, Layouts.Ntu, persons: 2);
        Time("ntu, joint", ntu, pairs);
        Time("ntu, joint, mirrored", new MirroredPipeline(ntu, Layouts.Ntu, probability: 1), pairs);
        return 0;
    }

    private static void Time(string name, ClipPipeline pipeline, SkeletonClip[] clips)
    {
        var sample = new float[pipeline.SampleLength];
        Round();
        Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        double[] times = [.. Enumerable.Range(0, Rounds).Select(_ => Round())];
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (Rounds * clips.Length);
        var each = 1000 * new Timings(times).Median / clips.Length;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-24} {each,12:0.0} {each * Batch / 1000,17:0.00} {bytes,25}"));

        double Round()
        {
            var begun = Stopwatch.GetTimestamp();
            foreach (var (i, clip) in clips.Index())
            {
                var random = new ClipRandom(1, 0, i, RandomPurpose.Augmentation);
                pipeline.Train(clip, ref random, sample);
            }

            return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        }
    }

    // Random walks of 30 to 130 frames.
    private static SkeletonClip[] Clips(int count, SkeletonLayout layout, int persons) => [.. Enumerable.Range(0, count).Select(i =>
    {
        var random = new ClipRandom(1, 0, i, RandomPurpose.Synthesis);
        var (frames, width) = (random.NextInt(30, 130), 3 * layout.JointCount);
        var points = new double[persons * frames * width];
        for (var k = 0; k < points.Length; k++) points[k] = (k >= width ? points[k - width] : 1) + random.NextDouble(-0.02, 0.02);
        return new SkeletonClip(string.Create(CultureInfo.InvariantCulture, $"walk {i}"), frames, layout.JointCount, persons, points);
    })];
}
