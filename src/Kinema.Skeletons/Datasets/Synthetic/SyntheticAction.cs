namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>One class of the synthetic set.</summary>
/// <param name="Name">The class's name.</param>
/// <param name="Shortest">Seconds the movement takes when hurried.</param>
/// <param name="Longest">Seconds the movement takes at leisure.</param>
/// <param name="Move">The movement, right-handed.</param>
/// <param name="Posture">Whether it can be done sitting and walking too.</param>
/// <param name="Side">The only side it is done with, where the class names one; otherwise the side is the subject's.</param>
internal sealed record SyntheticAction(
    string Name, double Shortest, double Longest, SyntheticAction.Movement Move, Posture Posture, Side Side = Side.Preferred)
{
    /// <summary>Changes a resting pose into that of phase <paramref name="u"/>.</summary>
    public delegate void Movement(double u, Style style, ref Pose pose);

    /// <summary>Sixteen everyday actions; a set of K classes takes the first K.</summary>
    public static IReadOnlyList<SyntheticAction> Everyday { get; } =
    [
        new("wave", 1.4, 3.0, Motion.WaveHand, Posture.Any),
        new("throw", 0.9, 2.0, Motion.Throw, Posture.Any),
        new("kick", 0.9, 1.9, Motion.Kick, Posture.Standing),
        new("sit down", 1.1, 2.4, Motion.SitDown, Posture.Standing),
        new("stand up", 1.1, 2.4, Motion.StandUp, Posture.Standing),
        new("pick up", 1.3, 2.6, Motion.PickUp, Posture.Standing),
        new("put on hat", 1.4, 2.8, Motion.PutOnHat, Posture.Any),
        new("take off hat", 1.4, 2.8, Motion.TakeOffHat, Posture.Any),
        new("drink", 1.6, 3.2, Motion.Drink, Posture.Any),
        new("clap", 1.0, 2.6, Motion.Clap, Posture.Any),
        new("punch", 0.8, 1.8, Motion.Punch, Posture.Standing),
        new("jump", 0.9, 1.7, Motion.Jump, Posture.Standing),
        new("bow", 1.2, 2.6, Motion.Bow, Posture.Standing),
        new("march on the spot", 1.8, 3.4, Motion.March, Posture.Standing),
        new("check watch", 1.4, 2.8, Motion.CheckWatch, Posture.Any),
        new("stretch", 1.6, 3.2, Motion.Stretch, Posture.Any),
    ];

    /// <summary>
    /// Eight pairs that differ only in the side, in the direction of time or in where the hand goes; a set of K classes takes the first K.
    /// </summary>
    public static IReadOnlyList<SyntheticAction> Confusable { get; } =
    [
        new("sit down", 1.1, 2.2, Motion.SitDown, Posture.Standing),
        new("stand up", 1.1, 2.2, Motion.StandUp, Posture.Standing),
        new("put on hat", 1.4, 2.8, Motion.PutOnHat, Posture.Any),
        new("take off hat", 1.4, 2.8, Motion.TakeOffHat, Posture.Any),
        new("throw, right hand", 0.9, 2.0, Motion.Throw, Posture.Any, Side.Right),
        new("throw, left hand", 0.9, 2.0, Motion.Throw, Posture.Any, Side.Left),
        new("pick up", 1.3, 2.6, Motion.PickUp, Posture.Standing),
        new("put down", 1.3, 2.6, Motion.PutDown, Posture.Standing),
        new("drink", 1.6, 3.2, Motion.Drink, Posture.Any),
        new("phone", 1.6, 3.2, Motion.Phone, Posture.Any),
        new("push", 1.0, 2.2, Motion.Push, Posture.Standing),
        new("pull", 1.0, 2.2, Motion.Pull, Posture.Standing),
        new("wave, right hand", 1.4, 3.0, Motion.WaveHand, Posture.Any, Side.Right),
        new("wave, left hand", 1.4, 3.0, Motion.WaveHand, Posture.Any, Side.Left),
        new("kick, right foot", 0.9, 1.9, Motion.Kick, Posture.Standing, Side.Right),
        new("kick, left foot", 0.9, 1.9, Motion.Kick, Posture.Standing, Side.Left),
    ];
}

/// <summary>The side a movement is done with.</summary>
internal enum Side
{
    /// <summary>The subject's own.</summary>
    Preferred,

    /// <summary>Always the right.</summary>
    Right,

    /// <summary>Always the left.</summary>
    Left,
}

/// <summary>What the legs may do while the action goes on.</summary>
internal enum Posture
{
    /// <summary>The action needs the legs.</summary>
    Standing,

    /// <summary>The action can be done standing, seated or walking.</summary>
    Any,
}
