using System.Globalization;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Drawing;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Previews;

/// <summary>A clip as an animated GIF that repeats for ever: seen as in <see cref="ClipPictures"/>, but from one place, so that who walks moves.</summary>
public static class ClipAnimation
{
    private const double Height = 300, Caption = 34, Margin = 22;
    private const int MostFrames = 600, ReadersFastest = 50;    // frames, and frames per second

    /// <summary>Writes the animation. Of more than 600 frames, or more than 50 a second, every second, third, … is shown, in the right time.</summary>
    /// <param name="output">Takes the file's bytes; stays open.</param>
    /// <param name="layout">The clip's joints.</param>
    /// <param name="clip">The clip.</param>
    /// <param name="title">What is written below, e.g. the class name.</param>
    /// <param name="framesPerSecond">Of the sensor: clips do not say; a Kinect has 30.</param>
    /// <exception cref="ArgumentException">The clip has another number of joints than the layout, or the rate is not from 0.1 to 1000.</exception>
    public static void WriteGif(Stream output, SkeletonLayout layout, SkeletonClip clip, string title, double framesPerSecond = 30)
    {
        if (!(framesPerSecond is >= 0.1 and <= 1000))
            throw new ArgumentOutOfRangeException(nameof(framesPerSecond), framesPerSecond, "a rate is 0.1 to 1000 frames per second");
        var pose = new FlatPose(layout, clip, ClipPictures.ThreeQuarters, follow: false);
        var fit = ClipPictures.Fit.Into(pose.Bounds(Enumerable.Range(0, clip.Frames)), 230, 520, Height);
        var canvas = new Canvas(fit.Width, Height + Caption, 1);
        var palette = new Palette(Ink.All(pose.Persons.DefaultIfEmpty(0).Max() + 1));
        var painter = new PosePainter(layout);
        var step = Math.Max((int)Math.Ceiling(framesPerSecond / ReadersFastest), (clip.Frames + MostFrames - 1) / MostFrames);
        using var gif = new GifWriter(output, canvas.Width, canvas.Height, palette);
        for (var frame = 0; frame < clip.Frames; frame += step)
        {
            canvas.Clear();
            Paint(canvas, pose, painter, fit, frame, clip, title);
            // Hundredths are all a GIF knows: the time of each frame is rounded, not its length, so that nothing adds up.
            gif.Add(canvas, Hundredths(frame + step) - Hundredths(frame));
        }

        int Hundredths(int frame) => (int)Math.Min(int.MaxValue, Math.Round(100 * frame / framesPerSecond));
    }

    private static void Paint(
        Canvas canvas, FlatPose pose, PosePainter painter, ClipPictures.Fit fit, int frame, SkeletonClip clip, string title)
    {
        var width = fit.Width;
        canvas.Line(Margin, fit.Ground + 6, width - Margin, fit.Ground + 6, 1, Ink.Grid);
        painter.Paint(canvas, pose, frame, at => fit.Place(at, 0, 0), 5);
        canvas.Line(Margin, Height + 6, width - Margin, Height + 6, 2, Ink.Grid);
        canvas.Line(Margin, Height + 6, Margin + (width - 2 * Margin) * (frame + 1) / clip.Frames, Height + 6, 2, Ink.Muted);
        canvas.Text(Margin, Height + 24, Markup.Shorten(title, (int)((width - 2 * Margin - 70) / 6.6)), 12, Ink.Text);
        canvas.Text(width - Margin, Height + 24, string.Create(CultureInfo.InvariantCulture, $"{frame + 1} / {clip.Frames}"), 10.5, Ink.Muted, Anchor.End);
    }
}
