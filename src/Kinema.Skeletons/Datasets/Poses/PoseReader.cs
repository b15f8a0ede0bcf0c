using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Poses;

/// <summary>Makes a clip of the bodies of a sheet: their numbers become joints of a layout, and bodies become persons.</summary>
internal sealed class PoseReader(PoseSheet sheet, SkeletonLayout layout, ReadingOptions options)
{
    private readonly int joints = layout.JointCount;

    /// <summary>The clip.</summary>
    public RawClip Clip()
    {
        var notes = new List<(string, string)>();
        var order = Order(notes);
        if (order.Count == 0)
            throw sheet.Wrong($"there is no frame in it");
        var bodies = order.Select((frame, t) => frame.Poses.Select(pose => Body(pose, t)).Where(body => body.Seen > 0).ToList()).ToList();
        var tracked = PersonTracker.Follow(bodies, options.MaximumPersons);
        var persons = tracked.Kept;
        if (persons.Count == 0)
            throw sheet.Wrong($"no joint is seen in any frame");
        if (tracked.Found > persons.Count)
            notes.Add(("persons-left-out", FormattableString.Invariant($"{sheet.Where}: {tracked.Found} persons; the {persons.Count} seen best and longest are kept")));
        if (tracked.Splits > 0)
            notes.Add(("person-split", Split(tracked)));
        RawClip.CheckSize(persons.Count, order.Count, joints, sheet.Where);
        var points = new double[persons.Count * order.Count * joints * 3];
        Array.Fill(points, double.NaN);
        for (var m = 0; m < persons.Count; m++)
        {
            foreach (var (t, body) in persons[m])
                body.Points.CopyTo(points, (m * order.Count + t) * joints * 3);
        }
        return new RawClip(order.Count, persons.Count, points, sheet.Marks, notes);
    }

    private string Split(TrackedPersons tracked)
    {
        var more = tracked.Splits > 1 ? FormattableString.Invariant($", and {tracked.Splits - 1} more like it") : "";
        return FormattableString.Invariant($"{sheet.Where}: frame {tracked.FirstSplit}: a body lies farther than its own size from the one that is gone, and counts as ")
            + $"another person{more}; if it is the same, number the persons in the file";
    }

    // Frames by their numbers, if they have some; as they stand, if not.
    private List<PoseFrame> Order(List<(string, string)> notes)
    {
        var frames = sheet.Frames;
        if (frames.All(frame => double.IsNaN(frame.Number)))
            return frames;
        if (frames.FindIndex(frame => double.IsNaN(frame.Number)) is var nameless and >= 0)
            throw sheet.Wrong($"frame {nameless} has no number, though others have");
        var order = frames.OrderBy(frame => frame.Number).ToList();
        for (var i = 1; i < order.Count; i++)
        {
            if (order[i].Number == order[i - 1].Number)
                throw sheet.Wrong($"frame {order[i].Number} is there twice");
        }
        notes.AddRange(FrameGaps.In(order.Select(frame => frame.Number), sheet.Where));
        return order;
    }

    private TrackedBody Body(RawPose pose, int frame)
    {
        var width = Width(pose, frame);
        var points = new double[joints * 3];
        var (seen, sum) = (0, 0.0);
        for (var joint = 0; joint < joints; joint++)
        {
            var at = pose.Start + joint * width;
            var score = Score(pose, joint, width);
            var (x, y) = (sheet.Numbers[at], sheet.Numbers[at + 1]);
            var z = layout.Dimensions == 3 ? sheet.Numbers[at + 2] : 0;
            // Estimators write zeros for what they do not see; without a confidence, the corner of the picture means just that.
            var isSeen = double.IsFinite(x + y + z) && !(score <= 0) && !(score < options.MinimumScore)
                && !(layout.Dimensions == 2 && double.IsNaN(score) && x == 0 && y == 0);
            (points[joint * 3], points[joint * 3 + 1], points[joint * 3 + 2]) = isSeen ? (x, y, z) : (double.NaN, double.NaN, double.NaN);
            seen += isSeen ? 1 : 0;
            sum += isSeen && !double.IsNaN(score) ? score : isSeen ? 1 : 0;
        }
        return new TrackedBody(points, pose.Person, seen, double.IsNaN(pose.Score) ? sum / joints : pose.Score);
    }

    // How many numbers a joint has.
    private int Width(RawPose pose, int frame)
    {
        if (pose.Rows > 0 && pose.Rows != joints)
            throw sheet.Wrong($"frame {frame}: a body has {pose.Rows} joints; layout {layout.Name} has {joints}");
        if (pose.ScoreCount > 0 && pose.ScoreCount != joints)
            throw sheet.Wrong($"frame {frame}: a body has {pose.ScoreCount} confidences; layout {layout.Name} has {joints} joints");
        var width = pose.Rows > 0 ? pose.Width : pose.Width / joints;
        if (pose.Rows == 0 && pose.Width % joints != 0)
            throw sheet.Wrong($"frame {frame}: a body has {pose.Width} numbers, which are not {joints} joints of layout {layout.Name}");
        var fits = width == layout.Dimensions || width == layout.Dimensions + 1 || (layout.Dimensions == 2 && width == 4);
        if (fits)
            return width;
        var (bare, scored) = (joints * layout.Dimensions, joints * (layout.Dimensions + 1));
        throw pose.Rows > 0
            ? sheet.Wrong($"frame {frame}: a joint has {Plural.Of(width, "number")}; layout {layout.Name} has {layout.Dimensions} coordinates, and a confidence may follow")
            : sheet.Wrong($"frame {frame}: a body has {Plural.Of(pose.Width, "number")}; layout {layout.Name} of {joints} joints wants {bare}, or {scored} with confidences");
    }

    private double Score(RawPose pose, int joint, int width)
    {
        if (pose.Scores >= 0)
            return sheet.Numbers[pose.Scores + joint];
        return pose.Named || width > layout.Dimensions ? sheet.Numbers[pose.Start + joint * width + width - 1] : double.NaN;
    }
}
