using System.IO.Compression;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets.Ntu;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Ntu;

public sealed class NtuFakeFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Names_are_the_official_ones_and_fewer_are_spread_evenly()
    {
        Assert.Equal(NtuSet.Ntu60.Official.Select(name => $"{name}"), new NtuFakeFiles(new()).Names);

        var some = new NtuFakeFiles(new() { Set = NtuSet.Ntu120, Clips = 2400 }).Names.Select(name => NtuName.Parse(name)!.Value).ToList();

        Assert.Equal(2400, some.Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 120), some.Select(name => name.Action).Distinct().Order());
        Assert.Equal(Enumerable.Range(1, 106), some.Select(name => name.Performer).Distinct().Order());
        Assert.All(some.CountBy(name => name.Action), pair => Assert.InRange(pair.Value, 5, 40));
        Assert.All(some.CountBy(name => name.Camera), pair => Assert.InRange(pair.Value, 750, 850));
        Assert.Equal(some.Order(), some);
    }

    [Fact]
    public void The_same_options_give_the_same_bytes_in_a_folder_and_in_a_zip()
    {
        var files = new NtuFakeFiles(new() { Clips = 24, Seed = 7, Faults = 0.1 });
        files.Write(folder.File("unpacked"));
        files.Write(folder.File("a.zip"));
        new NtuFakeFiles(new() { Clips = 24, Seed = 7, Faults = 0.1 }).Write(folder.File("b.zip"));

        Assert.Equal(File.ReadAllBytes(folder.File("a.zip")), File.ReadAllBytes(folder.File("b.zip")));
        using var archive = ZipFile.OpenRead(folder.File("a.zip"));
        Assert.Equal(24, archive.Entries.Count);
        foreach (var name in files.Names)
        {
            Assert.Equal(files.Content(name), File.ReadAllBytes(folder.File($"unpacked/{name}.skeleton")));
            Assert.Equal(files.Content(name).Length, archive.GetEntry($"nturgb+d_skeletons/{name}.skeleton")!.Length);
        }
        Assert.NotEqual(files.Content(files.Names[0]), new NtuFakeFiles(new() { Seed = 8 }).Content(files.Names[0]));
    }

    [Fact]
    public void They_are_read_as_real_files_are()
    {
        new NtuFakeFiles(new() { Set = NtuSet.Ntu120, Clips = 120 }).Write(folder.File("fake"));
        using var source = NtuSource.Open(folder.File("fake"), NtuSet.Ntu120);
        var (clips, skipped, notes) = ClipCollection.Of(source);

        Assert.All(skipped, clip => Assert.Equal("listed-missing", clip.Kind));
        Assert.InRange(clips.Count, 110, 120);
        Assert.InRange(clips.Average(clip => clip.Frames), 60, 130);
        Assert.All(clips, clip => Assert.InRange(clip.Frames, 12, 300));
        Assert.All(["empty-frames", "body-wide", "body-short"], kind => Assert.Contains(notes, note => note.Kind == kind));
        Assert.InRange(clips.Where(IsMutual).Average(clip => clip.Persons), 1.8, 2);
        Assert.InRange(clips.Where(clip => !IsMutual(clip)).Average(clip => clip.Persons), 1, 1.1);

        static bool IsMutual(SkeletonClip clip) => NtuClasses.IsMutual(clip.Label + 1);
    }

    [Fact]
    public void Listed_clips_have_no_body_and_faults_are_as_many_as_asked_for()
    {
        var files = new NtuFakeFiles(new() { Clips = 120, Faults = 0.3 });
        var listed = NtuRaw.Read(new NtuFakeFiles(new()).Content("S001C002P005R002A008"));
        var (empty, refused) = (0, 0);
        foreach (var name in files.Names)
        {
            var content = files.Content(name);
            try
            {
                if (content.Length == 0) empty++;
                else NtuRaw.Read(content);
            }
            catch (KinemaException)
            {
                refused++;
            }
        }

        Assert.Equal(0, listed.Count);
        Assert.InRange(listed.Frames, 30, 300);
        Assert.InRange(empty, 8, 30);
        Assert.InRange(refused, 8, 30);
    }

    [Fact]
    public void Cameras_see_the_same_performance_from_other_sides()
    {
        var files = new NtuFakeFiles(new());

        var frames = Enumerable.Range(1, 3).Select(camera => NtuRaw.Read(files.Content($"S004C00{camera}P003R001A007")).Frames);

        Assert.Single(frames.Distinct());
    }

    [Fact]
    public void A_class_is_told_from_others_by_what_is_done()
    {
        // Who is nearest among another performer's clips?
        var files = new NtuFakeFiles(new() { Seed = 3 });
        int[] actions = [1, 3, 4, 6, 9, 11, 12, 23];
        var right = 0;
        var others = actions.ToDictionary(action => action, action => Path(files, action, performer: 2));
        foreach (var action in actions)
        {
            var path = Path(files, action, performer: 1);
            var nearest = actions.MinBy(other => Distance(path, others[other]));
            right += nearest == action ? 1 : 0;
        }

        Assert.InRange(right, 4, 8);                            // by chance: 1
    }

    [Fact]
    public void A_target_that_is_there_and_options_out_of_range_are_refused()
    {
        var files = new NtuFakeFiles(new() { Clips = 2 });
        var there = folder.Write("full/file", "content");

        var error = Assert.Throws<KinemaException>(() => files.Write(folder.File("full")));
        Assert.Equal($"{folder.File("full")}: is there already; name another place, or delete it", error.Message);
        Assert.Equal(ExitCode.Usage, Assert.Throws<KinemaException>(() => files.Write(there)).ExitCode);
        Assert.Equal(ExitCode.Usage, Assert.Throws<KinemaException>(() => new NtuFakeFiles(new() { Clips = 0 })).ExitCode);
        error = Assert.Throws<KinemaException>(() => new NtuFakeFiles(new() { Faults = 1.5 }));
        Assert.Equal("made-up NTU RGB+D files: faults is 1.5, must be 0 to 1", error.Message);
        Assert.Throws<KinemaException>(() => new NtuFakeFiles(new() { Faults = double.NaN }));
        Assert.Throws<ArgumentException>(() => files.Content("S001C001P001R001A061"));
        Assert.Throws<ArgumentException>(() => files.Content("../../etc"));
    }

    // Heights of both hands over the hips and of the hips over the feet, 20 moments.
    private static double[] Path(NtuFakeFiles files, int action, int performer)
    {
        var name = NtuName.Parse($"S001C001P{performer:000}R001A{action:000}")!.Value;
        var clip = new CtrGcnPreparation().Prepare(NtuRaw.Read(files.Content($"{name}")), name, "f").Clips[0];
        return [.. Enumerable.Range(0, 20).SelectMany(moment =>
        {
            var frame = clip.Person(0).Slice(moment * (clip.Frames - 1) / 19 * 75, 75);
            var low = Math.Min(frame[15 * 3 + 1], frame[19 * 3 + 1]);
            return new[] { frame[7 * 3 + 1] - frame[1], frame[11 * 3 + 1] - frame[1], frame[1] - low };
        })];
    }

    private static double Distance(double[] a, double[] b) => a.Zip(b, (x, y) => (x - y) * (x - y)).Sum();
}
