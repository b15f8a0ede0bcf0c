using System.Diagnostics;
using System.Globalization;
using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Ntu;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Skeletons.Streams;
using Kinema.Training;

namespace Kinema.MicroBench;

/// <summary>
/// Data at full size: preparing made-up raw files, then opening a packed set of as many clips as NTU RGB+D 120 has and reading an epoch of
/// it in random order through the pipeline of training, in a process of its own, so that memory is that of reading alone.
/// </summary>
internal static class DataBench
{
    private const int OfNtu60 = 56_880; // its files; of more, some are those of NTU RGB+D 120

    /// <summary>Runs all of it in a folder that is deleted afterwards.</summary>
    public static int Run(int clips, int files)
    {
        var folder = Directory.CreateTempSubdirectory("kinema-data-bench-").FullName;
        try
        {
            Prepare(folder, files);
            var packed = Path.Combine(folder, "walks.safetensors");
            var report = ClipPreparation.Run(new Walks(clips), packed, new PreparationOptions { Jobs = Environment.ProcessorCount });
            Console.WriteLine($"packed {report.Clips} clips, {report.Frames} frames, {report.Bytes / 1e9:0.00} GB in {report.Elapsed.TotalSeconds:0.0} s");
            using var reader = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, Arguments("data-read", packed)) { UseShellExecute = false })!;
            reader.WaitForExit();
            return reader.ExitCode;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        // Started as `dotnet Kinema.MicroBench.dll`, the process is dotnet and the program its first argument.
        static IEnumerable<string> Arguments(params string[] arguments) =>
            Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0], .. arguments] : arguments;
    }

    /// <summary>Opens a packed set and reads an epoch; prints times and memory.</summary>
    public static int Read(string path)
    {
        var begun = Stopwatch.GetTimestamp();
        var set = DatasetReader.Open(path, protocol: "xsub");
        Console.WriteLine($"open {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.00} s; {Memory()}");

        IReadOnlyList<SkeletonClip> clips = [.. set.Split("train").Select(index => set.Clips[index])];
        var pipeline = new NtuPipeline(set.Layout, SkeletonStream.Joint);
        foreach (var epoch in (int[])[0, 1])
        {
            begun = Stopwatch.GetTimestamp();
            var used = Process.GetCurrentProcess().TotalProcessorTime;
            var read = 0;
            using (var loader = BatchLoader.Training(clips, 1, pipeline, batchSize: 64, seed: 1, epoch))
            {
                foreach (var batch in loader.Batches()) read += batch.Count;
            }
            var (seconds, cpu) = (Stopwatch.GetElapsedTime(begun).TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - used).TotalSeconds);
            Console.WriteLine($"epoch {epoch}: {read} augmented clips in random order, {read / seconds:0} a second, {read / cpu:0} a second of a core; {Memory()}");
        }
        return 0;
    }

    private static void Prepare(string folder, int files)
    {
        var zip = Path.Combine(folder, "raw.zip");
        var (set, name) = files > OfNtu60 ? (NtuSet.Ntu120, "ntu120") : (NtuSet.Ntu60, "ntu60");
        var begun = Stopwatch.GetTimestamp();
        new NtuFakeFiles(new NtuFakeOptions { Set = set, Clips = files, Faults = 0.01 }).Write(zip);
        Console.WriteLine($"made up {files} raw files in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s; {Memory()}");
        using var source = ClipSources.Open(name, zip);
        var report = ClipPreparation.Run(source, Path.Combine(folder, "raw.safetensors"), new PreparationOptions { Jobs = Environment.ProcessorCount });
        Console.WriteLine(
            $"prepared {source.Items.Count} raw files of {new FileInfo(zip).Length / 1e6:0} MB zipped in {report.Elapsed.TotalSeconds:0.0} s, "
            + $"{60 * source.Items.Count / report.Elapsed.TotalSeconds:0} a minute on {Environment.ProcessorCount} cores; {report.Clips} kept, {report.Skipped.Count} not; {Memory()}");
    }

    private static string Memory() => string.Create(CultureInfo.InvariantCulture,
        $"resident {Process.GetCurrentProcess().WorkingSet64 / 1e6:0} MB, at most {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:0} MB");

    /// <summary>Random walks as long as the clips of NTU RGB+D are, every sixth of two persons; subjects and classes as there.</summary>
    private sealed class Walks(int clips) : ClipSource
    {
        public override string Name => "walks";

        public override string Preparation => "ctr-gcn 1";

        public override SkeletonLayout Layout => Layouts.Ntu;

        public override IReadOnlyList<string> Classes { get; } = [.. Enumerable.Range(1, 120).Select(action => $"action {action}")];

        public override IReadOnlyList<SourceItem> Items { get; } =
        [
            .. Enumerable.Range(0, clips).Select(i =>
                new SourceItem(string.Create(CultureInfo.InvariantCulture, $"S{i / 3600:000}C{i % 3:000}W{i:000000}"), 0)),
        ];

        public override IReadOnlyList<Protocol> Protocols { get; } = [new("xsub", clip => clip.Subject % 2 == 1 ? "train" : "test")];

        public override ItemReader Open() => new Reader(this);

        private sealed class Reader(Walks walks) : ItemReader
        {
            public override ItemClips Read(int item)
            {
                var random = new ClipRandom(1, 0, item, RandomPurpose.Synthesis);
                var (frames, persons) = (random.NextInt(40, 130), item % 6 == 5 ? 2 : 1);
                var points = new double[persons * frames * 75];
                for (var i = 0; i < points.Length; i++)
                    points[i] = (i >= 75 ? points[i - 75] : 0) + random.NextDouble(-0.02, 0.02);
                return ItemClips.One(new SkeletonClip(walks.Items[item].Name, frames, 25, persons, points)
                {
                    Label = item % 120, Subject = 1 + (item / 120 % 106), Camera = 1 + (item % 3), Setup = 1 + (item / 3600),
                });
            }
        }
    }
}
