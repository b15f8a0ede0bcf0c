using static Kinema.Skeletons.Datasets.Synthetic.PortableMath;

namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>
/// The movements, each for a right-handed person, as functions of the phase u (0 the action begins, 1 it is over; before and after,
/// the person stands ready or stays as the action left them). A movement changes the resting pose it is given. Hands are in arm lengths
/// from the middle between the shoulders: the mouth is about 0.35 above and 0.3 ahead, the thigh 0.95 below.
/// </summary>
internal static partial class Motion
{
    /// <summary>Standing: the weight shifts a little, arms hang or the free hand rests somewhere.</summary>
    public static Pose Rest(Style s, double seconds)
    {
        var sway = Wave(0.23 * seconds + s.Phase);
        var breath = Wave(0.31 * seconds + 2 * s.Phase);
        var pose = new Pose
        {
            Travel = new(0.015 * sway, 0, 0.01 * breath),
            Crouch = 0.01 + 0.005 * breath,
            Bend = 0.05 + 0.02 * breath,
            Lean = 0.03 * sway,
            Twist = 0.04 * Wave(0.17 * seconds + 3 * s.Phase),
            Nod = 0.05 + 0.05 * breath,
            Look = 0.15 * Wave(0.13 * seconds + 5 * s.Phase),
            LeftLeg = new() { Target = new(s.Stance, 0, 0.03) },
            RightLeg = new() { Target = new(s.Stance, 0, -0.03) },
        };
        pose.RightArm = Idle(s, s.ActingHand, 0.02 * sway);
        pose.LeftArm = Idle(s, s.FreeHand, -0.02 * sway);
        return pose;
    }

    /// <summary>Seats or walks a person whose action leaves the legs free; who walks is over the mark at 0 seconds.</summary>
    public static void Settle(Style s, double seconds, ref Pose p)
    {
        if (s.Legs == Legs.Sit)
        {
            p.LeftLeg.Target = new(s.Stance, 0, 0.03);                  // no steps on a chair
            p.RightLeg.Target = new(s.Stance, 0, -0.03);
            p.Crouch = 0.47 + 0.07 * s.Pace;
            p.Travel = new(p.Travel.X, 0, -0.42);
        }
        else if (s.Legs == Legs.Walk)
        {
            var length = 0.42 + 0.1 * s.Pace;                           // of one step, leg lengths
            var origin = 2 * s.Phase;                                   // where the mark is, counted in steps
            var steps = (1.2 + 0.2 * s.Pace) * seconds + origin;
            p.Travel += new Vector3D(0.03 * Wave(0.5 * steps), 0, length * (steps - origin));
            p.Crouch += 0.04 + 0.015 * Wave(steps);
            p.LeftLeg = Stride(s, length, steps, origin);
            p.RightLeg = Stride(s, length, steps + 1, origin + 1);
            p.Twist += 0.1 * s.Trunk * Wave(0.5 * steps + 0.25);
        }
    }

    private static Limb Idle(Style s, FreeHand place, double swing)
    {
        var arm = Hang(s, swing);
        switch (place)
        {
            case FreeHand.Loose: arm.Reach(0.42, -0.85, 0.25, 1); break;
            case FreeHand.OnHip: arm.Reach(0.42, -0.78, 0.05, 1); arm.Swivel += 0.6; break;
            case FreeHand.OnBelly: arm.Reach(0.05, -0.62, 0.38, 1); break;
        }

        return arm;
    }

    /// <summary>A foot rests for one step, while the hips pass over it, and swings two steps ahead during the next.</summary>
    private static Limb Stride(Style s, double length, double steps, double origin)
    {
        var cycle = Math.Floor(steps / 2);
        var swing = Math.Clamp(steps - 2 * cycle - 1, 0, 1);
        var place = 2 * cycle + 0.5 + 2 * Ramp(swing, 0, 1);            // in steps, as the hips count them
        return new()
        {
            Target = new(s.Stance, 0.45 * swing * (1 - swing), length * (place - origin)),
            Swivel = 0.5 * Bump(swing, 0, 0.2, 0.4, 0.8),
        };
    }

    private static Limb Hang(Style s, double swing) =>
        new() { Target = new(0.42 + 0.5 * s.Outward, -0.97, 0.06 + 0.5 * s.Forward + swing), Swivel = s.Elbow };

    /// <summary>Both arms hang, where what was done shows by what the hands hold before and after.</summary>
    private static void EmptyHands(Style s, ref Pose p) => (p.LeftArm, p.RightArm) = (Hang(s, 0), Hang(s, 0));

    private static void Both(ref Pose p, double outward, double up, double forward, double k, double bulge = 0.2)
    {
        p.LeftArm.Reach(outward, up, forward, k, bulge);
        p.RightArm.Reach(outward, up, forward, k, bulge);
    }

    private static void Hat(double k, Style s, ref Pose p)
    {
        Both(ref p, 0.2 + 0.3 * s.Outward, 0.62 + 0.5 * s.Upward, 0.15, k, 0.25);
        p.LeftArm.Swivel += 0.3 * k;
        p.RightArm.Swivel += 0.3 * k;
        p.Nod += 0.2 * s.Trunk * k;
    }

    private static void Stoop(double k, Style s, ref Pose p)
    {
        p.Bend += (0.8 + 0.3 * s.Trunk) * k;
        p.Crouch += 0.38 * k;
        p.Nod -= 0.1 * k;
        p.LeftArm.Reach(0.4, -0.75, 0.3, 0.7 * k);
    }

    /// <summary>One foot forward by a stride and up on the way.</summary>
    private static void Step(ref Limb leg, double k, double stride) => leg.Target += new Vector3D(0, 0.25 * k * (1 - k), stride * k);

    private static void Sit(double seated, double leaning, Style s, ref Pose p)
    {
        p.Crouch += 0.5 * seated;
        p.Travel += new Vector3D(0, 0, -0.42 * seated);
        p.Bend += (0.45 + 0.2 * s.Trunk) * leaning - 0.05 * seated;
        Both(ref p, 0.32 + s.Outward, -0.6 + 0.5 * s.Upward, 0.62 + 0.5 * s.Forward, seated, 0.1);
    }
}
