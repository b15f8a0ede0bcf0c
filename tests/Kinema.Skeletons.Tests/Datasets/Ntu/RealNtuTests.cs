using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets.Ntu;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Ntu;

/// <summary>The real files at hand, read once for all tests.</summary>
public sealed class RealNtu
{
    public const string File = "data/ntu-rgbd-samples.zip";

    private readonly Lazy<ClipCollection> denoised = new(() => Read("ctr-gcn"));

    public ClipCollection Denoised => denoised.Value;

    public static ClipCollection Read(string preparation)
    {
        using var source = NtuSource.Open(Repository.Shared(File), NtuSet.Ntu120, preparation);
        return ClipCollection.Of(source);
    }
}

public sealed class RealNtuTests(RealNtu real) : IClassFixture<RealNtu>
{
    // One-person actions in whose files the sensor took a chair or the like for somebody.
    private static readonly string[] Spurious =
    [
        .. Enumerable.Range(24, 6).Select(action => $"S001C001P001R001A{action:000}"),
        .. Enumerable.Range(31, 6).Select(action => $"S001C001P002R001A{action:000}"),
    ];

    [SharedFact(RealNtu.File)]
    public void All_clips_are_read()
    {
        Assert.Equal(219, real.Denoised.Clips.Count);
        Assert.Empty(real.Denoised.Skipped);
        Assert.Equal(20_626, real.Denoised.Clips.Sum(clip => clip.Frames));
        Assert.Equal((42, 227), (real.Denoised.Clips.Min(clip => clip.Frames), real.Denoised.Clips.Max(clip => clip.Frames)));
        Assert.Equal([.. Enumerable.Range(0, 60), 79], real.Denoised.Clips.Select(clip => clip.Label).Distinct().Order());
        Assert.DoesNotContain(real.Denoised.Notes, note => note.Kind is "empty-frames" or "many-bodies");
    }

    [SharedFact(RealNtu.File)]
    public void Chairs_are_told_from_people()
    {
        var wide = real.Denoised.Notes.Where(note => note.Kind == "body-wide").Select(note => note.Name).Order(StringComparer.Ordinal);
        var twos = real.Denoised.Clips.Where(clip => clip.Persons == 2).ToList();

        Assert.Equal(Spurious, wide);
        Assert.Equal(37, twos.Count);
        Assert.All(twos, clip => Assert.InRange(clip.Label, 49, 59));
    }

    [SharedFact(RealNtu.File)]
    public void Places_hold_two_bodies_in_forty_nine_clips()
    {
        var contrast = RealNtu.Read("skeleton-contrast");

        Assert.Equal((219, 49, 0), (contrast.Clips.Count, contrast.Clips.Count(clip => clip.Persons == 2), contrast.Skipped.Count));
        Assert.Equal(20_626, contrast.Clips.Sum(clip => clip.Frames));
    }

    [SharedFact(RealNtu.File)]
    public void Who_comes_late_or_is_lost_is_zero_there()
    {
        var late = real.Denoised.Clips.Single(clip => clip.Name == "S001C001P001R002A059");
        var lost = real.Denoised.Clips.Single(clip => clip.Name == "S001C001P001R002A060");

        Assert.Equal((0, 54), (FirstSeen(late, 0), FirstSeen(late, 1)));
        Assert.Equal(82, LastSeen(lost, 1) + 1);

        static int FirstSeen(SkeletonClip clip, int person) => clip.Person(person).IndexOfAnyExcept(0.0) / 75;
        static int LastSeen(SkeletonClip clip, int person) => clip.Person(person).LastIndexOfAnyExcept(0.0) / 75;
    }

    [SharedFact(RealNtu.File)]
    public void The_first_set_leaves_out_what_is_of_the_second()
    {
        using var source = NtuSource.Open(Repository.Shared(RealNtu.File), NtuSet.Ntu60);

        Assert.Equal(218, source.Items.Count);
        Assert.Equal(("S027C002P011R001A080", "other-set"), (Assert.Single(source.Known).Name, source.Known[0].Kind));
        Assert.Equal(56_578 - 218, source.Absent.Count());
    }
}
