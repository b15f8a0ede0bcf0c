namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>
/// Turns the controls of a pose into the landmarks of a body: trunk and head by forward kinematics, limbs by the law of cosines (a hand
/// or foot goes where it is told, as far as the limb reaches; elbow and knee follow), so every bone keeps its length whatever the pose.
/// The figure stands on the floor y = 0 at the origin and faces −z; x is its right, y up. Metres.
/// </summary>
internal static class Figure
{
    /// <summary>The number of <see cref="Landmark"/> values.</summary>
    public static readonly int Landmarks = Enum.GetValues<Landmark>().Length;

    private const double Straightest = 0.985;          // of a limb's length: joints never lock
    private const double Standing = 0.975;             // hip above ankle when upright, in leg lengths
    private const double HipDrop = 0.25;               // hip joints below the hip centre, in half hip widths

    /// <summary>Fills <paramref name="points"/> (indexed by <see cref="Landmark"/>).</summary>
    public static void Solve(Body body, in Pose pose, Span<Vector3D> points)
    {
        var heading = Rotation.Turn(pose.Turn);
        var lean = Rotation.Turn(pose.Twist).After(Rotation.Lean(pose.Lean));
        var pelvis = heading.After(Rotation.Bend(0.6 * pose.Bend));
        var chest = heading.After(lean).After(Rotation.Bend(pose.Bend));
        var skull = heading.After(lean).After(Rotation.Turn(pose.Look)).After(Rotation.Bend(0.6 * pose.Bend + pose.Nod));

        // Who bends forward moves the hips back, or falls over; on a chair nobody has to.
        var (sinBend, _) = PortableMath.SinCos(pose.Bend);
        var balance = 0.35 * body.Trunk * sinBend * Math.Clamp(1 - 2 * pose.Crouch, 0, 1);
        var hips = heading.Apply(new(pose.Travel.X * body.Leg, 0, balance - pose.Travel.Z * body.Leg))
            + new Vector3D(0, body.Ankle + body.Leg * (Standing - pose.Crouch) + HipDrop * body.HalfHips, 0);

        var lowerSpine = hips + pelvis.Up * (0.2 * body.Trunk);
        var spineMid = lowerSpine + pelvis.Up * (0.1 * body.Trunk) + chest.Up * (0.2 * body.Trunk);
        var shoulders = spineMid + chest.Up * (0.5 * body.Trunk);
        var neck = shoulders + skull.Up * body.Neck;
        var head = neck + skull.Up * body.Head - skull.Back * (0.25 * body.Head);
        points[(int)Landmark.HipCenter] = hips;
        points[(int)Landmark.LowerSpine] = lowerSpine;
        points[(int)Landmark.SpineMid] = spineMid;
        points[(int)Landmark.ShoulderCenter] = shoulders;
        points[(int)Landmark.Neck] = neck;
        points[(int)Landmark.Head] = head;
        points[(int)Landmark.Nose] = head - skull.Back * (0.7 * body.Head);

        var upright = heading.After(Rotation.Turn(pose.Twist));
        for (var side = -1; side <= 1; side += 2)
        {
            var first = (int)(side < 0 ? Landmark.LeftShoulder : Landmark.RightShoulder);
            var eye = head - skull.Back * (0.55 * body.Head) + skull.Up * (0.2 * body.Head);
            points[first + 10] = eye + skull.Right * (side * 0.25 * body.Head);
            points[first + 11] = head + skull.Right * (side * 0.6 * body.Head);
            Arm(body, side, side < 0 ? pose.LeftArm : pose.RightArm, shoulders, chest, upright, points[first..]);
            Leg(body, side, side < 0 ? pose.LeftLeg : pose.RightLeg, hips, pelvis, heading, points[(first + 6)..]);
        }
    }

    private static void Arm(Body body, int side, Limb arm, Vector3D shoulders, Rotation chest, Rotation upright, Span<Vector3D> points)
    {
        var middle = shoulders - chest.Up * (0.22 * body.HalfShoulders);
        var shoulder = middle + chest.Right * (side * body.HalfShoulders);
        var target = middle + upright.Apply(new(side * arm.Target.X, arm.Target.Y, -arm.Target.Z)) * body.Arm;
        var pole = upright.Apply(new(side * (0.35 + 1.5 * arm.Swivel), -0.8 + 0.8 * arm.Swivel, 0.5));
        var (elbow, wrist) = Bones(shoulder, target, body.UpperArm, body.Forearm, pole);

        var forearm = (wrist - elbow) * (1 / body.Forearm);
        var across = Perpendicular(upright.Right * -side + upright.Up * 0.5, forearm);
        points[0] = shoulder;
        points[1] = elbow;
        points[2] = wrist;
        points[3] = wrist + forearm * body.Hand;
        points[4] = wrist + forearm * (2 * body.Hand);
        points[5] = wrist + forearm * (0.6 * body.Hand) + across * (0.5 * body.Hand);
    }

    private static void Leg(Body body, int side, Limb leg, Vector3D hips, Rotation pelvis, Rotation heading, Span<Vector3D> points)
    {
        var hip = hips + pelvis.Right * (side * body.HalfHips) - pelvis.Up * (HipDrop * body.HalfHips);
        var target = heading.Apply(new(side * leg.Target.X, leg.Target.Y, -leg.Target.Z)) * body.Leg + new Vector3D(0, body.Ankle, 0);
        var (knee, ankle) = Bones(hip, target, body.Thigh, body.Shin, heading.Apply(new(side * 0.15, 0, -1)));

        // A flat foot touches the floor with its ball: down by half the ankle's height, the rest forward and a little outward.
        var drop = 0.5 * body.Ankle / body.Foot;
        var toes = Rotation.Bend(leg.Swivel).Apply(new Vector3D(side * 0.2, -drop, -Math.Sqrt(1 - drop * drop - 0.04)));
        points[0] = hip;
        points[1] = knee;
        points[2] = ankle;
        points[3] = ankle + heading.Apply(toes) * body.Foot;
    }

    /// <summary>Two bones from <paramref name="root"/> towards a target; the joint between them lies on the side of the pole.</summary>
    private static (Vector3D Middle, Vector3D End) Bones(Vector3D root, Vector3D target, double upper, double lower, Vector3D pole)
    {
        var aim = target - root;
        var distance = Math.Max(aim.Length, 1e-6);
        var along = aim * (1 / distance);
        var reach = Math.Clamp(distance, 0.35 * (upper + lower), Straightest * (upper + lower));
        var foot = (upper * upper - lower * lower + reach * reach) / (2 * reach);
        var height = Math.Sqrt(Math.Max(0, upper * upper - foot * foot));
        return (root + along * foot + Perpendicular(pole, along) * height, root + along * reach);
    }

    /// <summary>The unit vector at a right angle to <paramref name="axis"/> nearest to <paramref name="direction"/>.</summary>
    private static Vector3D Perpendicular(Vector3D direction, Vector3D axis)
    {
        var across = direction - axis * Vector3D.Dot(direction, axis);
        return across * (1 / Math.Max(across.Length, 1e-9));
    }
}
