using System.Runtime.InteropServices;

namespace Kinema.Skeletons.Datasets.Poses;

/// <summary>Takes the bodies out of a tree of numbers.</summary>
internal static class PoseSpread
{
    /// <summary>A joint of more numbers than this is a flat list of joints; x, y, z and confidence are 4.</summary>
    private const int WidestJoint = 4;

    /// <summary>
    /// The bodies of a tree, list by list, and how many lists lie around one: 0 for a flat list or a list of joints, 1 for a list of
    /// bodies, 2 for a list of lists. Bodies without numbers were not seen.
    /// </summary>
    public static (List<List<RawPose>> Bodies, int Lists) Of(NumberTree tree, PoseSheet sheet, string key)
    {
        if (tree.Height == 0)
            return ([], 0);
        var rows = tree.Counts[1];
        var isFlat = tree.Height == 1 || (!tree.Named && rows.Count > 0 && rows.Max() > WidestJoint);
        sheet.CheckRoom(isFlat ? tree.Numbers.Count : (long)rows.Count * WidestJoint);
        var poses = isFlat ? Flat(tree, sheet, key) : Rows(tree, sheet, key);
        var above = tree.Height - (isFlat ? 1 : 2);
        if (above < 0)
            throw sheet.Wrong($"frame {sheet.Frames.Count}: '{key}' is a single joint");
        if (above > 2)
            throw sheet.Wrong($"'{key}' lies in {tree.Height} lists: more than frames, persons and joints");
        // The lists that hold bodies, and those that hold such lists.
        var lists = above == 0 ? [poses.Count] : tree.Counts[tree.Height - above + 1];
        var (grouped, at) = (new List<List<RawPose>>(), 0);
        foreach (var count in lists)
        {
            grouped.Add(poses.GetRange(at, count));
            at += count;
        }
        return (grouped, above);
    }

    private static List<RawPose> Flat(NumberTree tree, PoseSheet sheet, string key)
    {
        var poses = new List<RawPose>();
        var start = sheet.Numbers.Count;
        sheet.Numbers.AddRange(tree.Numbers);
        foreach (var count in tree.Counts[1])
        {
            poses.Add(new RawPose(start, 0, count, false, -1, 0, null, double.NaN, key));
            start += count;
        }
        return poses;
    }

    private static List<RawPose> Rows(NumberTree tree, PoseSheet sheet, string key)
    {
        var poses = new List<RawPose>();
        var numbers = CollectionsMarshal.AsSpan(tree.Numbers);
        var rows = CollectionsMarshal.AsSpan(tree.Counts[1]);
        foreach (var joints in tree.Counts[2])
        {
            var (start, width) = (sheet.Numbers.Count, 0);
            foreach (var count in rows[..joints])
                width = Math.Max(width, count);
            for (var joint = 0; joint < joints; joint++)
            {
                var count = rows[joint];
                if (count != width && count != 0)
                    throw sheet.Wrong($"frame {sheet.Frames.Count}, joint {joint} has {count} coordinates; others of its body have {width}");
                sheet.Numbers.AddRange(numbers[..count]);
                for (var missing = count; missing < width; missing++)
                    sheet.Numbers.Add(double.NaN);
                numbers = numbers[count..];
            }
            rows = rows[joints..];
            poses.Add(new RawPose(start, width == 0 ? 0 : joints, width, tree.Named, -1, 0, null, double.NaN, key));
        }
        return poses;
    }
}
