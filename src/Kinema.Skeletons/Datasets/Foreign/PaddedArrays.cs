using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>One part of a set as a folder of arrays holds it.</summary>
/// <param name="Part"><c>train</c>, <c>val</c> or <c>test</c>, as the files are called.</param>
/// <param name="Data">The array (N, C, T, V, M).</param>
/// <param name="Labels">Names and labels; null if there is no such file.</param>
/// <param name="Lengths">The numbers of frames; null if there is no such file.</param>
internal sealed record PaddedPart(string Part, string Data, string? Labels, string? Lengths);

/// <summary>Finds the arrays of ST-GCN and its descendants by their names: 2s-AGCN, Shift-GCN, skeleton-contrast, CrosSCLR, AimCLR, …</summary>
internal static class PaddedArrays
{
    /// <summary>What joints are called after <c>train_</c>: by 2s-AGCN and skeleton-contrast, CrosSCLR and AimCLR, ST-GCN.</summary>
    private static readonly string[] DataNames = ["data_joint.npy", "position.npy", "data.npy"];

    /// <summary>The names looked for, for messages.</summary>
    public static string Wanted => string.Join(", ", DataNames.Select(name => $"train_{name}"));

    /// <summary>The parts in one folder, those inside of it not looked at.</summary>
    public static IReadOnlyList<PaddedPart> In(string folder)
    {
        List<PaddedPart> parts = [];
        foreach (var part in new[] { "train", "val", "test" })
        {
            if (DataNames.Select(name => Existing($"{part}_{name}")).FirstOrDefault(path => path is not null) is { } data)
                parts.Add(new PaddedPart(part, data, Existing($"{part}_label.pkl") ?? Existing($"{part}_label.npy"), Existing($"{part}_num_frame.npy")));
        }
        return parts;

        string? Existing(string name) => Path.Combine(folder, name) is var path && File.Exists(path) ? path : null;
    }

    /// <summary>The folders inside that hold parts, such as <c>xsub</c> and <c>xview</c>; only the first few hundred are looked at.</summary>
    public static IReadOnlyList<string> FoldersIn(string folder)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(folder).Take(300).Where(inner => In(inner).Count > 0).Order(StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Data, $"{folder}: cannot be read: {error.Message}", error);
        }
    }

    /// <summary>What a part is called in splits: the clips that a method of this family validates on are its test clips.</summary>
    public static string Side(string part, bool hasTest) => part == "val" && !hasTest ? "test" : part;
}
