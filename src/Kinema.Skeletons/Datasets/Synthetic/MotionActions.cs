using static Kinema.Skeletons.Datasets.Synthetic.PortableMath;

namespace Kinema.Skeletons.Datasets.Synthetic;

// The actions, each from the resting pose of Motion.cs. Times are phases of the movement: bumps rise, stay and fall at the four they name.
internal static partial class Motion
{
    public static void WaveHand(double u, Style s, ref Pose p)
    {
        var up = Bump(u, 0, 0.2, 0.8, 1);
        var swing = 0.38 * s.Size * Wave(s.Times(2, 4) * Math.Clamp((u - 0.15) / 0.7, 0, 1));
        p.RightArm.Reach(0.75 + s.Outward + swing, 0.75 + s.Upward - 0.3 * swing * swing, 0.3 + s.Forward, up);
        p.RightArm.Swivel += 0.25 * up;
        p.Lean -= 0.05 * s.Trunk * up;
    }

    public static void Throw(double u, Style s, ref Pose p)
    {
        var back = Bump(u, 0, 0.35, 0.42, 0.6);
        var forth = Bump(u, 0.42, 0.58, 0.75, 1);
        var through = Bump(u, 0.56, 0.72, 0.8, 1);
        p.RightArm.Reach(0.7 + s.Outward, 0.5 + s.Upward, -0.3, back, -0.1);
        p.RightArm.Reach(0.2, 0.2 + s.Upward, 0.95, forth, 0);
        p.RightArm.Reach(-0.15, -0.65, 0.55, through, 0.1);
        p.RightArm.Swivel += 0.6 * back;
        p.LeftArm.Reach(0.3, -0.25, 0.75, 0.7 * back);
        p.Twist += s.Trunk * (-0.55 * back + 0.5 * forth);
        p.Turn += s.Trunk * (-0.2 * back + 0.2 * forth);
        p.Bend += s.Trunk * (-0.1 * back + 0.3 * forth);
        Step(ref p.LeftLeg, Ramp(u, 0.3, 0.52) - Ramp(u, 0.85, 1), 0.35 * s.Size);
        p.Travel += new Vector3D(0, 0, 0.2 * s.Size * Bump(u, 0.35, 0.55, 0.85, 1) - 0.06 * back);
        p.Crouch += 0.04 * forth;
    }

    public static void Kick(double u, Style s, ref Pose p)
    {
        var back = Bump(u, 0.05, 0.35, 0.4, 0.55);
        var forth = Bump(u, 0.4, 0.57, 0.65, 0.95);
        p.RightLeg.Reach(0.12, 0.22, -0.45 * s.Size, back, 0);
        p.RightLeg.Reach(0.08, 0.38 + 0.2 * s.Size, 0.85, forth, 0);
        p.RightLeg.Swivel += 0.6 * back - 0.5 * forth;
        p.Travel += new Vector3D(-0.12, 0, 0.05) * Bump(u, 0, 0.25, 0.8, 1);
        p.Bend += s.Trunk * (0.15 * back - 0.25 * forth);
        p.LeftArm.Reach(0.6, -0.5, 0.55, 0.8 * forth);
        p.RightArm.Reach(0.7, -0.7, -0.35, 0.8 * forth, 0);
        p.Twist += 0.25 * s.Trunk * (forth - back);
    }

    public static void SitDown(double u, Style s, ref Pose p) =>
        Sit(Ramp(u, 0.05, 0.75 + 0.1 * s.Timing), Bump(u, 0, 0.4, 0.55, 0.95), s, ref p);

    public static void StandUp(double u, Style s, ref Pose p) =>
        Sit(1 - Ramp(u, 0.25 - 0.1 * s.Timing, 0.95), Bump(u, 0, 0.4, 0.55, 0.95), s, ref p);

    public static void PickUp(double u, Style s, ref Pose p)
    {
        p.RightArm = Hang(s, 0);
        Stoop(Bump(u, 0, 0.4, 0.5, 0.9), s, ref p);
        p.RightArm.Reach(0.18 + s.Outward, -0.95, 0.38, Bump(u, 0.05, 0.38, 0.5, 0.8), 0.1);
        p.RightArm.Reach(0.1 + s.Outward, -0.4 + s.Upward, 0.5 + s.Forward, Ramp(u, 0.5, 0.95), 0.05);
    }

    public static void PutDown(double u, Style s, ref Pose p)
    {
        p.RightArm = Hang(s, 0);
        Stoop(Bump(u, 0.1, 0.5, 0.6, 1), s, ref p);
        p.RightArm.Reach(0.1 + s.Outward, -0.4 + s.Upward, 0.5 + s.Forward, 1 - Ramp(u, 0.05, 0.5), 0.05);
        p.RightArm.Reach(0.18 + s.Outward, -0.95, 0.38, Bump(u, 0.2, 0.5, 0.62, 0.95), 0.1);
    }

    public static void Clap(double u, Style s, ref Pose p)
    {
        var up = Bump(u, 0, 0.2, 0.82, 1);
        var apart = 0.27 - 0.27 * PortableMath.SinCos(2 * Math.PI * s.Times(2, 5) * Math.Clamp((u - 0.12) / 0.76, 0, 1)).Cos;
        p.LeftArm.Reach(0.03 + s.Size * apart, -0.25 + s.Upward, 0.6 + s.Forward, up);
        p.RightArm.Reach(0.03 + s.Size * apart, -0.25 + s.Upward, 0.6 + s.Forward, up);
    }

    public static void Punch(double u, Style s, ref Pose p)
    {
        var guard = Bump(u, 0, 0.2, 0.85, 1);
        var phase = Math.Clamp((u - 0.2) / 0.62, 0, 0.9999) * s.Times(1, 2);
        phase -= Math.Floor(phase);
        var hit = Bump(phase, 0.1, 0.4, 0.5, 0.85);
        p.LeftArm.Reach(0.2, -0.1 + s.Upward, 0.4, guard);
        p.RightArm.Reach(0.25, -0.15 + s.Upward, 0.3, guard);
        p.RightArm.Reach(0.05, -0.02 + s.Upward, 1.05, hit, 0);
        p.Twist += s.Trunk * (0.45 * hit - 0.2 * guard);
        p.Bend += 0.12 * s.Trunk * hit;
        Step(ref p.LeftLeg, guard, 0.2);
        p.Travel += new Vector3D(0, 0, 0.08 * guard + 0.06 * hit);
        p.Crouch += 0.05 * guard;
    }

    public static void Jump(double u, Style s, ref Pose p)
    {
        var load = Bump(u, 0, 0.3, 0.34, 0.46);
        var land = Bump(u, 0.62, 0.72, 0.75, 1);
        var t = Math.Clamp((u - 0.42) / 0.24, 0, 1);
        var air = 4 * t * (1 - t) * 0.3 * s.Size;                     // ballistic
        p.Crouch += 0.28 * s.Size * load + 0.2 * land - air;
        p.Bend += 0.5 * load + 0.3 * land;
        p.LeftLeg.Target += new Vector3D(0, 1.05 * air, 0);
        p.RightLeg.Target += new Vector3D(0, 1.05 * air, 0);
        p.LeftLeg.Swivel += 2 * air;
        p.RightLeg.Swivel += 2 * air;
        var swing = Bump(u, 0.32, 0.46, 0.6, 0.85);
        Both(ref p, 0.45, -0.8, -0.5, load, 0);
        Both(ref p, 0.45, 0.2 + 0.3 * s.Trunk, 0.6, swing, 0.1);
    }

    public static void Drink(double u, Style s, ref Pose p)
    {
        var mouth = Bump(u, 0.2, 0.45, 0.72, 0.95);
        p.RightArm.Reach(0.25 + s.Outward, -0.55, 0.45, Bump(u, 0, 0.2, 0.85, 1));
        p.RightArm.Reach(0.06, 0.28 + 0.3 * s.Upward, 0.3, mouth, 0.1);
        p.Nod -= 0.4 * s.Size * Bump(u, 0.35, 0.55, 0.65, 0.85);
        p.Bend -= 0.06 * s.Trunk * mouth;
    }

    public static void Phone(double u, Style s, ref Pose p)
    {
        var ear = Bump(u, 0.2, 0.45, 0.72, 0.95);
        p.RightArm.Reach(0.25 + s.Outward, -0.55, 0.45, Bump(u, 0, 0.2, 0.85, 1));
        p.RightArm.Reach(0.34, 0.38 + 0.3 * s.Upward, 0.08, ear, 0.1);
        p.Nod += 0.15 * s.Size * Bump(u, 0.35, 0.55, 0.65, 0.85);
        p.Look -= 0.15 * s.Trunk * ear;
    }

    public static void March(double u, Style s, ref Pose p)
    {
        var on = Bump(u, 0, 0.1, 0.9, 1);
        var stride = Wave(s.Times(2, 3) * Math.Clamp(u, 0, 1)) * on;
        var left = Math.Max(0, stride);
        var right = Math.Max(0, -stride);
        p.LeftLeg.Target += new Vector3D(0, 0.32 * left, 0.12 * left) * s.Size;
        p.RightLeg.Target += new Vector3D(0, 0.32 * right, 0.12 * right) * s.Size;
        p.LeftLeg.Swivel += 0.6 * left;
        p.RightLeg.Swivel += 0.6 * right;
        p.Travel += new Vector3D(0.05 * stride, 0, 0);
        EmptyHands(s, ref p);
        p.LeftArm.Target += new Vector3D(0, 0.1 * Math.Abs(stride), -0.35 * stride * s.Size);
        p.RightArm.Target += new Vector3D(0, 0.1 * Math.Abs(stride), 0.35 * stride * s.Size);
        p.Twist -= 0.12 * s.Trunk * stride;
    }

    public static void PutOnHat(double u, Style s, ref Pose p)
    {
        EmptyHands(s, ref p);
        Both(ref p, 0.18, -0.5, 0.45 + s.Forward, 1 - Ramp(u, 0.15, 0.5));          // the hat is held before the belly,
        Hat(Bump(u, 0.12, 0.48, 0.68 + 0.05 * s.Timing, 0.98), s, ref p);            // and the hands come back without it
    }

    public static void TakeOffHat(double u, Style s, ref Pose p)
    {
        EmptyHands(s, ref p);
        Both(ref p, 0.18, -0.5, 0.45 + s.Forward, Ramp(u, 0.5, 0.85));
        Hat(Bump(u, 0.02, 0.36, 0.5 + 0.05 * s.Timing, 0.88), s, ref p);
    }

    public static void Bow(double u, Style s, ref Pose p)
    {
        var down = Bump(u, 0, 0.4, 0.55 + 0.05 * s.Timing, 1);
        p.Bend += (0.75 + 0.25 * s.Size) * down;
        p.Nod += 0.2 * down;
        p.LeftArm = Hang(s, 0);
        Both(ref p, 0.38, -0.92, 0.1, down, 0);
    }

    public static void CheckWatch(double u, Style s, ref Pose p)
    {
        var up = Bump(u, 0, 0.3, 0.75, 1);
        p.LeftArm = Hang(s, 0);
        p.LeftArm.Reach(0.02 + 0.5 * s.Outward, -0.22 + s.Upward, 0.5 + s.Forward, up);
        p.LeftArm.Swivel += 0.5 * up;
        p.Nod += 0.45 * up;
        p.Look += 0.25 * up;
        if (s.FreeHand is FreeHand.Loose or FreeHand.OnBelly)
        {
            p.RightArm.Reach(-0.1, -0.3 + s.Upward, 0.5, Bump(u, 0.2, 0.42, 0.68, 0.95));        // pushes the sleeve up
        }
    }

    public static void Stretch(double u, Style s, ref Pose p)
    {
        var up = Bump(u, 0, 0.4, 0.65, 1);
        var side = Ramp(u, 0, 0.25) - Ramp(u, 0.8, 1);
        Both(ref p, 1.25, -0.1, 0.05, side * (1 - up), 0);
        Both(ref p, 0.55 + s.Outward, 0.95 + s.Upward, -0.05, up, 0);
        p.Bend -= 0.15 * s.Trunk * up;
        p.Nod -= 0.25 * up;
    }

    public static void Push(double u, Style s, ref Pose p)
    {
        var near = Bump(u, 0, 0.25, 0.35, 0.65);
        var far = Bump(u, 0.35, 0.68, 0.75, 1);
        Both(ref p, 0.35 + s.Outward, -0.2 + s.Upward, 0.28, near);
        Both(ref p, 0.35 + s.Outward, -0.12 + s.Upward, 0.98, far, 0);
        p.Bend += s.Trunk * (0.2 * far - 0.05 * near);
        Step(ref p.LeftLeg, Bump(u, 0.25, 0.5, 0.85, 1), 0.3);
        p.Travel += new Vector3D(0, 0, 0.16 * far);
    }

    public static void Pull(double u, Style s, ref Pose p)
    {
        var far = Bump(u, 0, 0.28, 0.34, 0.65);
        var near = Bump(u, 0.34, 0.66, 0.75, 1);
        Both(ref p, 0.35 + s.Outward, -0.12 + s.Upward, 0.98, far, 0);
        Both(ref p, 0.35 + s.Outward, -0.25 + s.Upward, 0.28, near, 0);
        p.Bend += s.Trunk * (0.15 * far - 0.2 * near);
        Step(ref p.RightLeg, Bump(u, 0.3, 0.55, 0.85, 1), -0.3);
        p.Travel += new Vector3D(0, 0, -0.16 * near);
    }
}
