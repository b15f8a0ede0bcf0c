using System.Xml;
using System.Xml.Linq;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets.Synthetic;
using Kinema.Skeletons.Drawing;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Previews;

namespace Kinema.Skeletons.Tests.Previews;

public sealed class ClipPicturesTests
{
    // A mocap suit with z up, and a picture with y down: axes that the built-in layouts need not have.
    private const string Suit = "dims: {0}, center: hip-center, joints: [hip-center, head, left-hand, right-hand, left-foot, right-foot], bones: [[head, hip-center], "
        + "[left-hand, head], [right-hand, head], [left-foot, hip-center], [right-foot, hip-center]], left-right: [[left-hand, right-hand], [left-foot, right-foot]]";

    // Every built-in layout of a whole body.
    public static TheoryData<string> Drawn =>
        [.. Layouts.All.Where(layout => layout.Joints.Any(joint => joint.Contains("hip", StringComparison.Ordinal))).Select(layout => layout.Name),
            "{name: suit, draw: {right: -y, up: +z, head: head}, " + string.Format(null, Suit, 3) + "}",
            "{name: picture, draw: {right: +x, up: -y, head: head}, " + string.Format(null, Suit, 2) + "}"];

    [Theory, MemberData(nameof(Drawn))]
    public void A_body_stands_with_head_hands_and_feet_in_place_in_pixels_as_in_SVG(string name)
    {
        var layout = name.StartsWith('{') ? Layouts.Parse(name, "test") : Layouts.Get(name);
        var picture = ClipPictures.Stills(layout, Bodies.Standing(layout), "standing", frames: 1);

        var discs = Elements(picture, "circle").Where(disc => disc.Value.Length > 0).ToDictionary(disc => disc.Value, At);
        (double X, double Y) Mean(params string[] words) => discs.Where(disc => words.Any(word => disc.Key.Contains(word, StringComparison.Ordinal)))
            .Select(disc => disc.Value).ToArray() is { Length: > 0 } found ? (found.Average(at => at.X), found.Average(at => at.Y)) : (0, 0);
        var (head, feet) = (Mean("head", "nose"), Mean("foot", "ankle", "toe"));
        Assert.Equal(layout.JointCount, discs.Count);
        Assert.True(head.Y + 60 < feet.Y, $"head at {head}, feet at {feet}");
        Assert.All(discs, disc => Assert.True(disc.Key.Contains("left", StringComparison.Ordinal) ? disc.Value.X > head.X - 4
            : !disc.Key.Contains("right", StringComparison.Ordinal) || disc.Value.X < head.X + 4, disc.Key));          // seen from the front

        var canvas = picture.ToCanvas(2);
        Assert.All(discs.Where(disc => !disc.Key.Contains("left", StringComparison.Ordinal)), disc =>
            Assert.NotEqual(PlotTheme.Colour(Ink.Paper), canvas.Row((int)(disc.Value.Y * 2))[(int)(disc.Value.X * 2)]));
        var rows = Enumerable.Range(0, 300).Where(y => canvas.Row(y).ToArray().Any(pixel => pixel.R < 200)).ToArray();
        Assert.Equal(discs.Values.Min(at => at.Y) * 2, rows[0], 16.0);                                                    // nothing above the head
    }

    [Fact]
    public void The_toes_of_somebody_seen_from_the_front_are_nearer_than_the_heels()
    {
        var set = SyntheticDataset.Generate(new SyntheticOptions { Clips = 30, Classes = 10, Cameras = 2, Noise = 0 });
        var layout = set.Layout;
        var (foot, ankle) = (layout.IndexOf("left-foot")!.Value, layout.IndexOf("left-ankle")!.Value);

        var nearer = set.Clips.Select(clip => (clip, pose: new FlatPose(layout, clip, 0, follow: true))).Count(seen =>
            Enumerable.Range(0, seen.clip.Frames).Average(t => seen.pose.Nearness(0, t, foot) - seen.pose.Nearness(0, t, ankle)) > 0);

        Assert.True(nearer >= 28, $"{nearer} of 30");
    }

    [Fact]
    public void Every_bone_of_every_frame_is_drawn_and_each_joint_names_itself()
    {
        var layout = Layouts.NwUcla;

        var picture = ClipPictures.Stills(layout, Bodies.Standing(layout, frames: 9), "stand", frames: 3);

        Assert.Equal(3 * layout.Bones.Count, Bones(picture).Count() - 2);                                                 // two lines are the key's
        Assert.All(layout.Joints, joint => Assert.Equal(3, Elements(picture, "circle").Count(disc => disc.Value == joint)));
        Assert.Equal(["1 / 9", "5 / 9", "9 / 9", "left", "right"], Elements(picture, "text").Select(text => text.Value));
    }

    [Fact]
    public void The_left_is_lighter_than_the_middle_and_the_right_darker_and_the_left_has_rings()
    {
        for (var person = 0; person < PlotTheme.Series; person++)
        {
            double Light(Shade side) => PlotTheme.Colour(Ink.Person(person, side)) is var c ? 0.2126 * c.R + 0.7152 * c.G + 0.0722 * c.B : 0;
            Assert.True(Light(Shade.Left) > Light(Shade.Middle) + 20 && Light(Shade.Middle) > Light(Shade.Right) + 20);
        }
        var picture = ClipPictures.Stills(Layouts.NwUcla, Bodies.Standing(Layouts.NwUcla), "stand");

        Assert.All(Elements(picture, "circle").Where(disc => disc.Value.Length > 0), disc =>
            Assert.Equal(disc.Value.StartsWith("left", StringComparison.Ordinal),
                ((string)disc.Attribute("class")!).Contains("k-paper", StringComparison.Ordinal)));
    }

    [Fact]
    public void Two_persons_have_colours_of_their_own_and_stand_side_by_side()
    {
        var picture = ClipPictures.Stills(Layouts.NwUcla, Bodies.Standing(Layouts.NwUcla, persons: 2), "meet", frames: 1);

        var heads = Elements(picture, "circle").Where(disc => disc.Value == "head").ToArray();
        Assert.Equal(["k-f0", "k-f1"], heads.Select(disc => (string)disc.Attribute("class")!));
        Assert.True(At(heads[1]).X - At(heads[0]).X > 30);
        Assert.Contains("person 2", Elements(picture, "text").Select(text => text.Value));
    }

    [Fact]
    public void The_key_of_two_people_fits_on_the_sheet_of_one_clip_and_beside_one_frame()
    {
        var pair = Bodies.Standing(Layouts.NwUcla, persons: 2);
        Picture[] pictures =
        [
            ClipPictures.Sheet(Layouts.NwUcla, [new LabelledClip(pair, "meet")], "one"), ClipPictures.Stills(Layouts.NwUcla, pair, "meet", frames: 1),
        ];

        Assert.All(pictures, picture =>
        {
            var last = Elements(picture, "text").Single(text => text.Value == "person 2");
            Assert.True((double)last.Attribute("x")! + 8 * 5.8 <= picture.Width, $"{last} in {picture.Width}");
        });
    }

    [Fact]
    public void A_strip_that_is_a_file_of_its_own_carries_class_and_name_above_its_frames()
    {
        var clip = Bodies.Standing(Layouts.NwUcla, frames: 9);

        var (plain, named) = (ClipPictures.Stills(Layouts.NwUcla, clip, "stand"), ClipPictures.Stills(Layouts.NwUcla, clip, "stand", named: true));

        Assert.Equal($"stand  {clip.Name}", Elements(named, "text").First().Value);
        Assert.True(named.Height > plain.Height);
        var heads = new[] { plain, named }.Select(picture => At(Elements(picture, "circle").First(disc => disc.Value == "head")).Y).ToArray();
        Assert.Equal(named.Height - plain.Height, heads[1] - heads[0], 0.01);
    }

    [Fact]
    public void A_joint_the_sensor_lost_is_left_out_with_its_bones_and_so_is_one_that_is_no_number()
    {
        var points = Bodies.Standing(Layouts.NwUcla, frames: 1).Coordinates.ToArray();
        points.AsSpan(6 * 3, 3).Clear();                        // the left wrist
        points[19 * 3] = double.NaN;                            // the right foot

        var picture = ClipPictures.Stills(Layouts.NwUcla, new SkeletonClip("lost", 1, 20, 1, points), "t");

        Assert.DoesNotContain(Elements(picture, "circle"), disc => disc.Value is "left-wrist" or "right-foot");
        Assert.Equal(19 - 3, Bones(picture).Count() - 2);
    }

    [Fact]
    public void Somebody_who_walks_away_from_a_camera_that_looks_down_stays_on_the_floor()
    {
        var points = Bodies.Standing(Layouts.NwUcla, frames: 30).Coordinates.ToArray();
        for (var i = 0; i < points.Length; i += 3) (points[i + 1], points[i + 2]) = (points[i + 1] + 0.03 * (i / 60), points[i + 2] + 0.1 * (i / 60));

        var picture = ClipPictures.Stills(Layouts.NwUcla, new SkeletonClip("walk", 30, 20, 1, points), "t", frames: 2);

        double[] Heights(string joint) => [.. Elements(picture, "circle").Where(disc => disc.Value == joint).Select(disc => At(disc).Y)];
        Assert.True(Math.Abs(Heights("left-foot")[0] - Heights("left-foot")[1]) < 0.1 * (Heights("left-foot")[0] - Heights("head")[0]));
    }

    [Fact]
    public void A_clip_in_which_nobody_is_seen_is_an_empty_picture()
    {
        var picture = ClipPictures.Stills(Layouts.NwUcla, new SkeletonClip("empty", 4, 20, 1, new double[240]), "t");

        Assert.DoesNotContain(Elements(picture, "circle"), disc => disc.Value.Length > 0);
        Assert.Contains("0 persons", picture.Description, StringComparison.Ordinal);
        picture.ToCanvas(1);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Frames_in_which_nobody_is_seen_are_passed_over(bool sheet)
    {
        var points = Bodies.Standing(Layouts.NwUcla, frames: 40).Coordinates.ToArray();
        Array.Clear(points, 0, 10 * 60);
        Array.Clear(points, 13 * 60, 27 * 60);                  // seen in frames 10, 11 and 12 alone
        var clip = new SkeletonClip("late", 40, 20, 1, points);

        var picture = sheet
            ? ClipPictures.Sheet(Layouts.NwUcla, [new LabelledClip(clip, "t")], "t") : ClipPictures.Stills(Layouts.NwUcla, clip, "t", frames: 5);

        Assert.Equal(3, Elements(picture, "circle").Count(disc => disc.Value == "head"));
        if (!sheet) Assert.Equal(["11 / 40", "12 / 40", "13 / 40"], Elements(picture, "text").Select(text => text.Value).Take(3));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void The_key_names_nobody_who_is_not_in_the_picture(bool sheet)
    {
        var points = Bodies.Standing(Layouts.NwUcla, frames: 5, persons: 2).Coordinates.ToArray();
        Array.Clear(points, 5 * 60, 60);
        Array.Clear(points, 7 * 60, 3 * 60);                    // the second is seen in frame 1 alone
        var clip = new SkeletonClip("passer-by", 5, 20, 2, points);

        var picture = sheet
            ? ClipPictures.Sheet(Layouts.NwUcla, [new LabelledClip(clip, "t")], "t") : ClipPictures.Stills(Layouts.NwUcla, clip, "t", frames: 3);

        Assert.DoesNotContain("person 2", Elements(picture, "text").Select(text => text.Value));
        Assert.Contains("person 2", Elements(ClipPictures.Stills(Layouts.NwUcla, clip, "t", frames: 5), "text").Select(text => text.Value));
    }

    [Fact]
    public void A_sheet_names_every_clip_and_is_well_formed_whatever_the_names()
    {
        const string hostile = "<script>alert(1)</script> & \"q\" \0 \ud800";
        LabelledClip[] clips = [.. Enumerable.Range(0, 7).Select(i => new LabelledClip(Toy.Clip($"clip{i}", 5 + i), i == 3 ? hostile : $"class {i}"))];

        var svg = ClipPictures.Sheet(Layouts.NwUcla, clips, hostile).ToFigure().ToSvg();

        using var reader = XmlReader.Create(new StringReader(svg), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        while (reader.Read()) Assert.NotEqual("script", reader.LocalName);
        Assert.All(clips, item => Assert.Contains($">{item.Clip.Name}<", svg, StringComparison.Ordinal));
        Assert.Contains(">class 6<", svg, StringComparison.Ordinal);
    }

    [Theory, InlineData(0), InlineData(401)]
    public void A_sheet_of_no_clips_or_too_many_is_refused(int count) => Assert.Contains("1 to 400", Assert.Throws<ArgumentException>(() =>
        ClipPictures.Sheet(Layouts.NwUcla, [.. Enumerable.Repeat(new LabelledClip(Toy.Clip("a", 2), ""), count)], "t")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_clip_of_another_layout_is_refused_by_name() =>
        Assert.Contains("clip odd has 3 joints", Assert.Throws<ArgumentException>(
            () => ClipPictures.Stills(Layouts.NwUcla, new SkeletonClip("odd", 1, 3, 1, new double[9]), "t")).Message, StringComparison.Ordinal);

    private static IEnumerable<XElement> Elements(Picture picture, string name) =>
        XDocument.Parse(picture.ToFigure().ToSvg()).Root!.Elements().Where(element => element.Name.LocalName == name);

    private static IEnumerable<XElement> Bones(Picture picture) =>
        Elements(picture, "line").Where(line => ((string)line.Attribute("class")!).StartsWith("k-limb k-s", StringComparison.Ordinal));

    private static (double X, double Y) At(XElement disc) => ((double)disc.Attribute("cx")!, (double)disc.Attribute("cy")!);
}
