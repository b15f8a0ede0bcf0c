using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Datasets;

/// <summary>The division that several sets have in common: subjects with odd numbers train, those with even numbers test.</summary>
internal static class OddEven
{
    public static Protocol Subjects(string name, IReadOnlyList<int>? classes = null) => new(
        name,
        classes is null ? Side : clip => classes.Contains(clip.Label) ? Side(clip) : null,
        classes);

    private static string? Side(ClipFacts clip) => clip.Subject == 0 ? null : clip.Subject % 2 == 1 ? "train" : "test";
}
