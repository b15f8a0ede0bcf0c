using System.Numerics;
using System.Text;
using Kinema.Skeletons.Datasets.Bvh;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Bvh;

public sealed class BvhTests
{
    private const string Text = """
        HIERARCHY
        ROOT Hips
        {
          OFFSET 1 2 3
          CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
          JOINT LeftUpLeg
          {
            OFFSET 0 -4 0
            CHANNELS 3 Yrotation Zrotation Xrotation
            JOINT Left Foot
            {
              OFFSET 0 -5 0
              CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
              End Site
              {
                OFFSET 0 0 1.5
              }
            }
          }
          JOINT RightUpLeg
          {
            OFFSET 2 -4 0
            CHANNELS 0
            End Site { OFFSET 0 -1 0 }
          }
        }
        MOTION
        Frames: 2
        Frame Time: 0.033333
        0 0 0  0 0 0  0 0 0  0 -5 0  0 0 0
        10 20 30  30 40 50  -60 70 80  0.5 -6 0.25  15 -25 35

        """;

    private static BvhMotion Read(string text) => BvhReader.Read(Encoding.UTF8.GetBytes(text), "walk.bvh");

    private static double[] Positions(BvhMotion motion, int frame)
    {
        var (skeleton, positions) = (motion.Skeleton, new double[3 * motion.Skeleton.Joints.Count]);
        skeleton.Pose(motion.Motion.AsSpan(frame * skeleton.ChannelCount, skeleton.ChannelCount), positions, new double[9 * skeleton.Joints.Count]);
        return positions;
    }

    [Fact]
    public void The_hierarchy_is_read_with_names_ends_and_channels()
    {
        var skeleton = Read(Text).Skeleton;

        Assert.Equal(["Hips", "LeftUpLeg", "Left Foot", "Left Foot-end", "RightUpLeg", "RightUpLeg-end"], skeleton.Joints.Select(joint => joint.Name));
        Assert.Equal([-1, 0, 1, 2, 0, 4], skeleton.Joints.Select(joint => joint.Parent));
        Assert.Equal(15, skeleton.ChannelCount);
        Assert.Equal([new(1, true), new(2, true), new(0, true)], skeleton.Joints[1].Channels);
    }

    [Fact]
    public void At_rest_joints_lie_at_the_sums_of_their_offsets() =>
        Assert.Equal([1, 2, 3, 1, -2, 3, 1, -7, 3, 1, -7, 4.5, 3, -2, 3, 3, -3, 3], Positions(Read(Text), 0));

    // The reference: 4×4 matrices of System.Numerics, whose vectors are rows, so that products run from the joint up to the root.
    [Fact]
    public void Forward_kinematics_agrees_with_products_of_matrices()
    {
        var motion = Read(Text);
        var hips = Y(50) * X(40) * Z(30) * Matrix4x4.CreateTranslation(11, 22, 33);
        var leg = X(80) * Z(70) * Y(-60) * Matrix4x4.CreateTranslation(0, -4, 0) * hips;
        var foot = Y(35) * X(-25) * Z(15) * Matrix4x4.CreateTranslation(0.5f, -6, 0.25f) * leg;
        var right = Matrix4x4.CreateTranslation(2, -4, 0) * hips;
        Vector3[] expected =
        [
            hips.Translation, leg.Translation, foot.Translation, Vector3.Transform(new(0, 0, 1.5f), foot), right.Translation, Vector3.Transform(new(0, -1, 0), right),
        ];

        var actual = Positions(motion, 1);

        for (var joint = 0; joint < expected.Length; joint++)
        {
            for (var axis = 0; axis < 3; axis++) Assert.Equal(expected[joint][axis], actual[3 * joint + axis], 1e-4);
        }

        static Matrix4x4 X(float degrees) => Matrix4x4.CreateRotationX(float.DegreesToRadians(degrees));
        static Matrix4x4 Y(float degrees) => Matrix4x4.CreateRotationY(float.DegreesToRadians(degrees));
        static Matrix4x4 Z(float degrees) => Matrix4x4.CreateRotationZ(float.DegreesToRadians(degrees));
    }

    [Fact]
    public void The_hierarchy_makes_a_layout_that_any_encoder_takes()
    {
        var skeleton = Read(Text.Replace("Left Foot", "LeftFoot", StringComparison.Ordinal)).Skeleton;

        var (layout, ends) = (skeleton.ToLayout(endSites: false, "walk.bvh"), skeleton.ToLayout(endSites: true, "walk.bvh"));

        Assert.Equal(["Hips", "LeftUpLeg", "LeftFoot", "RightUpLeg"], layout.Joints);
        Assert.Equal([0, 0, 1, 0], layout.Parents);
        Assert.Equal([[0], [1, 2], [3]], layout.Hyperedges);
        Assert.Equal([new(1, 3)], layout.LeftRight);
        Assert.Equal(0, layout.Center);
        Assert.Equal(6, ends.JointCount);
        Assert.Equal([[0], [1, 2, 3], [4, 5]], ends.Hyperedges);
    }

    [Theory]
    [InlineData("HIERARCHY", "HIERARCHIES", "walk.bvh: line 1: 'HIERARCHIES' where HIERARCHY is expected")]
    [InlineData("ROOT Hips", "ROOT", "walk.bvh: line 2: a joint has no name, or one of more than 200 bytes")]
    [InlineData("OFFSET 1 2 3", "OFFSET 1 two 3", "walk.bvh: line 4: an offset is 'two', no finite number")]
    [InlineData("CHANNELS 6 X", "CHANNELS 7 X", "walk.bvh: line 5: 7 channels; a joint has 0 to 6")]
    [InlineData("Yrotation Zrotation Xrotation\n    J", "Yrotation Yrotation Xrotation\n    J", "walk.bvh: line 9: channel Yrotation is there twice")]
    [InlineData("Yrotation Zrotation Xrotation\n    J", "Yrotation Wrotation Xrotation\n    J", "walk.bvh: line 9: 'Wrotation' is no channel")]
    [InlineData("RightUpLeg", "LeftUpLeg", "walk.bvh: line 20: joint 'LeftUpLeg' is there twice")]
    [InlineData("Frames: 2", "Frames: 3", "walk.bvh: line 32: the file ends in frame 2 of 3 (number 0 of 15): it is cut off")]
    [InlineData("Frames: 2", "Frames: 1", "walk.bvh: line 31: more numbers than Frames: 1 and 15 channels say")]
    [InlineData("Frames: 2", "Frames: 0", "walk.bvh: line 28: Frames: 0; a clip has at least 1")]
    [InlineData("Frames: 2", "Frames: 1e300", "walk.bvh: the clip has more than 20000 frames")]
    [InlineData("30 40 50", "30 nan 50", "walk.bvh: line 31: number 4 of frame 1 is 'nan', no finite number")]
    [InlineData("End Site { OFFSET 0 -1 0 }", "End Site { OFFSET 0 -1 0 JOINT a", "walk.bvh: line 24: an End Site has no joints")]
    [InlineData("MOTION", "}\nMOTION", "walk.bvh: line 27: '}' where MOTION is expected")]
    public void A_wrong_file_is_refused_with_file_line_and_reason(string replaced, string by, string complaint)
    {
        var text = Text.Replace(replaced, by, StringComparison.Ordinal);
        Assert.NotEqual(Text, text);

        Assert.StartsWith(complaint, Assert.Throws<KinemaException>(() => Read(text)).Message, StringComparison.Ordinal);
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_files_are_refused_and_nothing_else()
    {
        var valid = Encoding.UTF8.GetBytes(Text);
        Hostile.OnlyRefuse(valid, 4000, bytes => BvhReader.Read(bytes, "walk.bvh").Skeleton.ToLayout(true, "walk.bvh"));
        Hostile.OnlyRefuseCut(valid, bytes => BvhReader.Read(bytes, "walk.bvh"));
        Assert.Throws<KinemaException>(() => Read("HIERARCHY ROOT a { OFFSET 0 0 0 CHANNELS 0 " + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"JOINT j{i}\n {{ OFFSET 0 0 0 CHANNELS 0 "))));
    }
}
