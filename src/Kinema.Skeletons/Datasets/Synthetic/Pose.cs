namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>
/// What one limb aims at. <see cref="Target"/> is read as X outward to the limb's own side, Y up, Z forward, so that a left and a right
/// limb doing the same have the same numbers.
/// </summary>
internal struct Limb
{
    /// <summary>
    /// Arms: the wrist, from the middle between the shoulders, in arm lengths, upright however far the trunk is bent.
    /// Legs: the ankle, from its height on the floor below the standing hips, in leg lengths.
    /// </summary>
    public Vector3D Target;

    /// <summary>Arms: how far the elbow is lifted outward (0 hangs, 1 horizontal). Legs: pitch of the foot, radians, toes down.</summary>
    public double Swivel;

    /// <summary>Moves the target towards another along an arc that bulges forward and outward by <paramref name="bulge"/>.</summary>
    public void Reach(double outward, double up, double forward, double k, double bulge = 0.2)
    {
        var arc = 4 * k * (1 - k) * bulge;
        Target = Vector3D.Lerp(Target, new(outward, up, forward), k) + new Vector3D(0.5 * arc, 0, arc);
    }
}

/// <summary>The controls of the figure at one moment. Angles in radians, lengths in leg lengths unless said.</summary>
internal struct Pose
{
    /// <summary>Where the pelvis is relative to the mark the figure stands on: X to its right, Y unused, Z forward.</summary>
    public Vector3D Travel;

    /// <summary>How far the hips are below standing; negative when airborne.</summary>
    public double Crouch;

    /// <summary>Heading of the pelvis, positive to the left.</summary>
    public double Turn;

    /// <summary>Trunk forward.</summary>
    public double Bend;

    /// <summary>Trunk to the right.</summary>
    public double Lean;

    /// <summary>Shoulders against hips, positive to the left.</summary>
    public double Twist;

    /// <summary>Head down.</summary>
    public double Nod;

    /// <summary>Head against shoulders, positive to the left.</summary>
    public double Look;

    public Limb LeftArm, RightArm, LeftLeg, RightLeg;

    /// <summary>The same pose with left and right exchanged.</summary>
    public readonly Pose Mirrored() => this with
    {
        Travel = new(-Travel.X, Travel.Y, Travel.Z),
        Turn = -Turn,
        Lean = -Lean,
        Twist = -Twist,
        Look = -Look,
        LeftArm = RightArm,
        RightArm = LeftArm,
        LeftLeg = RightLeg,
        RightLeg = LeftLeg,
    };
}
