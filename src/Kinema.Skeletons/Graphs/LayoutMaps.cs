namespace Kinema.Skeletons.Graphs;

/// <summary>The maps between layouts that are built in.</summary>
public static class LayoutMaps
{
    internal static readonly IReadOnlyList<SignedAxis> SameAxes = [new(0, +1), new(1, +1), new(2, +1)];

    private const string Folder = "maps/";
    private static readonly Lazy<IReadOnlyList<LayoutMap>> BuiltIn = new(Read);

    /// <summary>The built-in maps, by the name of the source, then the target.</summary>
    public static IReadOnlyList<LayoutMap> All => BuiltIn.Value;

    /// <summary>The built-in map between two built-in layouts; null if there is none, or a layout only has the name of a built-in one.</summary>
    internal static LayoutMap? Find(SkeletonLayout from, SkeletonLayout to) =>
        All.FirstOrDefault(map => Same(map.From, from) && Same(map.To, to));

    private static bool Same(SkeletonLayout a, SkeletonLayout b) => a.Name == b.Name && a.Joints.SequenceEqual(b.Joints);

    private static LayoutMap[] Read() =>
    [
        .. typeof(LayoutMaps).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(name =>
            {
                using var reader = new StreamReader(typeof(LayoutMaps).Assembly.GetManifestResourceStream(name)!);
                return LayoutMap.Parse(reader.ReadToEnd(), name[Folder.Length..]);
            }),
    ];
}
