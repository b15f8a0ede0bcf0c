using System.Globalization;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Drawing;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Previews;

/// <summary>A clip on a contact sheet.</summary>
/// <param name="Clip">The clip.</param>
/// <param name="Label">What it is called beside its name, e.g. its class; empty for nothing.</param>
public sealed record LabelledClip(SkeletonClip Clip, string Label);

/// <summary>
/// Clips as still pictures: frames spread evenly over those in which somebody is seen, upright on a common floor, turned so that one person is seen
/// three-quarters from the front and several side by side. A colour is a person; the left of a body is lighter, with rings for joints, the
/// right darker. Joints that the sensor lost, at (0, 0, 0), are left out with their bones.
/// </summary>
public static class ClipPictures
{
    /// <summary>The most clips a sheet holds.</summary>
    public const int MostOnSheet = 400;

    internal const double ThreeQuarters = 25 * Math.PI / 180;
    private const double Height = 152, Margin = 12, Caption = 20, KeyHeight = 24, Thickness = 3.2;
    private const double SheetCell = 76, SheetHeight = 112, SheetGap = 20, SheetText = 38;

    /// <summary>One clip, frame beside frame. Hovering a joint of the SVG names it.</summary>
    /// <param name="layout">The clip's joints.</param>
    /// <param name="clip">The clip.</param>
    /// <param name="title">What is drawn, e.g. the class name; the clip's name is in the description.</param>
    /// <param name="frames">How many frames to show, at least 1; a clip that shows somebody in fewer shows all of those.</param>
    /// <param name="columns">Frames a row; 0 for all in one.</param>
    /// <param name="named">Whether title and name are written above the frames: a file by itself, unlike a figure on a page, has no caption.</param>
    /// <exception cref="ArgumentException">The clip has another number of joints than the layout.</exception>
    public static Picture Stills(SkeletonLayout layout, SkeletonClip clip, string title, int frames = 5, int columns = 0, bool named = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 0);
        var pose = new FlatPose(layout, clip, ThreeQuarters, follow: true);
        var chosen = pose.Choose(frames);
        int[] persons = [.. pose.PersonsIn(chosen)];
        columns = columns == 0 ? chosen.Length : Math.Min(columns, chosen.Length);
        var fit = Fit.Into(pose.Bounds(Enumerable.Range(0, clip.Frames)), 84, 240, Height);
        var rows = (chosen.Length + columns - 1) / columns;
        var painter = new PosePainter(layout);
        var width = Math.Max(columns * fit.Width, Math.Max(120, 8 + painter.KeyWidth(persons)));
        var head = named ? Caption : 0;
        var height = head + rows * (Height + Caption) + KeyHeight;
        return new Picture(title,
            $"Clip {clip.Name}: {chosen.Length} of its {Plural.Of(clip.Frames, "frame")}, {clip.Joints} joints, {Plural.Of(pose.Persons.Count, "person")}.",
            width, height, surface =>
            {
                var name = title == clip.Name ? title : $"{title}  {clip.Name}";
                if (named) surface.Text(8, 15, Markup.Shorten(name, (int)(width / 6.8)), 12, Ink.Text);
                for (var i = 0; i < chosen.Length; i++)
                {
                    var (left, top) = (i % columns * fit.Width, head + i / columns * (Height + Caption));
                    surface.Line(left + 8, top + fit.Ground + 5, left + fit.Width - 8, top + fit.Ground + 5, 1, Ink.Grid);
                    painter.Paint(surface, pose, chosen[i], at => fit.Place(at, left, top), Thickness);
                    surface.Text(left + fit.Width / 2, top + Height + 9, Number($"{chosen[i] + 1} / {clip.Frames}"), 10.5, Ink.Muted, Anchor.Middle);
                }
                painter.Key(surface, 8, height - 8, persons);
            });
    }

    /// <summary>Many clips on one sheet: a few frames of each, with its label and name below.</summary>
    /// <param name="layout">The clips' joints.</param>
    /// <param name="clips">The clips, at most <see cref="MostOnSheet"/>.</param>
    /// <param name="title">What the sheet shows.</param>
    /// <param name="frames">Frames of each clip.</param>
    /// <exception cref="ArgumentException">There is no clip, there are too many, or one has another number of joints than the layout.</exception>
    public static Picture Sheet(SkeletonLayout layout, IReadOnlyList<LabelledClip> clips, string title, int frames = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        if (clips.Count is 0 or > MostOnSheet) throw new ArgumentException($"a sheet holds 1 to {MostOnSheet} clips; got {clips.Count}", nameof(clips));
        var (cell, painter) = (frames * SheetCell + SheetGap, new PosePainter(layout));
        var columns = (int)Math.Clamp(Math.Ceiling(Math.Sqrt(clips.Count * (SheetHeight + SheetText) / cell * 1.4)), 1, clips.Count);
        var rows = (clips.Count + columns - 1) / columns;
        var (head, row) = (34.0, SheetHeight + SheetText);
        var letters = (int)(cell / 6.4);
        var poses = clips.Select(item => new FlatPose(layout, item.Clip, ThreeQuarters, follow: true)).ToArray();
        var chosen = poses.Select(pose => pose.Choose(frames)).ToArray();
        var persons = poses.Zip(chosen).SelectMany(strip => strip.First.PersonsIn(strip.Second)).Distinct().Order().ToArray();
        var width = Math.Max(columns * cell, SheetGap / 2 + painter.KeyWidth(persons));            // a single clip is narrower than the key of two people
        return new Picture(title, $"{Plural.Of(clips.Count, "clip")}, up to {frames} frames of each: {string.Join("; ", clips.Select(Name))}.",
            width, head + rows * row + KeyHeight, surface =>
            {
                surface.Text(SheetGap / 2, 22, Markup.Shorten(title, (int)(width / 8.5)), 15, Ink.Text);
                for (var i = 0; i < clips.Count; i++)
                {
                    var (left, top) = (i % columns * cell + SheetGap / 2, head + i / columns * row);
                    Strip(surface, poses[i], chosen[i], painter, frames, left, top);
                    surface.Text(left, top + SheetHeight + 11, Markup.Shorten(clips[i].Label, letters), 12, Ink.Text);
                    surface.Text(left, top + SheetHeight + 25, Markup.Shorten(clips[i].Clip.Name, letters), 10.5, Ink.Muted);
                }
                painter.Key(surface, SheetGap / 2, head + rows * row + 12, persons);
            });
    }

    /// <summary>As many of a number of frames as wanted, spread evenly from the first to the last; of one, the middle.</summary>
    internal static int[] Spread(int length, int wanted)
    {
        var shown = Math.Min(length, wanted);
        return [.. Enumerable.Range(0, shown).Select(i => shown == 1 ? length / 2 : (int)Math.Round(i * (length - 1.0) / (shown - 1)))];
    }

    private static void Strip(Surface surface, FlatPose pose, int[] chosen, PosePainter painter, int frames, double left, double top)
    {
        var fit = Fit.Into(pose.Bounds(chosen), SheetCell, SheetCell, SheetHeight);
        surface.Line(left, top + fit.Ground + 4, left + frames * SheetCell, top + fit.Ground + 4, 1, Ink.Grid);
        for (var i = 0; i < chosen.Length; i++)
        {
            var x = left + i * SheetCell;
            painter.Paint(surface, pose, chosen[i], at => fit.Place(at, x, top), Thickness * 0.75);
        }
    }

    private static string Name(LabelledClip item) => item.Label.Length > 0 ? $"{item.Label} ({item.Clip.Name})" : item.Clip.Name;

    private static string Number(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>How a pose lies in its cell: as large as fits, centred across, its lowest point on the ground.</summary>
    internal readonly record struct Fit(double Width, double Scale, double Ground, double Middle, double Bottom)
    {
        /// <param name="bounds">What is to fit.</param>
        /// <param name="least">The least width of the cell.</param>
        /// <param name="most">The greatest width: wider figures are drawn smaller.</param>
        /// <param name="height">The height of the cell.</param>
        public static Fit Into((double Left, double Right, double Bottom, double Top) bounds, double least, double most, double height)
        {
            var tall = Math.Max(bounds.Top - bounds.Bottom, 1e-9);
            var wide = bounds.Right - bounds.Left;
            var room = height - 2 * Margin - 4;
            var width = Math.Clamp(wide * room / tall + 2 * Margin, least, most);
            var scale = Math.Min(room / tall, (width - 2 * Margin) / Math.Max(wide, 1e-9));
            return new Fit(width, scale, height - Margin, (bounds.Left + bounds.Right) / 2, bounds.Bottom);
        }

        public (double X, double Y) Place((double U, double V) at, double left, double top) =>
            (left + Width / 2 + (at.U - Middle) * Scale, top + Ground - (at.V - Bottom) * Scale);
    }
}
