using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// The official divisions. NTU RGB+D 60 (Shahroudy et al., CVPR 2016): <c>xsub</c>, 20 performers train; <c>xview</c>, cameras 2 and 3
/// train. NTU RGB+D 120 (Liu et al., TPAMI 2019): <c>xsub</c>, 53 performers train; <c>xset</c>, even setups train. All else tests.
/// </summary>
internal static class NtuProtocols
{
    // The twenty of the first set are the first twenty here, and no other number here is 40 or less: one list serves both.
    private static readonly HashSet<int> TrainingPerformers =
    [
        1, 2, 4, 5, 8, 9, 13, 14, 15, 16, 17, 18, 19, 25, 27, 28, 31, 34, 35, 38,
        45, 46, 47, 49, 50, 52, 53, 54, 55, 56, 57, 58, 59, 70, 74, 78, 80, 81, 82, 83, 84, 85, 86, 89, 91, 92, 93, 94, 95, 97, 98, 100, 103,
    ];

    private static readonly Protocol CrossSubject = new("xsub", clip => Side(TrainingPerformers.Contains(clip.Subject)));

    public static IReadOnlyList<Protocol> Ntu60 { get; } = [CrossSubject, new("xview", clip => Side(clip.Camera is 2 or 3))];

    public static IReadOnlyList<Protocol> Ntu120 { get; } = [CrossSubject, new("xset", clip => Side(clip.Setup % 2 == 0))];

    private static string Side(bool trains) => trains ? "train" : "test";
}
