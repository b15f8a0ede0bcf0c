namespace Kinema.Skeletons.Datasets.MsrAction3D;

/// <summary>Which clips of MSR Action3D there are: 567 of the 600 names, of which 557 were used by Wang et al. (CVPR 2012) and most papers since.</summary>
internal static class MsrAction3DList
{
    /// <summary>The clips that everybody leaves out: their skeletons are missing or too wrong.</summary>
    public static IReadOnlyList<string> Unused { get; } =
    [
        "a02_s03_e02", "a04_s03_e01", "a07_s04_e01", "a13_s09_e01", "a13_s09_e02", "a13_s09_e03", "a14_s03_e01", "a20_s07_e01", "a20_s07_e03",
        "a20_s10_e03",
    ];

    private static readonly string[] NeverRecorded =
    [
        "a01_s04_e01", "a01_s04_e02", "a01_s04_e03", "a02_s04_e01", "a02_s04_e02", "a02_s04_e03", "a03_s04_e01", "a03_s04_e02", "a03_s04_e03",
        "a04_s03_e03", "a04_s04_e01", "a04_s04_e02", "a04_s04_e03", "a05_s04_e01", "a05_s04_e02", "a05_s04_e03", "a05_s06_e03", "a06_s04_e01",
        "a06_s04_e02", "a06_s04_e03", "a06_s06_e03", "a07_s04_e03", "a07_s07_e03", "a15_s02_e03", "a15_s03_e01", "a15_s03_e02", "a15_s03_e03",
        "a15_s04_e01", "a15_s04_e02", "a15_s04_e03", "a15_s05_e01", "a15_s05_e02", "a15_s05_e03",
    ];

    /// <summary>The 557 names of the list.</summary>
    public static IEnumerable<string> Names => MsrName.All(actions: 20, takes: 3).Except(NeverRecorded).Except(Unused);

    /// <summary>The 567 names of files there are.</summary>
    public static IEnumerable<string> Recorded => MsrName.All(actions: 20, takes: 3).Except(NeverRecorded);
}
