using Kinema.Skeletons.Drawing;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Previews;

/// <summary>Paints the persons of one frame: a colour each, the left lighter and with rings for joints, the right darker.</summary>
internal sealed class PosePainter(SkeletonLayout layout)
{
    private const double PersonWidth = 22 + 8 * 5.8 + 16;

    private readonly Shade[] sides = BodySides.Of(layout);

    /// <summary>Paints a frame.</summary>
    /// <param name="surface">What is painted on.</param>
    /// <param name="pose">The clip.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="place">Where a point of the pose lies on the surface.</param>
    /// <param name="thickness">Of a limb, in CSS pixels.</param>
    public void Paint(Surface surface, FlatPose pose, int frame, Func<(double U, double V), (double X, double Y)> place, double thickness)
    {
        var bones = from person in pose.Persons from bone in layout.Bones
            where pose.Known(person, frame, bone.Child) && pose.Known(person, frame, bone.Parent)
            orderby pose.Nearness(person, frame, bone.Child) + pose.Nearness(person, frame, bone.Parent)
            select (Person: person, Bone: bone);
        foreach (var (person, bone) in bones)                   // the farthest first, so that near limbs cover far ones
        {
            var (from, to) = (place(pose.At(person, frame, bone.Parent)), place(pose.At(person, frame, bone.Child)));
            surface.Line(from.X, from.Y, to.X, to.Y, thickness, Ink.Person(person, sides[bone.Child]));
        }
        foreach (var person in pose.Persons)
        {
            for (var joint = 0; joint < layout.JointCount; joint++)
            {
                if (pose.Known(person, frame, joint)) Joint(surface, place(pose.At(person, frame, joint)), person, joint, thickness);
            }
        }
    }

    /// <summary>The width that <see cref="Key"/> takes.</summary>
    public double KeyWidth(IReadOnlyList<int> persons) =>
        (layout.LeftRight.Count == 0 ? 0 : SideWidth("left") + SideWidth("right")) + (persons.Count > 1 ? persons.Count * PersonWidth : 0);

    /// <summary>What the shades and colours mean, on one line.</summary>
    /// <returns>How far it reaches.</returns>
    public double Key(Surface surface, double x, double y, IReadOnlyList<int> persons)
    {
        foreach (var (name, side) in layout.LeftRight.Count == 0 ? [] : (ReadOnlySpan<(string, Shade)>)[("left", Shade.Left), ("right", Shade.Right)])
        {
            surface.Line(x, y - 4, x + 16, y - 4, 3, Ink.Person(persons.FirstOrDefault(), side));
            Dot(surface, (x + 16, y - 4), Ink.Person(persons.FirstOrDefault(), side), side, 3, null);
            surface.Text(x + 24, y, name, 10.5, Ink.Muted);
            x += SideWidth(name);
        }
        foreach (var person in persons.Count > 1 ? persons : [])
        {
            surface.Line(x, y - 4, x + 16, y - 4, 3, Ink.Person(person, Shade.Middle));
            surface.Text(x + 22, y, FormattableString.Invariant($"person {person + 1}"), 10.5, Ink.Muted);
            x += PersonWidth;
        }
        return x;
    }

    private static double SideWidth(string name) => 24 + name.Length * 5.8 + 14;

    private void Joint(Surface surface, (double X, double Y) at, int person, int joint, double thickness)
    {
        var ink = Ink.Person(person, sides[joint]);
        if (joint == layout.Drawing.Head) surface.Disc(at.X, at.Y, thickness * 1.9, ink, layout.Joints[joint]);
        else Dot(surface, at, ink, sides[joint], thickness, layout.Joints[joint]);
    }

    private static void Dot(Surface surface, (double X, double Y) at, Ink ink, Shade side, double thickness, string? tip)
    {
        if (side == Shade.Left) surface.Ring(at.X, at.Y, thickness * 0.95, thickness * 0.4, ink, tip);
        else surface.Disc(at.X, at.Y, thickness * 0.85, ink, tip);
    }
}
