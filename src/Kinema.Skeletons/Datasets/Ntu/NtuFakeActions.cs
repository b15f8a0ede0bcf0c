using Kinema.Skeletons.Datasets.Synthetic;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// What a made-up person does in each of the 120 classes: twenty movements, done once, there and back, or three times, upright with the
/// right hand or leaning over with the left. The movements have nothing to do with the names of the classes; but every class has its own.
/// </summary>
internal static class NtuFakeActions
{
    private const double Lean = 0.3;                            // radians

    private static readonly SyntheticAction[] Movements =
        [.. SyntheticAction.Everyday, .. SyntheticAction.Confusable.Where(action => action.Name is "put down" or "phone" or "push" or "pull")];

    /// <summary>The movement of each action, by its number - 1.</summary>
    public static IReadOnlyList<SyntheticAction> All { get; } = [.. Enumerable.Range(0, 120).Select(Make)];

    private static SyntheticAction Make(int label)
    {
        var movement = Movements[label % Movements.Length];
        var variant = label / Movements.Length;
        var (times, leans) = (1 + variant / 2, variant % 2 == 1);
        var longer = 0.6 + 0.5 * times;
        return movement with
        {
            Shortest = movement.Shortest * longer,
            Longest = movement.Longest * longer,
            Side = leans ? Side.Left : Side.Right,
            Move = (double u, Style style, ref Pose pose) =>
            {
                movement.Move(Phase(u * times, times), style, ref pose);
                if (leans)
                    pose.Lean += Lean;
            },
        };
    }

    // There and back again, so that nothing jumps; before the first and after the last time the phase runs on.
    private static double Phase(double u, int times)
    {
        var time = (int)Math.Clamp(Math.Floor(u), 0, times - 1);
        return time % 2 == 0 ? u - time : time + 1 - u;
    }
}
