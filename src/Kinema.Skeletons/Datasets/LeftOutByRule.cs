using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Datasets;

/// <summary>
/// The kinds (<see cref="SkippedClip.Kind"/>) of clips that are left out though nothing is wrong with the download: by a list of the set's authors,
/// as a clip of another set or one that is there already, or because it shows nobody or nothing that is named. All other kinds are faults.
/// </summary>
internal static class LeftOutByRule
{
    /// <summary>On the official list of clips without usable skeletons.</summary>
    public const string ListedMissing = "listed-missing";

    /// <summary>Of another set.</summary>
    public const string OtherSet = "other-set";

    /// <summary>Not in the list of the set's clips.</summary>
    public const string NotInList = "not-in-list";

    /// <summary>A second file of a clip.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>The set's own labels say that there is none.</summary>
    public const string NoLabel = "no-label";

    /// <summary>Shows nobody.</summary>
    public const string NoBody = "no-body";

    /// <summary>An annotation without key points.</summary>
    public const string NoKeypoints = "no-keypoints";

    private static readonly HashSet<string> Kinds = [ListedMissing, OtherSet, NotInList, Duplicate, NoLabel, NoBody, NoKeypoints];

    /// <summary>Whether clips of a kind are left out by rule.</summary>
    /// <param name="kind">The kind.</param>
    public static bool Covers(string kind) => Kinds.Contains(kind);
}
