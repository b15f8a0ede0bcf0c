using System.Globalization;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Conversion;

/// <summary>Frames of a clip that were kept, and the joints of its persons without any NaN.</summary>
/// <param name="Frames">T; 0 if nobody is ever seen.</param>
/// <param name="Persons">M.</param>
/// <param name="Points">[m][t][v][x, y, z].</param>
/// <param name="Notes">What was done: a stable word, and what it is.</param>
internal sealed record FilledClip(int Frames, int Persons, double[] Points, IReadOnlyList<(string Kind, string Reason)> Notes);

/// <summary>
/// Applies <see cref="MissingJoints"/>. Frames before anybody and after everybody is seen are cut off; a person is (0, 0, 0) throughout
/// before the first and after the last frame it is seen in; persons never seen are left out.
/// </summary>
/// <param name="layout">The joints.</param>
/// <param name="expected">Whether a joint can be seen at all: one that a map cannot give is no fault.</param>
/// <param name="rule">What is done.</param>
internal sealed class MissingFill(SkeletonLayout layout, bool[] expected, MissingJoints rule)
{
    private readonly string origin = layout.Dimensions == 2 ? "(0, 0)" : "(0, 0, 0)";
    private readonly int joints = layout.JointCount;

    /// <exception cref="KinemaException">A joint is missing, and the rule refuses that.</exception>
    public FilledClip Apply(double[] points, int persons, int frames, string where)
    {
        var spans = Enumerable.Range(0, persons).Select(m => Seen(points.AsSpan(m * frames * joints * 3, frames * joints * 3), frames)).ToArray();
        var kept = Enumerable.Range(0, persons).Where(m => spans[m].First >= 0).ToArray();
        if (kept.Length == 0)
            return new FilledClip(0, 0, [], []);
        var (first, last) = (kept.Min(m => spans[m].First), kept.Max(m => spans[m].Last));
        var (t, notes) = (last - first + 1, new List<(string, string)>());
        if (t < frames)
            notes.Add(("frames-without-person", FormattableString.Invariant($"{where}: {Plural.Of(frames - t, "frame")} at the ends {(frames - t == 1 ? "shows nobody and is" : "show nobody and are")} left out")));
        var result = new double[kept.Length * t * joints * 3];
        var (missing, never) = (0, new SortedSet<int>());
        for (var m = 0; m < kept.Length; m++)
        {
            var person = result.AsSpan(m * t * joints * 3, t * joints * 3);
            points.AsSpan((kept[m] * frames + first) * joints * 3, person.Length).CopyTo(person);
            var (from, to) = (spans[kept[m]].First - first, spans[kept[m]].Last - first);
            person[..(from * joints * 3)].Clear();
            person[((to + 1) * joints * 3)..].Clear();
            for (var joint = 0; joint < joints; joint++)
            {
                var count = Fill(person, joint, from, to, where);
                if (count == to - from + 1 && expected[joint])
                    never.Add(joint);
                missing += expected[joint] ? count : 0;
            }
        }
        if (never.Count > 0)
        {
            var names = OneLine.Some([.. never.Select(joint => layout.Joints[joint])]);
            notes.Add(("joint-never-seen", $"{where}: never seen of a person: {names}; {origin} throughout"));
        }
        if (missing > 0)
        {
            notes.Add(("joints-missing", string.Create(CultureInfo.InvariantCulture,
                $"{where}: {missing} of {kept.Length * t * joints} joints not seen: {(rule == MissingJoints.Zero ? origin : "interpolated")}")));
        }
        return new FilledClip(t, kept.Length, result, notes);
    }

    // The first and last frame in which any joint is seen; a joint with any coordinate missing is missing as a whole.
    private (int First, int Last) Seen(Span<double> person, int frames)
    {
        var (first, last) = (-1, -1);
        for (var t = 0; t < frames; t++)
        {
            for (var joint = 0; joint < joints; joint++)
            {
                var point = person.Slice((t * joints + joint) * 3, 3);
                if (double.IsNaN(point[0] + point[1] + point[2]))
                    point.Fill(double.NaN);
                else
                    (first, last) = (first < 0 ? t : first, t);
            }
        }
        return (first, last);
    }

    // Fills one joint of one person in frames from .. to; returns in how many it was missing.
    private int Fill(Span<double> person, int joint, int from, int to, string where)
    {
        var (count, before) = (0, -1);
        for (var t = from; t <= to; t++)
        {
            if (!double.IsNaN(person[(t * joints + joint) * 3]))
            {
                before = t;
                continue;
            }
            var after = t + 1;
            while (after <= to && double.IsNaN(person[(after * joints + joint) * 3]))
                after++;
            if (rule == MissingJoints.Refuse && expected[joint])
            {
                throw new KinemaException(ExitCode.Data, string.Create(CultureInfo.InvariantCulture,
                    $"{where}: frame {t}: joint {layout.Joints[joint]} is missing; mend the file, or fill it with --missing interpolate or zero"));
            }
            count += after - t;
            for (; t < after; t++)
                Place(person, joint, before, t, after <= to ? after : -1);
            before = after;                                    // the loop goes on behind it
        }
        return count;
    }

    private void Place(Span<double> person, int joint, int before, int t, int after)
    {
        var point = person.Slice((t * joints + joint) * 3, 3);
        if (rule == MissingJoints.Zero || (before < 0 && after < 0))
        {
            point.Clear();
            return;
        }
        // A side that has none takes the other's: the part between equal places is that place.
        var from = person.Slice(((before < 0 ? after : before) * joints + joint) * 3, 3);
        var to = person.Slice(((after < 0 ? before : after) * joints + joint) * 3, 3);
        var part = before < 0 || after < 0 ? 0 : (double)(t - before) / (after - before);
        for (var axis = 0; axis < 3; axis++)
            point[axis] = from[axis] + (to[axis] - from[axis]) * part;
    }
}
