using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets;

public sealed class ClipJsonTests
{
    private static readonly SkeletonLayout Arm = Toy.Arm;

    [Fact]
    public void A_clip_file_without_label_is_read_and_named_after_the_file()
    {
        using var folder = new TemporaryFolder();
        const string json = """{"sensor": {"fps": 30}, "skeletons": [[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 10], [11, 12.5]]]}""";
        File.WriteAllText(folder.File("wave.json"), json);

        var clip = ClipJson.Read(folder.File("wave.json"), Arm);

        Assert.Equal(("wave", 2, 3, 1, -1), (clip.Name, clip.Frames, clip.Joints, clip.Persons, clip.Label));
        Assert.Equal([1, 2, 0, 3, 4, 0, 5, 6, 0, 7, 8, 0, 9, 10, 0, 11, 12.5, 0], clip.Coordinates);
    }

    [Fact]
    public void A_byte_order_mark_is_skipped_and_the_label_counts_from_one()
    {
        byte[] utf8 = [0xEF, 0xBB, 0xBF, .. "{\"label\": 4, \"skeletons\": [[[1, 2], [3, 4], [5, 6]]]}"u8];

        Assert.Equal(3, ClipJson.Read(utf8, "clip", "standard input", Arm).Label);
    }

    [Theory]
    [InlineData("", "standard input: is empty")]
    [InlineData("[]", "standard input: a clip is a JSON object with the key 'skeletons'")]
    [InlineData("{\"skeletons\": 3}", "standard input: 'skeletons' is not a list of frames")]
    [InlineData("{\"skeletons\": [3]}", "standard input: frame 0 is not a list of joints")]
    [InlineData("{\"skeletons\": [[3]]}", "standard input: frame 0 has 0 joints; the layout arm has 3")]
    [InlineData("{\"skeletons\": [[[1, 2, 3]]]}", "standard input: frame 0, joint 0 (shoulder) has 3 coordinates; the layout arm has 2")]
    [InlineData("{\"skeletons\": [[[1, [2]]]]}", "standard input: frame 0, joint 0 (shoulder): y is not a number")]
    [InlineData("{\"skeletons\": [[[1, 2], [1, 2e5]]]}", "standard input: frame 0, joint 1 (elbow): y is 200000;")]
    [InlineData("{\"skeletons\": [[[1, 1e999]]]}", "standard input: frame 0, joint 0 (shoulder): y is infinite")]
    [InlineData("{\"skeletons\": [[[1, NaN]]]}", "standard input: frame 0, joint 0 (shoulder): y is NaN")]
    [InlineData("{\"skeletons\": []} 5", "standard input: ")]
    [InlineData("{\"skeletons\": [[[1, 2], [3, 4], [5, 6]]], \"label\": \"sit\"}", "standard input: label is not a whole number")]
    public void A_text_that_is_no_clip_is_refused_in_one_line(string json, string complaint)
    {
        var utf8 = System.Text.Encoding.UTF8.GetBytes(json);

        var error = Assert.Throws<KinemaException>(() => ClipJson.Read(utf8, "clip", "standard input", Arm));

        Assert.StartsWith(complaint, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(ExitCode.Data, error.ExitCode);
    }

    [Fact]
    public void A_text_that_is_not_utf_8_is_refused()
    {
        byte[] utf8 = [.. "{\"file_name\": \""u8, 0xFF, 0xFE, .. "\", \"skeletons\": []}"u8];

        var error = Assert.Throws<KinemaException>(() => ClipJson.Read(utf8, "clip", "standard input", Arm));

        Assert.Equal("standard input: a text in it is not valid UTF-8: the file is damaged", error.Message);
    }

    [Fact]
    public void A_clip_of_more_frames_than_any_is_refused_with_the_limit()
    {
        var frame = ",[[1,2],[3,4],[5,6]]";
        var text = $"{{\"skeletons\":[{string.Concat(Enumerable.Repeat(frame, 20_000))[1..]}]}}";
        Assert.Equal(20_000, ClipJson.Read(System.Text.Encoding.UTF8.GetBytes(text), "clip", "standard input", Arm).Frames);

        var longer = System.Text.Encoding.UTF8.GetBytes(text[..^2] + frame + "]}");
        var error = Assert.Throws<KinemaException>(() => ClipJson.Read(longer, "clip", "standard input", Arm));

        Assert.Equal("standard input: the clip has more than 20000 frames, the most a clip may have; cut it", error.Message);
    }

    [Fact]
    public void A_clip_without_end_is_refused_when_it_is_larger_than_any()
    {
        using var endless = new Endless();

        var error = Assert.Throws<KinemaException>(() => ClipJson.Read(endless, "clip", "standard input", Arm));

        Assert.Equal("standard input: has more than 16777216 bytes; a clip file has at most 16 MiB", error.Message);
        Assert.InRange(endless.Given, 16 << 20, 17 << 20);
    }

    /// <summary>Spaces for ever, as a pipe or a device may give.</summary>
    private sealed class Endless : MemoryStream
    {
        public long Given { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            buffer.Fill((byte)' ');
            Given += buffer.Length;
            return buffer.Length;
        }
    }

    [Fact]
    public void A_missing_clip_file_is_named()
    {
        Assert.Equal("no/clip.json: no such clip file", Assert.Throws<KinemaException>(() => ClipJson.Read("no/clip.json", Arm)).Message);
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_clips_are_read_or_refused() => Hostile.Survives(
        "{\"file_name\": \"é\", \"fps\": [30, {\"a\": null}], \"skeletons\": [[[1, -2.5], [3e1, 4], [5, 6]], [[7, 8], [9, 10], [11, 12.5]]], \"label\": 2}",
        bytes => ClipJson.Read(bytes, "clip", "standard input", Arm), trials: 1000);
}
