using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>Finds the landmark that a layout's joint name means.</summary>
internal static class LandmarkNames
{
    private static readonly Dictionary<string, Landmark> Others = new(StringComparer.Ordinal)
    {
        ["pelvis"] = Landmark.HipCenter, ["spinebase"] = Landmark.HipCenter, ["root"] = Landmark.HipCenter, ["midhip"] = Landmark.HipCenter,
        ["torso"] = Landmark.SpineMid, ["chest"] = Landmark.SpineMid, ["spinemiddle"] = Landmark.SpineMid,
        ["spineshoulder"] = Landmark.ShoulderCenter, ["thorax"] = Landmark.ShoulderCenter, ["midshoulder"] = Landmark.ShoulderCenter,
    };

    /// <summary>The landmark of every joint of a layout.</summary>
    /// <exception cref="KinemaException">A joint has no usual name (<see cref="ExitCode.Usage"/>); the message names it.</exception>
    public static Landmark[] Of(SkeletonLayout layout) => [.. layout.Joints.Select(joint => Find(joint, layout))];

    private static Landmark Find(string joint, SkeletonLayout layout) => Known(joint, layout)
        ?? throw new KinemaException(ExitCode.Usage,
            $"synthetic data: the figure has no joint '{joint}' of layout {layout.Name}; rename the joint or use one of "
            + $"{string.Join(", ", Layouts.All.Where(other => other.Joints.All(name => Known(name, other) is not null)).Select(other => other.Name))}; it has "
            + string.Join(", ", Enum.GetNames<Landmark>().Select(known => known.ToLowerInvariant())));

    private static Landmark? Known(string joint, SkeletonLayout layout)
    {
        var name = string.Concat(joint.Where(char.IsLetterOrDigit)).ToLowerInvariant();

        // The first Kinect's "spine" is just above the hips; layouts that have a neck too follow the second, where it is the middle.
        if (name == "spine")
        {
            return layout.IndexOf("neck") is null ? Landmark.LowerSpine : Landmark.SpineMid;
        }

        return Enum.TryParse<Landmark>(name, ignoreCase: true, out var landmark) && !char.IsDigit(name[0]) ? landmark
            : Others.TryGetValue(name, out landmark) ? landmark : null;
    }
}
