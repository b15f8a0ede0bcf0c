using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Previews;

namespace Kinema.Skeletons.Tests.Previews;

public sealed partial class PreviewPageTests
{
    private const string Hostile = "</script><script>alert(1)</script><img src=x> \" ' & \0 \ud800";

    [Fact]
    public void Nothing_is_asked_of_any_network()
    {
        var html = Page(Toy.Clip("a", 3));

        Assert.DoesNotMatch("(?i)(src|href|action|data|poster)\\s*=\\s*[\"'](?!#)", NoData(html));
        Assert.DoesNotMatch("(?i)@import|url\\(|fetch\\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|import\\(|Worker\\(", html);
        Assert.Equal(["http://www.w3.org/2000/svg"], Address().Matches(html).Select(match => match.Value).Distinct());        // a name, not a place
    }

    [Fact]
    public void The_policy_lets_the_pages_own_style_and_script_run_and_nothing_else()
    {
        var html = Page(Toy.Clip("a", 3));
        string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

        var policy = Policy().Match(html).Groups[1].Value;

        Assert.StartsWith("default-src 'none'; ", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains($"style-src {Hash(Between(html, "<style>", "</style>"))};", policy, StringComparison.Ordinal);
        Assert.Contains($"script-src {Hash(Between(html, "<script>", "</script>"))};", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)<[a-z]+[^>]*\\s(style|on[a-z]+)\\s*=", NoData(html));              // the policy would silence them
    }

    [Fact]
    public void A_hostile_name_stays_text()
    {
        var html = PreviewPage.Html(Layouts.NwUcla, [new LabelledClip(Toy.Clip(Hostile, 3), Hostile)], Hostile);

        Assert.Equal(2, html.Split("<script").Length - 1);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.Equal(Hostile.Replace('\ud800', '\ufffd'), Data(html).GetProperty("clips")[0].GetProperty("label").GetString());
    }

    [Fact]
    public void The_page_holds_every_coordinate_in_single_precision_of_two_or_three_dimensions()
    {
        foreach (var layout in (SkeletonLayout[])[Layouts.NwUcla, Toy.Arm])
        {
            var clip = Toy.Clip("a", 4, layout, persons: 2);

            var data = Data(PreviewPage.Html(layout, [new LabelledClip(clip, "sit")], "t"));

            var bytes = Convert.FromBase64String(data.GetProperty("clips")[0].GetProperty("data").GetString()!);
            var expected = clip.Coordinates.ToArray().Where((_, i) => i % 3 < layout.Dimensions).Select(value => (float)value);
            Assert.Equal(expected, Enumerable.Range(0, bytes.Length / 4).Select(i => BitConverter.ToSingle(bytes, 4 * i)));
            Assert.Equal(layout.Joints, data.GetProperty("joints").EnumerateArray().Select(name => name.GetString()));
            Assert.Equal(layout.Bones.Count, data.GetProperty("bones").GetArrayLength());
            Assert.Equal((2, 4), (data.GetProperty("clips")[0].GetProperty("persons").GetInt32(), data.GetProperty("clips")[0].GetProperty("frames").GetInt32()));
        }
    }

    [Theory, InlineData(true, new[] { 0, 1 }), InlineData(false, new[] { 0 })]
    public void The_page_names_the_persons_that_are_seen_in_the_clip(bool second, int[] people)
    {
        var points = Bodies.Standing(Layouts.NwUcla, frames: 4, persons: 2).Coordinates.ToArray();
        if (!second) Array.Clear(points, points.Length / 2, points.Length / 2);             // as CTR-GCN's preparation leaves two bodies that were one

        var html = Page(new SkeletonClip("a", 4, 20, 2, points));

        var clip = Data(html).GetProperty("clips")[0];
        Assert.Equal(people, clip.GetProperty("people").EnumerateArray().Select(person => person.GetInt32()));
        Assert.Equal((2, second), (clip.GetProperty("persons").GetInt32(), Last(clip) != 0));                     // the place is there, and empty

        static float Last(JsonElement clip) => BitConverter.ToSingle(Convert.FromBase64String(clip.GetProperty("data").GetString()!).AsSpan()[^4..]);
    }

    [Fact]
    public void Every_control_has_a_name_and_every_element_the_script_asks_for_is_there()
    {
        var html = Page(Toy.Clip("a", 3));

        foreach (Match button in Regex.Matches(html, "<button[^>]*>([^<]*)</button>"))
            Assert.True(button.Value.Contains("aria-label", StringComparison.Ordinal) || Regex.IsMatch(button.Groups[1].Value, "[A-Za-z]{4}"), button.Value);
        Assert.All(Regex.Matches(html, "find\\(\"([a-z]+)\"\\)").Select(match => match.Groups[1].Value),
            id => Assert.Contains($"id=\"{id}\"", html, StringComparison.Ordinal));
        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
        Assert.Contains("prefers-reduced-motion: reduce", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_of_no_clips_or_of_too_many_coordinates_is_refused()
    {
        Assert.Throws<ArgumentException>(() => PreviewPage.Html(Layouts.NwUcla, [], "t"));
        var long_ = new LabelledClip(new SkeletonClip("long", 20_000, 20, 1, new double[1_200_000]), "");
        Assert.Contains("at most 16000000", Assert.Throws<ArgumentException>(
            () => PreviewPage.Html(Layouts.NwUcla, [.. Enumerable.Repeat(long_, 14)], "t")).Message, StringComparison.Ordinal);
    }

    private static string Page(SkeletonClip clip) => PreviewPage.Html(Layouts.NwUcla, [new LabelledClip(clip, "sit")], "toy");

    private static JsonElement Data(string html) => JsonDocument.Parse(Between(html, "id=\"clips\">", "</script>")).RootElement;

    // Without script and clips: what is left is markup and style.
    private static string NoData(string html) => Regex.Replace(html, "(?s)<script.*?</script>", "");

    private static string Between(string text, string from, string to) => text.Split(from)[1].Split(to)[0];

    [GeneratedRegex("https?://[^\"'\\s<]+")]
    private static partial Regex Address();

    [GeneratedRegex("Content-Security-Policy\" content=\"([^\"]*)\"")]
    private static partial Regex Policy();
}
