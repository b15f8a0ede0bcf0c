using Kinema.Skeletons.Drawing;

namespace Kinema.Skeletons.Tests.Drawing;

/// <summary>Pixels, and the files that carry them.</summary>
public sealed class PixelTests
{
    [Fact]
    public void A_PNG_read_by_another_decoder_shows_the_same_pixels()
    {
        var canvas = Scribble(seed: 1);
        using var file = new MemoryStream();

        PngWriter.Write(file, canvas);

        var (width, height, pixels) = PngDecoder.Read(file.ToArray());
        Assert.Equal((canvas.Width, canvas.Height), (width, height));
        Assert.Equal(canvas.Pixels.ToArray(), pixels);
        Assert.True(pixels.Distinct().Count() > 50);            // or an empty picture would do
    }

    [Theory, InlineData(2), InlineData(5), InlineData(8)]
    public void Codes_of_every_width_and_full_tables_unpack_to_the_same_bytes(int bits)
    {
        using var file = new MemoryStream();
        var encoder = new LzwEncoder(file, bits);
        var random = new Random(bits);
        byte[] noise = [.. Enumerable.Range(0, 40_000).Select(_ => (byte)random.Next(1 << bits))];
        byte[] flat = [.. Enumerable.Repeat((byte)1, 30_000)];
        byte[][] images = [noise, flat, [3], [0, 0], noise[..4095], [.. noise[..700], .. flat, .. noise[..5000]]];
        foreach (var image in images) encoder.Write(image);

        var (bytes, at) = (file.ToArray(), 0);
        foreach (var image in images)
        {
            Assert.Equal(bits, bytes[at++]);
            Assert.Equal(image, GifDecoder.Lzw(GifDecoder.Blocks(bytes, ref at), bits));
        }
        Assert.Equal(bytes.Length, at);
        Assert.True(images.Length > 5 && bytes.Length < images.Sum(image => image.Length));
    }

    [Fact]
    public void Every_frame_of_a_GIF_shows_its_pixels_in_the_nearest_colours_of_the_palette()
    {
        var palette = new Palette(Ink.All(2));
        using var file = new MemoryStream();
        Canvas[] frames = [Scribble(1), Scribble(2), Scribble(2), Scribble(3)];
        using (var gif = new GifWriter(file, frames[0].Width, frames[0].Height, palette))
        {
            for (var i = 0; i < frames.Length; i++) gif.Add(frames[i], 3 + i);
        }

        var (width, height, repeats, seen) = GifDecoder.Read(file.ToArray());

        Assert.Equal((frames[0].Width, frames[0].Height, true), (width, height, repeats));
        Assert.Equal([3, 4, 5, 6], seen.Select(frame => frame.Delay));
        for (var i = 0; i < frames.Length; i++)
            Assert.Equal(frames[i].Pixels.ToArray().Select(pixel => palette.Colours[palette.IndexOf(pixel)]), seen[i].Pixels);
    }

    [Fact]
    public void Inks_are_in_the_palette_as_they_are_and_other_colours_become_the_nearest_by_a_plain_search()
    {
        var palette = new Palette(Ink.All(6));

        Assert.InRange(palette.Colours.Count, 200, 255);
        Assert.All(Ink.All(6), ink => Assert.Equal(PlotTheme.Colour(ink), palette.Colours[palette.IndexOf(PlotTheme.Colour(ink))]));
        double Far(Rgb a, Rgb b) => Math.Pow(a.R - b.R, 2) + Math.Pow(a.G - b.G, 2) + Math.Pow(a.B - b.B, 2);
        var random = new Random(4);
        for (var i = 0; i < 500; i++)
        {
            var colour = new Rgb((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
            Assert.Equal(palette.Colours.Min(known => Far(known, colour)), Far(palette.Colours[palette.IndexOf(colour)], colour));
        }
    }

    [Fact]
    public void A_level_line_covers_exactly_the_pixels_it_lies_on()
    {
        var canvas = new Canvas(20, 9, 1);

        canvas.Line(3, 4.25, 17, 4.25, 2, Ink.Text);            // from y = 3.25 to 5.25

        double Share(int y) => (255 - canvas.Row(y)[10].R) / (255.0 - PlotTheme.Colour(Ink.Text).R);
        Assert.Equal([0, 0.75, 1, 0.25, 0], new[] { 2, 3, 4, 5, 6 }.Select(y => Math.Round(Share(y), 2)));
        Assert.Equal(PlotTheme.Colour(Ink.Paper), canvas.Row(4)[1]);
    }

    [Theory, InlineData(3.0), InlineData(7.3), InlineData(20)]
    public void A_disc_has_the_area_of_a_disc(double radius)
    {
        var canvas = new Canvas(50, 50, 1);

        canvas.Disc(25.3, 24.6, radius, Ink.Text);

        var (ink, paper) = (PlotTheme.Colour(Ink.Text), PlotTheme.Colour(Ink.Paper));
        var area = canvas.Pixels.ToArray().Sum(pixel => (paper.R - pixel.R) / (double)(paper.R - ink.R));
        Assert.Equal(Math.PI * radius * radius, area, 0.02 * Math.PI * radius * radius);
    }

    [Fact]
    public void A_ring_is_hollow()
    {
        var canvas = new Canvas(30, 30, 1);

        canvas.Ring(15, 15, 10, 3, Ink.Text);

        Assert.Equal(PlotTheme.Colour(Ink.Paper), canvas.Row(15)[15]);
        Assert.Equal(PlotTheme.Colour(Ink.Text), canvas.Row(15)[15 + 8]);
        Assert.Equal(PlotTheme.Colour(Ink.Paper), canvas.Row(15)[27]);
    }

    [Fact]
    public void What_lies_outside_or_nowhere_is_not_drawn()
    {
        var canvas = new Canvas(10, 10, 2);
        double[] odd = [double.NaN, double.PositiveInfinity, 1e300, -1e9];
        foreach (var x in odd)
        {
            canvas.Line(x, 1, 5, x, 2, Ink.Text);
            canvas.Disc(5, x, 3, Ink.Text);
            canvas.Text(x, x, "text", 12, Ink.Text);
        }
        canvas.Disc(5, 5, double.NaN, Ink.Text);
        canvas.Disc(-40, -40, 5, Ink.Text);

        Assert.All(canvas.Pixels[^20..].ToArray(), pixel => Assert.Equal(PlotTheme.Colour(Ink.Paper), pixel));
    }

    [Theory, InlineData(0, 5), InlineData(double.NaN, 5), InlineData(1e6, 1e6)]
    public void A_picture_without_pixels_or_with_too_many_is_refused(double width, double height) =>
        Assert.Throws<ArgumentException>(() => new Canvas(width, height, 1));

    private static Canvas Scribble(int seed)
    {
        var (canvas, random) = (new Canvas(90, 60, 1.5), new Random(seed));
        Ink[] inks = [.. Ink.All(2)];
        for (var i = 0; i < 25; i++)
        {
            canvas.Line(random.Next(90), random.Next(60), random.Next(90), random.Next(60), random.NextDouble() * 5, inks[random.Next(inks.Length)]);
        }
        return canvas;
    }
}
