using System.Globalization;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;

namespace Kinema.Plots;

/// <summary>
/// A contact sheet of one clip: frames spread evenly over its length, upright on a common floor, turned so that the person is seen
/// three-quarters from the front. Bones are coloured by body part; hovering a joint names it.
/// </summary>
public static class SkeletonStill
{
    private const double CellWidth = 108, CellHeight = 152, Margin = 12, Caption = 20, Legend = 24;
    private const double ThreeQuarters = 25 * Math.PI / 180;

    /// <summary>Draws the sheet.</summary>
    /// <param name="layout">The clip's joints.</param>
    /// <param name="clip">The clip.</param>
    /// <param name="title">What is drawn, e.g. the class name; the clip's name is in the description.</param>
    /// <param name="frames">How many frames to show, at least 1; a shorter clip shows all it has.</param>
    /// <param name="columns">Frames a row.</param>
    /// <exception cref="ArgumentException">The clip has another number of joints than the layout.</exception>
    public static Figure Draw(SkeletonLayout layout, SkeletonClip clip, string title, int frames = 5, int columns = 5)
    {
        if (clip.Joints != layout.JointCount)
        {
            throw new ArgumentException($"clip {clip.Name} has {clip.Joints} joints; layout {layout.Name} has {layout.JointCount}",
                nameof(clip));
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        var shown = Math.Min(frames, clip.Frames);
        columns = Math.Min(columns, shown);
        int[] chosen = [.. Enumerable.Range(0, shown)
            .Select(i => shown == 1 ? clip.Frames / 2 : (int)Math.Round(i * (clip.Frames - 1.0) / (shown - 1)))];
        var pose = new FlatPose(layout, clip, ThreeQuarters);
        var scale = Scale(pose, chosen, out var floor);
        var rows = (shown + columns - 1) / columns;
        var width = Math.Max(columns * CellWidth, layout.Parts.Count > 0 ? 380 : 0);
        var body = new SvgBody();
        for (var i = 0; i < shown; i++)
        {
            var (left, top) = (i % columns * CellWidth, i / columns * (CellHeight + Caption));
            body.Line(left + 8, top + CellHeight - Margin + 5, left + CellWidth - 8, top + CellHeight - Margin + 5, "k-grid");
            foreach (var person in pose.Persons)
            {
                Person(body, pose, layout, chosen[i], person,
                    u => left + CellWidth / 2 + u * scale, v => top + CellHeight - Margin - (v - floor) * scale);
            }
            body.Text(left + CellWidth / 2, top + CellHeight + 9,
                string.Create(CultureInfo.InvariantCulture, $"{chosen[i] + 1} / {clip.Frames}"), "k-muted k-small", "middle");
        }
        var height = rows * (CellHeight + Caption);
        if (layout.Parts.Count > 0) { height += Key(body, layout, width, height); }
        return new Figure(title,
            $"Clip {clip.Name}: {shown} of its {clip.Frames} frames, {clip.Joints} joints, " +
            $"{pose.Persons.Count} {(pose.Persons.Count == 1 ? "person" : "persons")}.",
            width, height, body.ToString());
    }

    private static void Person(
        SvgBody body, FlatPose pose, SkeletonLayout layout, int frame, int person, Func<double, double> x, Func<double, double> y)
    {
        var bones = layout.Bones.Where(b => pose.Known(person, frame, b.Child) && pose.Known(person, frame, b.Parent))
            .OrderBy(b => pose.Nearness(person, frame, b.Child) + pose.Nearness(person, frame, b.Parent));
        foreach (var bone in bones)                             // the farthest first, so that near limbs cover far ones
        {
            var (from, to) = (pose.At(person, frame, bone.Parent), pose.At(person, frame, bone.Child));
            body.Line(x(from.U), y(from.V), x(to.U), y(to.V), $"k-bone k-s{Part(layout, bone.Child)}");
        }
        for (var joint = 0; joint < layout.JointCount; joint++)
        {
            if (!pose.Known(person, frame, joint)) { continue; }
            var (u, v) = pose.At(person, frame, joint);
            var radius = joint == layout.Drawing.Head ? 6 : 2.8;
            body.Disc(x(u), y(v), radius, $"k-f{Part(layout, joint)}", layout.Joints[joint]);
        }
    }

    /// <summary>Pixels a unit so that every shown figure fits its cell, and the lowest point any of them reaches.</summary>
    private static double Scale(FlatPose pose, int[] frames, out double floor)
    {
        double widest = 1e-6, highest = double.MinValue;
        floor = double.MaxValue;
        foreach (var (person, frame, joint) in pose.All(frames))
        {
            var (u, v) = pose.At(person, frame, joint);
            widest = Math.Max(widest, Math.Abs(u));
            (floor, highest) = (Math.Min(floor, v), Math.Max(highest, v));
        }
        if (highest <= floor) { floor -= 0.5; highest = floor + 1; }
        return Math.Min((CellWidth / 2 - Margin) / widest, (CellHeight - 2 * Margin - 4) / (highest - floor));
    }

    private static double Key(SvgBody body, SkeletonLayout layout, double width, double top)
    {
        var (x, y) = (8.0, top + 14);
        for (var part = 0; part < layout.Parts.Count; part++)
        {
            var name = layout.Parts[part].Name.Replace('-', ' ');
            var needed = 26 + name.Length * 6.2;
            if (x + needed > width && x > 8) { (x, y) = (8, y + 16); }
            body.Line(x, y - 4, x + 14, y - 4, $"k-bone k-s{part % PlotTheme.Series}").Text(x + 19, y, name, "k-muted k-small");
            x += needed;
        }
        return y - top - 14 + Legend;
    }

    private static int Part(SkeletonLayout layout, int joint)
    {
        for (var part = 0; part < layout.Parts.Count; part++)
        {
            if (layout.Parts[part].Joints.Contains(joint)) { return part % PlotTheme.Series; }
        }
        return 0;
    }
}
