using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Preparation;

public sealed class ClipPreparationTests : IDisposable
{
    private const int Items = 200;

    private readonly TemporaryFolder folder = new();

    private string File => folder.File("toy.safetensors");

    private string Partial => folder.File(".toy.safetensors.partial");

    private string Journal => folder.File(".toy.safetensors.journal");

    private string Strict =>
        $"clip clip-003 is there twice; the first is kept (and --strict was asked for; what is done is kept in {Partial}: without it the same command goes on)";

    [Fact]
    public void The_file_holds_every_clip_that_can_be_used_in_order_and_nothing_else_is_left_beside_it()
    {
        var report = ClipPreparation.Run(new ToySource(Items), File, new PreparationOptions { Jobs = 3 });

        var read = DatasetReader.Open(File);
        var expected = Enumerable.Range(0, Items).Where(i => i % 7 != 6).SelectMany(Made).ToList();
        Assert.Equal(expected.Select(clip => clip.Name), read.Clips.Select(clip => clip.Name));
        Assert.All(read.Clips.Zip(expected), pair =>
        {
            Assert.Equal(pair.Second.Coordinates.ToArray(), pair.First.Coordinates.ToArray());
            Assert.Equal(ClipFacts.Of(pair.Second), ClipFacts.Of(pair.First));
        });
        Assert.Equal((expected.Count, report.Checksum, "none 1"), (report.Clips, read.Checksum, read.Preparation));
        Assert.Equal(["skipped-clip", "left-out"], DatasetReader.Examine(File).Faults.Select(fault => fault.Kind));      // of the damaged and doubled ones
        Assert.Equal([File], Directory.GetFiles(folder.Path));

        // Of an item with two clips the second has the name of the item before, and stays if that one was damaged.
        static IEnumerable<SkeletonClip> Made(int i) => i % 5 == 4 && (i - 1) % 7 == 6
            ? [ToySource.Clip($"clip-{i:000}", i), ToySource.Clip($"clip-{i - 1:000}", i)]
            : [ToySource.Clip($"clip-{i:000}", i)];
    }

    [Fact]
    public void What_is_not_in_the_file_is_counted_with_its_reason()
    {
        var report = ClipPreparation.Run(new ToySource(Items), File);

        Assert.Equal(Items, Enumerable.Range(0, Items).Count(i => i % 7 != 6) + report.Skipped.Count(clip => clip.Kind == "damaged"));
        Assert.Equal("item-006: line 3: not a number", report.Skipped.First(clip => clip.Kind == "damaged").Reason);
        Assert.Equal("listed", report.Skipped[0].Name);
        Assert.Contains(report.Skipped, clip => clip is { Kind: "repeated-name", Name: "clip-003" });
        Assert.Equal(report.Notes.Count, Enumerable.Range(0, Items).Count(i => i % 5 == 4 && i % 7 != 6));
    }

    [Fact]
    public void Each_protocol_divides_the_clips_by_its_own_rule_and_numbers_the_classes_it_takes()
    {
        ClipPreparation.Run(new ToySource(Items), File);

        var official = DatasetReader.Open(File);
        Assert.All(official.Split("test"), index => Assert.Equal(0, official.Clips[index].Subject % 2));
        Assert.Equal(official.Clips.Count, official.Split("train").Count + official.Split("test").Count);

        var seconds = DatasetReader.Open(File, protocol: "seconds");
        Assert.Equal(["second"], seconds.Classes);
        Assert.Equal(("seconds", official.Checksum), (seconds.Protocol, seconds.Checksum));
        Assert.All(seconds.Split("train"), index => Assert.Equal((0, 1), (seconds.Clips[index].Label, seconds.Clips[index].Camera)));

        var error = Assert.Throws<KinemaException>(() => DatasetReader.Open(File, protocol: "second"));
        Assert.StartsWith("toy: no protocol 'second'", error.Message, StringComparison.Ordinal);
        Assert.Contains("it has official, seconds", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_preparation_goes_on_and_ends_with_the_same_bytes()
    {
        var whole = Whole();
        var random = new ClipRandom(1, 0, 0, RandomPurpose.Split);
        for (var round = 0; round < 12; round++)
        {
            var interruptions = 0;
            PreparationReport? report = null;
            while (report is null)
            {
                var after = random.NextInt(1, 90);
                using var stop = new CancellationTokenSource();
                var progress = new Direct(done =>
                {
                    if (after-- == 0) stop.Cancel();
                });
                try
                {
                    report = ClipPreparation.Run(new ToySource(Items), File, new PreparationOptions { Jobs = 2 }, progress, stop.Token);
                }
                catch (OperationCanceledException)
                {
                    interruptions++;
                    Spoil(ref random);
                }
            }
            Assert.True(interruptions > 0);
            Assert.Equal(whole, System.IO.File.ReadAllBytes(File));
        }
    }

    // What a kill or a power cut may leave: lines and bytes cut off anywhere, bytes that were never written.
    private void Spoil(ref ClipRandom random)
    {
        switch (random.NextInt(5))
        {
            case 0:
                Cut(Journal, ref random);
                break;
            case 1:
                Cut(Partial, ref random);
                break;
            case 2:
                using (var stream = new FileStream(Partial, FileMode.Open))
                {
                    stream.Position = random.NextInt((int)stream.Length);
                    stream.Write(new byte[300]);
                }
                break;
            case 3:
                System.IO.File.AppendAllText(Journal, "{\"Item\":");
                break;
        }

        static void Cut(string path, ref ClipRandom random)
        {
            using var stream = new FileStream(path, FileMode.Open);
            stream.SetLength(random.NextInt((int)stream.Length + 1));
        }
    }

    [Fact]
    public void A_resumed_preparation_reads_only_what_is_missing_and_says_how_much_was_done()
    {
        var whole = Whole();
        Assert.Throws<InvalidOperationException>(() => ClipPreparation.Run(new ToySource(Items) { Reading = Fail(at: 150) }, File, new PreparationOptions { Jobs = 1 }));

        var read = new List<int>();
        var report = ClipPreparation.Run(new ToySource(Items) { Reading = read.Add }, File, new PreparationOptions { Jobs = 1 });

        Assert.Equal(Items - read.Count, report.ResumedItems);
        Assert.InRange(report.ResumedItems, 100, 150);
        Assert.Equal(whole, System.IO.File.ReadAllBytes(File));

        static Action<int> Fail(int at) => item => { if (item == at) throw new InvalidOperationException("pulled the plug"); };
    }

    [Fact]
    public void A_half_made_file_of_other_input_or_with_other_options_is_thrown_away_only_when_asked()
    {
        var whole = Whole();
        Interrupt();
        var (partial, journal) = (System.IO.File.ReadAllBytes(Partial), System.IO.File.ReadAllBytes(Journal));
        var same = ", of other files, labels or options, or of another version of Kinema; go on with the same";

        foreach (var (source, why) in ((ToySource, string)[])
            [
                (new(Items) { Set = "another" }, "; finish that"),
                (new(Items + 1), same), (new(Items) { Key = "other files" }, same), (new(Items) { Taken = [0, 1] }, same),
                (new(Items) { Version = 2 }, same),
            ])
        {
            Assert.Equal(
                $"{File}: what an interrupted preparation of toy has done lies beside it ({Partial}){why}, throw it away with --fresh, or write elsewhere",
                Hostile.Refusal(() => ClipPreparation.Run(source, File), ExitCode.Usage));
            Assert.Equal(partial, System.IO.File.ReadAllBytes(Partial));
            Assert.Equal(journal, System.IO.File.ReadAllBytes(Journal));
        }
        Assert.InRange(ClipPreparation.Run(new ToySource(Items), File).ResumedItems, 100, 120);
        Assert.Equal(whole, System.IO.File.ReadAllBytes(File));

        Interrupt();
        var report = ClipPreparation.Run(new ToySource(Items) { Key = "other files" }, File, new PreparationOptions { Fresh = true });
        Assert.Equal((0, 0), (report.ResumedItems, report.DiscardedItems));
        Assert.Equal(whole, System.IO.File.ReadAllBytes(File));
    }

    [Fact]
    public void Items_whose_bytes_are_gone_are_made_again_and_counted()
    {
        var whole = Whole();
        Interrupt();
        System.IO.File.Delete(Partial);
        var gone = ClipPreparation.Run(new ToySource(Items), File);
        Assert.Equal(0, gone.ResumedItems);
        Assert.InRange(gone.DiscardedItems, 100, 120);
        Assert.Equal(whole, System.IO.File.ReadAllBytes(File));

        Interrupt();
        using (var stream = new FileStream(Partial, FileMode.Open)) stream.SetLength(stream.Length / 2);
        var half = ClipPreparation.Run(new ToySource(Items), File);
        Assert.InRange(half.ResumedItems, 1, 100);
        Assert.InRange(half.ResumedItems + half.DiscardedItems, 100, 120);
        Assert.Equal(whole, System.IO.File.ReadAllBytes(File));
    }

    private void Interrupt() => Assert.Throws<InvalidOperationException>(() => ClipPreparation.Run(
        new ToySource(Items) { Reading = item => { if (item == 120) throw new InvalidOperationException(); } }, File, new PreparationOptions { Jobs = 1 }));

    [Fact]
    public void A_preparation_that_fails_before_anything_is_done_leaves_no_file_and_no_folder()
    {
        var deep = folder.File("a/b/toy.safetensors");

        Assert.Throws<InvalidOperationException>(() => ClipPreparation.Run(new ToySource(9) { Reading = _ => throw new InvalidOperationException() }, deep));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
        Hostile.Refusal(() => ClipPreparation.Run(
            new ToySource(9) { Reading = _ => throw new KinemaException(ExitCode.Data, "bad") }, deep, new PreparationOptions { Strict = true, Jobs = 1 }));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_strict_preparation_ends_at_the_first_clip_that_cannot_be_used()
    {
        var error = Assert.Throws<KinemaException>(() => ClipPreparation.Run(new ToySource(Items), File, new PreparationOptions { Strict = true, Jobs = 1 }));
        Assert.Equal((ExitCode.Data, Strict), (error.ExitCode, error.Message));
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public void A_strict_preparation_does_not_go_on_with_what_a_lenient_one_skipped()
    {
        Interrupt();

        Assert.Equal(Strict,
            Hostile.Refusal(() => ClipPreparation.Run(new ToySource(Items), File, new PreparationOptions { Strict = true })));
        Assert.True(ClipPreparation.Run(new ToySource(Items), File).ResumedItems > 0);                     // what was done is not lost for it
    }

    [Theory, InlineData(true), InlineData(false)]
    public void An_input_that_cannot_be_read_is_not_taken_for_an_output_that_cannot_be_written(bool opening)
    {
        Action fail = () => throw new FileNotFoundException("the disk was pulled out");
        var source = opening ? new ToySource(9) { Opening = fail } : new ToySource(9) { Reading = _ => fail() };

        Assert.StartsWith("toy: cannot be read: ", Hostile.Refusal(() => ClipPreparation.Run(source, File)), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_preparations_of_one_file_at_once_are_refused()
    {
        KinemaException? error = null;
        ClipPreparation.Run(new ToySource(9)
        {
            Reading = item => { if (item == 3) error = Assert.Throws<KinemaException>(() => ClipPreparation.Run(new ToySource(9), File)); },
        }, File);
        Assert.Equal((ExitCode.Usage, $"{File}: another process is preparing it"), (error!.ExitCode, error.Message));
    }

    [Fact]
    public void A_target_that_cannot_be_written_is_refused_in_one_line()
    {
        var error = Assert.Throws<KinemaException>(() => ClipPreparation.Run(new ToySource(9), Path.Combine("/proc/nowhere", "set.safetensors")));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Equal(                                                                                         // nothing is done that could be kept
            "/proc/nowhere/set.safetensors: cannot be written: the folder /proc takes no new files; mend that, or write elsewhere", error.Message);
    }

    [Fact]
    public void A_source_none_of_whose_clips_can_be_used_says_why()
    {
        var error = Assert.Throws<KinemaException>(() => ClipPreparation.Run(
            new ToySource(3) { Reading = item => throw new KinemaException(ExitCode.Data, $"item {item}: nothing in it") }, File));
        Assert.Equal("toy: none of 3 items holds a clip that can be used; the first: item 0: nothing in it", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_preparation_equals_what_is_written_of_the_set_in_memory()
    {
        var whole = Whole();
        var set = DatasetReader.Open(File);
        PackedDataset.Write(set, folder.File("again.safetensors"), StoredType.Float64);
        Assert.Equal(whole, System.IO.File.ReadAllBytes(folder.File("again.safetensors")));
    }

    public void Dispose() => folder.Dispose();

    private byte[] Whole()
    {
        ClipPreparation.Run(new ToySource(Items), File, new PreparationOptions { Jobs = 1 });
        return System.IO.File.ReadAllBytes(File);
    }

    private sealed class Direct(Action<PreparationProgress> report) : IProgress<PreparationProgress>
    {
        public void Report(PreparationProgress value) => report(value);
    }
}
