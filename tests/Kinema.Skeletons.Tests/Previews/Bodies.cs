using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Tests.Previews;

/// <summary>A body that stands upright, facing the onlooker, in whatever layout: joints are placed by the words in their names.</summary>
internal static class Bodies
{
    // The first word that a name contains counts. Across (of the left), up, towards the onlooker; metres.
    private static readonly (string Word, double Across, double Up, double Towards)[] Places =
    [
        ("hand-tip", 0.34, 0.75, 0), ("thumb", 0.3, 0.8, 0.03), ("toe", 0.12, 0.02, 0.15), ("heel", 0.1, 0.02, -0.05), ("foot", 0.12, 0.02, 0.12),
        ("ankle", 0.1, 0.08, 0), ("knee", 0.1, 0.5, 0), ("hip-center", 0, 0.95, 0), ("hip", 0.1, 0.9, 0), ("shoulder-center", 0, 1.45, 0),
        ("shoulder", 0.2, 1.42, 0), ("elbow", 0.28, 1.12, 0), ("wrist", 0.3, 0.88, 0), ("hand", 0.32, 0.8, 0), ("ear", 0.07, 1.66, 0),
        ("eye", 0.03, 1.68, 0.08), ("nose", 0, 1.65, 0.1), ("head", 0, 1.7, 0), ("neck", 0, 1.5, 0), ("spine", 0, 1.2, 0), ("pelvis", 0, 0.95, 0),
        ("torso", 0, 1.2, 0), ("thorax", 0, 1.4, 0), ("collar", 0.08, 1.42, 0), ("mouth", 0.03, 1.58, 0.08), ("pinky", 0.34, 0.75, 0), ("index", 0.34, 0.75, 0.02),
    ];

    public static SkeletonClip Standing(SkeletonLayout layout, int frames = 3, int persons = 1, double step = 0)
    {
        var points = new double[persons * frames * layout.JointCount * 3];
        for (var at = 0; at < points.Length / 3; at++)
        {
            var (name, frame, person) = (layout.Joints[at % layout.JointCount], at / layout.JointCount % frames, at / layout.JointCount / frames);
            var (_, across, up, towards) = Places.Append((Word: "", Across: 0, Up: 1, Towards: 0)).First(place =>
                name.Contains(place.Word, StringComparison.Ordinal));
            Place(layout, points.AsSpan(at * 3, 3), (name.Contains("right", StringComparison.Ordinal) ? -across : across) + 0.9 * person + step * frame, up,
                towards - 3);
        }
        return new SkeletonClip("standing", frames, layout.JointCount, persons, points);
    }

    /// <summary>From the picture's axes to the sensor's. Space is right-handed.</summary>
    private static void Place(SkeletonLayout layout, Span<double> point, double right, double up, double towards)
    {
        var drawing = layout.Drawing;
        point[drawing.Right.Index] = drawing.Right.Sign * right;
        point[drawing.Up.Index] = drawing.Up.Sign * up;
        var third = 3 - drawing.Right.Index - drawing.Up.Index;
        var cross = (drawing.Right.Index + 1) % 3 == drawing.Up.Index ? 1 : -1;
        point[third] = layout.Dimensions == 2 ? 0 : cross * drawing.Right.Sign * drawing.Up.Sign * towards;
    }
}
