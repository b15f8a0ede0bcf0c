using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets.Ntu;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Ntu;

public sealed class CtrGcnPreparationTests
{
    private const string Golden = "golden/data-ntu-preprocess.safetensors";
    private static readonly NtuName Name = NtuName.Parse("S003C002P004R001A050")!.Value;

    [SharedFact(Golden)]
    public void Denoised_and_moved_arrays_are_those_of_the_reference_bit_for_bit()
    {
        using var golden = SafeTensorsFile.Open(Repository.Shared(Golden));
        foreach (var name in golden.Metadata["order"].Split(','))
        {
            var bodies = Raw(name);
            var frames = Enumerable.Range(0, bodies.Frames).Count(frame => bodies.Frame(frame) is var (first, end) && end > first);
            Assert.Equal(golden.Read($"{name}.num_frames_nonempty").ToInt64s()[0], frames);

            var rows = CtrGcnActors.Choose(bodies, (_, _) => { })!;
            Assert.Equal(golden.Read($"{name}.denoised").Shape, [rows.Frames, 75 * rows.Persons]);
            AssertSameBits(golden.Read($"{name}.denoised").ToSingles(), rows.Values, name);

            Assert.True(rows.MoveToOrigin());
            AssertSameBits(golden.Read($"{name}.translated").ToSingles(), rows.Values, name);
        }
    }

    [SharedFact(Golden)]
    public void Clips_padded_by_the_rules_of_either_set_are_those_of_the_reference()
    {
        using var golden = SafeTensorsFile.Open(Repository.Shared(Golden));
        var clips = golden.Metadata["order"].Split(',').Select(name =>
            Assert.Single(new CtrGcnPreparation().Prepare(Raw(name), NtuName.Parse(name)!.Value, name).Clips)).ToList();

        Assert.Equal(golden.Read("frames_cnt").ToInt64s(), clips.Select(clip => (long)clip.Frames));
        AssertSameBits(golden.Read("aligned60").ToSingles(), Padded(clips, copyLoneActor: false), "aligned60");
        AssertSameBits(golden.Read("aligned120").ToSingles(), Padded(clips, copyLoneActor: true), "aligned120");
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Scenes_of_any_kind_agree_with_plain_loops(int seed)
    {
        var random = new Random(seed);
        var (nobody, two) = (0, 0);
        for (var trial = 0; trial < 60; trial++)
        {
            var raw = Scene(random);
            var expected = PlainCtrGcn.Denoise(raw);
            var actual = CtrGcnActors.Choose(raw.Bodies(), (_, _) => { });
            if (expected is null)
            {
                nobody++;
                Assert.Null(actual);
                continue;
            }
            two += expected[0].Length == 150 ? 1 : 0;
            AssertSameBits([.. expected.SelectMany(row => row)], actual!.Values, $"trial {trial}");
            Assert.True(actual.MoveToOrigin());
            AssertSameBits([.. PlainCtrGcn.Translate(expected).SelectMany(row => row)], actual.Values, $"trial {trial}");
        }
        Assert.InRange(two, 4, 50);
    }

    [Fact]
    public void One_body_is_one_person_whose_frames_without_it_are_dropped()
    {
        var raw = NtuRaw.Of(9, ("1", 2, 6, frame => NtuRaw.Person(frame)));

        var item = Prepare(raw);
        var clip = Assert.Single(item.Clips);

        Assert.Equal(("S003C002P004R001A050", 49, 4, 2, 3), (clip.Name, clip.Label, clip.Subject, clip.Camera, clip.Setup));
        Assert.Equal((5, 25, 1), (clip.Frames, clip.Joints, clip.Persons));
        Assert.Equal([0, 0, 0], clip.Coordinates.Slice(3, 3).ToArray());                  // the middle of the spine, first frame
        Assert.Equal((double)(NtuRaw.Person(6)[35] - NtuRaw.Person(2)[5]), clip.Coordinates[4 * 75 + 35]);
        var note = Assert.Single(item.Notes);
        Assert.Equal(("empty-frames", "f: 4 of 9 frames without a body"), (note.Kind, note.Reason));
    }

    [Fact]
    public void Who_moves_more_comes_first_and_who_is_absent_is_zero()
    {
        var raw = NtuRaw.Of(30, ("1", 0, 29, frame => NtuRaw.Person(frame, x: -1, move: 0)), ("2", 10, 29, frame => NtuRaw.Person(frame, x: 1, move: 3)));

        var clip = Assert.Single(Prepare(raw).Clips);

        Assert.Equal((30, 2), (clip.Frames, clip.Persons));
        Assert.False(clip.Person(0)[..(10 * 75)].ContainsAnyExcept(0));
        Assert.Equal([0, 0, 0], clip.Person(0).Slice(10 * 75 + 3, 3).ToArray());
        Assert.True(clip.Person(1)[0] < -1.9);                                            // one origin for both
    }

    [Fact]
    public void A_brief_body_and_a_wide_body_are_left_out_and_noted()
    {
        var raw = NtuRaw.Of(30,
            ("1", 0, 29, frame => NtuRaw.Person(frame)), ("22", 5, 15, frame => NtuRaw.Person(frame, x: 1)), ("333", 0, 29, NtuRaw.Chair));

        var item = Prepare(raw);

        Assert.Equal((30, 1), (Assert.Single(item.Clips).Frames, item.Clips[0].Persons));
        Assert.Equal(["many-bodies", "body-short", "body-wide"], item.Notes.Select(note => note.Kind));
        Assert.Equal(["f: 3 bodies", "f: body 22 seen in 11 frames or fewer", "f: body 333 wider than a person is"], item.Notes.Select(note => note.Reason));
    }

    [Fact]
    public void A_third_who_acts_at_the_same_time_is_left_out_and_noted()
    {
        var raw = NtuRaw.Of(30,
            ("1", 0, 29, frame => NtuRaw.Person(frame)), ("2", 0, 29, frame => NtuRaw.Person(frame, x: 1, move: 2)),
            ("3", 3, 29, frame => NtuRaw.Person(frame, x: 2, move: 0.1)));

        var item = Prepare(raw);

        Assert.Equal(2, Assert.Single(item.Clips).Persons);
        Assert.Contains(item.Notes, note => note is { Kind: "body-third", Reason: "f: body 3 seen while two others act" });
    }

    [Fact]
    public void A_clip_without_anybody_or_with_brief_bodies_only_is_skipped()
    {
        Assert.Equal("no-frame", Assert.Single(Prepare(NtuRaw.Of(0)).Skipped).Kind);
        Assert.Equal("no-frame", Assert.Single(Prepare(NtuRaw.Of(12)).Skipped).Kind);
        var brief = NtuRaw.Of(20, ("1", 0, 9, frame => NtuRaw.Person(frame)), ("2", 10, 20, frame => NtuRaw.Person(frame)));
        Assert.Equal("no-actor", Assert.Single(Prepare(brief).Skipped).Kind);
        Assert.Equal("no-actor", Assert.Single(Prepare(NtuRaw.Of(20, ("1", 0, 19, _ => new float[75]))).Skipped).Kind);
        Assert.Equal("no-actor", Assert.Single(Prepare(NtuRaw.Of(20, ("1", 0, 19, _ => new float[75]), ("2", 0, 19, _ => new float[75]))).Skipped).Kind);
    }

    private static ItemClips Prepare(NtuRaw raw) => new CtrGcnPreparation().Prepare(raw.Bodies(), Name, "f");

    private static NtuBodies Raw(string name) => NtuRaw.Read(File.ReadAllBytes(Repository.Shared($"golden/ntu-raw/{name}.skeleton")));

    // People and chairs that come, go and come back.
    private static NtuRaw Scene(Random random)
    {
        var frames = random.Next(1, 45);
        var raw = new NtuRaw();
        var bodies = Enumerable.Range(0, random.Next(1, 6)).Select(body =>
        {
            var (first, last) = (random.Next(frames), random.Next(frames));
            var (gap, away) = (random.Next(frames + 20), random.Next(8));
            var (x, move, chair) = (random.NextDouble() * 4 - 2, random.NextDouble() * 3, random.Next(3) == 0 ? random.Next(2, 100) : 0);
            return (Id: $"{body}", First: Math.Min(first, last), Last: Math.Max(first, last), Gap: gap, Away: away,
                At: (Func<int, float[]>)(frame => chair > 0 && frame % 100 < chair ? NtuRaw.Chair(frame) : NtuRaw.Person(frame, x, move)));
        }).ToList();
        for (var frame = 0; frame < frames; frame++)
        {
            raw.Frames.Add([.. bodies.Where(body => frame >= body.First && frame <= body.Last && (frame < body.Gap || frame >= body.Gap + body.Away))
                .Select(body => (body.Id, body.At(frame)))]);
        }
        return raw;
    }

    // (N, 26, 150): frames after the last are zero; the second place of a lone actor is zero or a copy.
    private static float[] Padded(List<SkeletonClip> clips, bool copyLoneActor)
    {
        var longest = clips.Max(clip => clip.Frames);
        var padded = new float[clips.Count * longest * 150];
        for (var n = 0; n < clips.Count; n++)
        {
            for (var person = 0; person < (copyLoneActor ? 2 : clips[n].Persons); person++)
            {
                var source = clips[n].Person(Math.Min(person, clips[n].Persons - 1));
                for (var i = 0; i < source.Length; i++)
                    padded[(n * longest + i / 75) * 150 + person * 75 + i % 75] = (float)source[i];
            }
        }
        return padded;
    }

    private static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {expected.Length} numbers expected; got {actual.Length}");
        for (var i = 0; i < expected.Length; i++)
            Assert.True(expected[i] == actual[i], $"{what}: number {i}: {expected[i]:R} expected; got {actual[i]:R}");
    }
}
