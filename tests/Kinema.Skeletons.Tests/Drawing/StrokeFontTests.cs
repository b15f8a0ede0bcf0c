using Kinema.Skeletons.Drawing;

namespace Kinema.Skeletons.Tests.Drawing;

public sealed class StrokeFontTests
{
    [Fact]
    public void Every_printable_character_looks_different_and_only_the_blank_is_empty()
    {
        var seen = Enumerable.Range(' ', '~' - ' ' + 1).ToDictionary(c => (char)c, c => Draw($"{(char)c}"));

        Assert.Equal([' '], seen.Where(pair => pair.Value.All(pixel => pixel == PlotTheme.Colour(Ink.Paper))).Select(pair => pair.Key));
        Assert.Equal(seen.Count, seen.Values.Select(pixels => string.Join(' ', pixels)).Distinct().Count());
    }

    [Fact]
    public void Letters_stand_on_the_baseline_under_the_height_of_capitals_and_tails_hang_below()
    {
        (double Low, double High) Extent(string text) =>
            (StrokeFont.Strokes(text, 10).Min(s => Math.Min(s.Y1, s.Y2)), StrokeFont.Strokes(text, 10).Max(s => Math.Max(s.Y1, s.Y2)));

        Assert.Equal((0, 7.2), (Extent("AHKN0Z").Low, Math.Round(Extent("AHKN0Z").High, 6)));
        Assert.InRange(Extent("xvz").High, 4, 6);
        Assert.All("gjpqy", c => Assert.True(Extent($"{c}").Low < -1, $"{c}"));
    }

    [Fact]
    public void A_text_reaches_as_far_as_it_says_and_digits_are_equally_wide()
    {
        const string text = "walk around 12 / 46";
        var reach = StrokeFont.Strokes(text, 12).Max(s => Math.Max(s.X1, s.X2));

        Assert.Equal(StrokeFont.Width(text, 12), reach, 1.0);
        Assert.Single("0123456789".Select(c => StrokeFont.Width($"{c}{c}", 12)).Distinct());
        Assert.Equal(2 * StrokeFont.Width(text, 12), StrokeFont.Width(text, 24), 1e-9);
    }

    [Fact]
    public void What_the_font_lacks_is_a_box_and_an_ellipsis_two_dots()
    {
        Assert.Equal(StrokeFont.Strokes("é", 12), StrokeFont.Strokes("座", 12));
        Assert.NotEqual(StrokeFont.Strokes("é", 12), StrokeFont.Strokes("O", 12));
        Assert.Equal(StrokeFont.Strokes("ab..", 12), StrokeFont.Strokes("ab…", 12));
        Assert.Equal(0, StrokeFont.Width("", 12));
    }

    private static Rgb[] Draw(string text)
    {
        var canvas = new Canvas(24, 24, 2);
        canvas.Text(4, 17, text, 16, Ink.Text);
        return canvas.Pixels.ToArray();
    }
}
