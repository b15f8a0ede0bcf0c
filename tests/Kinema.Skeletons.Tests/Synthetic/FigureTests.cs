using Kinema.Skeletons.Datasets.Synthetic;

namespace Kinema.Skeletons.Tests.Synthetic;

public class FigureTests
{
    private static readonly (Landmark From, Landmark To)[] Bones =
    [
        (Landmark.HipCenter, Landmark.LowerSpine), (Landmark.ShoulderCenter, Landmark.Neck), (Landmark.Neck, Landmark.Head),
        (Landmark.LeftShoulder, Landmark.RightShoulder), (Landmark.LeftHip, Landmark.RightHip), (Landmark.HipCenter, Landmark.LeftHip),
        (Landmark.LeftShoulder, Landmark.LeftElbow), (Landmark.LeftElbow, Landmark.LeftWrist), (Landmark.LeftWrist, Landmark.LeftHand),
        (Landmark.RightShoulder, Landmark.RightElbow), (Landmark.RightElbow, Landmark.RightWrist),
        (Landmark.RightWrist, Landmark.RightHandTip),
        (Landmark.LeftHip, Landmark.LeftKnee), (Landmark.LeftKnee, Landmark.LeftAnkle), (Landmark.LeftAnkle, Landmark.LeftFoot),
        (Landmark.RightHip, Landmark.RightKnee), (Landmark.RightKnee, Landmark.RightAnkle), (Landmark.RightAnkle, Landmark.RightFoot),
        (Landmark.Head, Landmark.Nose), (Landmark.Head, Landmark.LeftEye), (Landmark.Head, Landmark.RightEar),
    ];

    private static readonly SyntheticAction[] All = [.. SyntheticAction.Everyday, .. SyntheticAction.Confusable];

    public static TheoryData<string> Actions => [.. All.Select(action => action.Name).Distinct()];

    [Theory]
    [MemberData(nameof(Actions))]
    public void Bones_keep_their_length_whatever_the_body_does(string action)
    {
        for (var clip = 0; clip < 6; clip++)                       // standing, seated, walking, left and right
        {
            var performance = Perform(action, clip);
            var first = Frame(performance, 0);
            for (var frame = 1; frame < performance.Frames; frame++)
            {
                var now = Frame(performance, frame);
                Assert.InRange(Bones.Max(bone => Math.Abs(Length(first, bone) - Length(now, bone))), 0, 1e-9);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Actions))]
    public void Nobody_sinks_into_the_floor_or_floats_above_it(string action)
    {
        for (var clip = 0; clip < 6; clip++)
        {
            var performance = Perform(action, clip);
            for (var frame = 0; frame < performance.Frames; frame++)
            {
                var points = Frame(performance, frame);
                var lowest = Math.Min(points[(int)Landmark.LeftFoot].Y, points[(int)Landmark.RightFoot].Y);
                Assert.InRange(lowest, -0.06, action == "jump" ? 0.6 : 0.16);
                Assert.True(points.Min(point => point.Y) > -0.06);
            }
        }
    }

    [Fact]
    public void A_resting_person_stands_upright_with_flat_feet()
    {
        var body = AnyBody();
        var points = Frame(body, Motion.Rest(AnyStyle(FreeHand.Hangs), seconds: 0));

        Assert.InRange(points[(int)Landmark.Head].Y, 0.85 * body.Height, body.Height);
        Assert.InRange(points[(int)Landmark.HipCenter].Y, 0.45 * body.Height, 0.6 * body.Height);
        foreach (var (ankle, foot, hand) in new[]
        {
            (Landmark.LeftAnkle, Landmark.LeftFoot, Landmark.LeftHand),
            (Landmark.RightAnkle, Landmark.RightFoot, Landmark.RightHand),
        })
        {
            Assert.InRange(points[(int)ankle].Y, 0.9 * body.Ankle, 1.2 * body.Ankle);
            Assert.InRange(points[(int)foot].Y, 0, body.Ankle);
            Assert.True(points[(int)foot].Z < points[(int)ankle].Z, "toes point ahead, along -z");
            Assert.InRange(points[(int)hand].Y, 0.35 * body.Height, 0.5 * body.Height);
        }
    }

    [Fact]
    public void A_camera_sees_an_upright_person_who_faces_it_with_the_right_side_at_larger_x()
    {
        var camera = new SyntheticCamera(yaw: 0, pitch: 0.2, height: 1.4, distance: 2.5);
        var points = Frame(AnyBody(), Motion.Rest(AnyStyle(FreeHand.Hangs), seconds: 0)).Select(camera.ToCamera).ToArray();

        Assert.True(points[(int)Landmark.RightShoulder].X > points[(int)Landmark.LeftShoulder].X + 0.2);
        Assert.True(points[(int)Landmark.Head].Y > points[(int)Landmark.HipCenter].Y + 0.5);
        Assert.True(points[(int)Landmark.HipCenter].Y > points[(int)Landmark.LeftFoot].Y + 0.5);
        Assert.All(points, point => Assert.InRange(point.Z, 1.5, 3.5));
        Assert.True(points[(int)Landmark.Nose].Z < points[(int)Landmark.Head].Z, "the face is nearer than the head");
    }

    [Fact]
    public void What_a_camera_looks_down_at_is_in_the_middle_of_its_picture()
    {
        var camera = new SyntheticCamera(yaw: 0.5, pitch: 0.2, height: 2, distance: 3);
        var (sin, cos) = PortableMath.SinCos(0.2);

        var seen = camera.ToCamera(new(0, 2 - 3 * sin / cos, 0));

        Assert.Equal(0, seen.X, 1e-12);
        Assert.Equal(0, seen.Y, 1e-12);
        Assert.Equal(3 / cos, seen.Z, 1e-12);
    }

    [Fact]
    public void A_mirrored_pose_gives_the_mirrored_figure()
    {
        var style = AnyStyle(FreeHand.OnHip);
        var pose = Motion.Rest(style, 1.3);
        Motion.Throw(0.4, style, ref pose);
        var (points, mirrored) = (Frame(AnyBody(), pose), Frame(AnyBody(), pose.Mirrored()));

        for (var left = (int)Landmark.LeftShoulder; left <= (int)Landmark.LeftEar; left++)
        {
            var (one, other) = (points[left], mirrored[left + (Landmark.RightShoulder - Landmark.LeftShoulder)]);
            Assert.Equal(0, (new Vector3D(-one.X, one.Y, one.Z) - other).Length, 1e-12);
        }
    }

    [Fact]
    public void Hands_and_feet_get_where_the_action_needs_them()
    {
        Assert.True(At(Motion.WaveHand, 0.5, Landmark.RightHand).Y > At(Motion.WaveHand, 0.5, Landmark.RightShoulder).Y);
        Assert.True(At(Motion.Kick, 0.6, Landmark.RightFoot).Y > 0.4);
        Assert.True(At(Motion.Kick, 0.6, Landmark.RightFoot).Z < -0.4);
        Assert.InRange(At(Motion.SitDown, 1, Landmark.HipCenter).Y, 0.3, 0.65);
        Assert.True(At(Motion.StandUp, 1, Landmark.HipCenter).Y > 0.75);
        Assert.InRange(At(Motion.PickUp, 0.45, Landmark.RightHand).Y, 0, 0.45);
        Assert.True(At(Motion.Jump, 0.54, Landmark.LeftFoot).Y > 0.2);
        Assert.True((At(Motion.PutOnHat, 0.6, Landmark.LeftHand) - At(Motion.PutOnHat, 0.6, Landmark.Head)).Length < 0.35);
        Assert.True((At(Motion.Drink, 0.6, Landmark.RightHand) - At(Motion.Drink, 0.6, Landmark.Nose)).Length < 0.3);
        Assert.True((At(Motion.Phone, 0.6, Landmark.RightHand) - At(Motion.Phone, 0.6, Landmark.RightEar)).Length < 0.3);
        Assert.True((At(Motion.Clap, 0.12, Landmark.LeftHand) - At(Motion.Clap, 0.12, Landmark.RightHand)).Length < 0.45);
    }

    [Fact]
    public void Sine_and_cosine_agree_with_the_library()
    {
        for (var angle = -40.0; angle <= 40; angle += 0.0137)
        {
            var (sin, cos) = PortableMath.SinCos(angle);
            Assert.Equal(Math.Sin(angle), sin, 1e-14);
            Assert.Equal(Math.Cos(angle), cos, 1e-14);
        }
    }

    [Fact]
    public void Sensor_noise_has_the_deviation_it_claims_and_none_at_strength_zero()
    {
        var draws = Draws.ForClip(3, 0);
        var noise = Enumerable.Range(0, 4000).Select(_ => draws.Noise()).ToArray();
        var still = new Vector3D[20];
        SensorNoise.Add(still, new Vector3D[10], strength: 0, ref draws);

        Assert.Equal(0, noise.Average(n => n.X + n.Y + n.Z), 0.1);
        Assert.Equal(1, noise.Average(n => n.X * n.X), 0.1);
        Assert.Equal(0, noise.Average(n => n.X * n.Z), 0.1);
        Assert.All(still, point => Assert.Equal(default, point));
    }

    private static Performance Perform(string name, int clip)
    {
        var (subjects, clips) = (Draws.ForSubject(11, clip), Draws.ForClip(11, clip));
        var action = All.First(action => action.Name == name);
        return Performance.Draw(Subject.Draw(ref subjects), action, new SyntheticOptions(), ref clips);
    }

    private static Vector3D[] Frame(Performance performance, int frame)
    {
        var points = new Vector3D[Figure.Landmarks];
        performance.Landmarks(frame, points);
        return points;
    }

    private static Vector3D[] Frame(Body body, Pose pose)
    {
        var points = new Vector3D[Figure.Landmarks];
        Figure.Solve(body, pose, points);
        return points;
    }

    private static Vector3D At(SyntheticAction.Movement move, double u, Landmark landmark)
    {
        var style = AnyStyle(FreeHand.Hangs);
        var pose = Motion.Rest(style, seconds: 0);
        move(u, style, ref pose);
        return Frame(AnyBody(), pose)[(int)landmark];
    }

    private static Body AnyBody()
    {
        var draws = Draws.ForSubject(1, 0);
        return Body.Draw(ref draws);
    }

    private static Style AnyStyle(FreeHand hands)
    {
        var draws = Draws.ForClip(1, 0);
        var average = Style.Draw(ref draws) with { Size = 1, Trunk = 1, Outward = 0, Upward = 0, Forward = 0 };
        return average with { FreeHand = hands, ActingHand = hands };
    }

    private static double Length(Vector3D[] points, (Landmark From, Landmark To) bone) =>
        (points[(int)bone.To] - points[(int)bone.From]).Length;
}
