using System.Text;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Datasets.Poses;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Poses;

public sealed class PoseJsonTests
{
    private static readonly SkeletonLayout Space =
        Layouts.Parse("{name: space, center: elbow, joints: [shoulder, elbow, wrist], bones: [[elbow, shoulder], [wrist, elbow]]}", "space.yaml");

    private static RawClip Read(string json, SkeletonLayout? layout = null, int persons = 2) => Read(Encoding.UTF8.GetBytes(json), layout, persons);

    private static RawClip Read(byte[] json, SkeletonLayout? layout = null, int persons = 2)
    {
        var sheet = new PoseSheet("arm.json");
        PoseJson.Read(json, sheet);
        return new PoseReader(sheet, layout ?? Toy.Arm, new ReadingOptions(MaximumPersons: persons)).Clip();
    }

    // One frame of one body, in all the ways there are.
    [Theory]
    [InlineData("[[[1,2],[3,4],[5,6]]]")]
    [InlineData("[[1,2,3,4,5,6]]")]
    [InlineData("[[[1,2,0.9],[3,4,0.9],[5,6,0.9]]]")]
    [InlineData("[[[[1,2],[3,4],[5,6]]]]")]
    [InlineData("{\"skeletons\": [[[1,2],[3,4],[5,6]]], \"file_name\": \"a\"}")]
    [InlineData("{\"keypoints\": [[[1,2],[3,4],[5,6]]], \"label\": \"wave\"}")]
    [InlineData("{\"frames\": [{\"keypoints\": [[1,2],[3,4],[5,6]]}]}")]
    [InlineData("{\"frames\": [[[1,2],[3,4],[5,6]]]}")]
    [InlineData("{\"keypoints\": [1,2,0.9,3,4,0.9,5,6,0.9]}")]
    [InlineData("[{\"keypoints\": [1,2,3,4,5,6], \"unknown\": {\"deep\": [1, {\"er\": null}]}}]")]
    [InlineData("[{\"keypoints\": [[1,2],[3,4],[5,6]], \"keypoint_scores\": [0.9,0.8,0.7]}]")]
    [InlineData("{\"version\": 1.3, \"people\": [{\"person_id\": [-1], \"pose_keypoints_2d\": [1,2,0.9,3,4,0.9,5,6,0.9], \"pose_keypoints_3d\": []}]}")]
    [InlineData("{\"data\": [{\"frame_index\": 1, \"skeleton\": [{\"pose\": [1,2,3,4,5,6], \"score\": [0.5,0.5,0.5]}]}], \"label\": \"wave\", \"label_index\": 3}")]
    [InlineData("[{\"image_id\": \"00001.jpg\", \"category_id\": 1, \"keypoints\": [1,2,0.9,3,4,0.9,5,6,0.9], \"score\": 2.5, \"idx\": 1}]")]
    [InlineData("{\"instance_info\": [{\"frame_id\": 1, \"instances\": [{\"keypoints\": [[1,2],[3,4],[5,6]], \"keypoint_scores\": [1,1,1]}]}]}")]
    [InlineData("[{\"landmarks\": [{\"x\": 1, \"y\": 2, \"z\": 9, \"visibility\": 0.9}, {\"x\": 3, \"y\": 4, \"z\": 9}, {\"y\": 6, \"x\": 5}]}]")]
    [InlineData("[[{\"x\": 1, \"y\": 2}, {\"x\": 3, \"y\": 4}, {\"x\": 5, \"y\": 6}]]")]
    [InlineData("[null, {\"landmarks\": [[{\"x\": 1, \"y\": 2}, {\"x\": 3, \"y\": 4}, {\"x\": 5, \"y\": 6}]]}, {\"landmarks\": []}, {\"people\": []}]", 4, 1)]
    [InlineData("{\"keypoints\": [[1,2],[3,4],[5,6]]}\n{\"keypoints\": null}\n\n{\"keypoints\": [[7,7],[7,7],[7,7]]}\n", 3)]
    [InlineData("[[1,2],[3,4],[5,6]]\n[[7,7],[7,7],[7,7]]\n", 2)]
    [InlineData("{\"frame\": 2, \"keypoints\": [[7,7],[7,7],[7,7]]}\n{\"frame\": 1, \"keypoints\": [[1,2],[3,4],[5,6]]}", 2)]
    public void Poses_of_many_kinds_are_the_same_clip(string json, int frames = 1, int at = 0)
    {
        var clip = Read(json);

        Assert.Equal((frames, 1), (clip.Frames, clip.Persons));
        Assert.Equal([1, 2, 0, 3, 4, 0, 5, 6, 0], clip.Points[(at * 9)..(at * 9 + 9)]);
    }

    [Theory]
    [InlineData("[[[1,2,3],[4,5,6],[7,8,9]]]")]
    [InlineData("[[1,2,3,0.5,4,5,6,0.5,7,8,9,0.5]]")]
    [InlineData("[{\"landmarks\": [[{\"x\":0,\"y\":0,\"z\":0},{\"x\":0,\"y\":0,\"z\":0},{\"x\":0,\"y\":0,\"z\":0}]], \"worldLandmarks\": [[{\"x\":1,\"y\":2,\"z\":3},{\"x\":4,\"y\":5,\"z\":6},{\"x\":7,\"y\":8,\"z\":9}]]}]")]
    [InlineData("[{\"poseWorldLandmarks\": {\"landmark\": [{\"x\":1,\"y\":2,\"z\":3},{\"x\":4,\"y\":5,\"z\":6},{\"x\":7,\"y\":8,\"z\":9}]}}]")]
    public void Joints_in_space_have_three_coordinates_and_go_before_those_in_the_picture(string json) =>
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], Read(json, Space).Points);

    [Theory]
    [InlineData("[[[1,2],null,[5,6]]]")]
    [InlineData("[[[1,2],[null,null],[5,6]]]")]
    [InlineData("[[[1,2],[NaN,4],[5,6]]]")]
    [InlineData("[[[1,2],[],[5,6]]]")]
    [InlineData("[[[1,2,1],[3,4,0],[5,6,1]]]")]
    [InlineData("[{\"keypoints\": [1,2,1,0,0,0,5,6,1], \"note\": \"NaN \\\" NaN\"}]")]
    [InlineData("[{\"keypoints\": [1,2,0,0,5,6]}]")]
    [InlineData("[[{\"x\":1,\"y\":2},{\"x\":3,\"y\":null},{\"x\":5,\"y\":6}]]")]
    public void A_joint_not_seen_is_missing(string json)
    {
        Assert.Equal([1, double.NaN, 5], Read(json).Points.Where((_, i) => i % 3 == 0));
    }

    // In the second frame the body is ten times its size away.
    [Theory]
    [InlineData("[[[1,2],[3,4],[5,6]],[[51,2],[53,4],[55,6]]]")]
    [InlineData("{\"skeletons\": [[[1,2],[3,4],[5,6]],[[51,2],[53,4],[55,6]]]}")]
    [InlineData("[[[[1,2],[3,4],[5,6]]],[[[51,2],[53,4],[55,6]]]]")]
    [InlineData("[{\"people\": [{\"person_id\": [-1], \"keypoints\": [1,2,3,4,5,6]}]}, {\"people\": [{\"person_id\": [-1], \"keypoints\": [51,2,53,4,55,6]}]}]")]
    public void A_person_who_is_alone_and_leaps_stays_one(string json)
    {
        var clip = Read(json);

        Assert.Equal((2, 1), (clip.Frames, clip.Persons));
        Assert.Equal(51, clip.Points[9]);
        Assert.Empty(clip.Notes);
    }

    [Fact]
    public void One_who_leaps_beside_others_is_another_person_and_is_noted()
    {
        var clip = Read("[[[[1,2],[3,4],[5,6]],[[-90,2],[-92,4],[-94,6]]],[[[51,2],[53,4],[55,6]],[[-90,2],[-92,4],[-94,6]]]]", persons: 3);

        Assert.Equal(3, clip.Persons);
        Assert.Equal(
            ("person-split", "arm.json: frame 1: a body lies farther than its own size from the one that is gone, and counts as another person; "
                + "if it is the same, number the persons in the file"),
            Assert.Single(clip.Notes));
    }

    [Fact]
    public void Bodies_of_one_image_are_one_frame_and_images_are_sorted_by_their_numbers()
    {
        const string json = """
            [{"image_id": "v/10.jpg", "keypoints": [21,2,1,23,4,1,25,6,1]},
             {"image_id": "v/9.jpg", "keypoints": [1,2,1,3,4,1,5,6,1]},
             {"image_id": "v/9.jpg", "keypoints": [20,2,1,22,4,1,24,6,1]},
             {"image_id": "v/10.jpg", "keypoints": [2,2,1,4,4,1,6,6,1]}]
            """;

        var clip = Read(json);

        Assert.Equal((2, 2), (clip.Frames, clip.Persons));
        Assert.Equal([1, 2, 20, 21], Enumerable.Range(0, 4).Select(row => clip.Points[row * 9]));
    }

    [Fact]
    public void Marks_of_a_clip_are_read()
    {
        var clip = Read("{\"label\": 3, \"subject\": \"s01\", \"camera\": 2, \"split\": \"train\", \"keypoints\": [[[1,2],[3,4],[5,6]]]}");

        Assert.Equal(new ClipMarks("3", "s01", "2", null, "train"), clip.Marks);
    }

    [Theory]
    [InlineData("", "arm.json: the file is empty")]
    [InlineData(" \r\n", "arm.json: the file is empty")]
    [InlineData("7", "arm.json: a clip is a JSON object or list")]
    [InlineData("{}", "arm.json: there is no frame in it")]
    [InlineData("[]", "arm.json: there is no frame in it")]
    [InlineData("[null, null]", "arm.json: no joint is seen in any frame")]
    [InlineData("[[[1,2],[3,4]]]", "arm.json: frame 0: a body has 2 joints; layout arm has 3")]
    [InlineData("[[1,2,3,4,5,6,7]]", "arm.json: frame 0: a body has 7 numbers, which are not 3 joints of layout arm")]
    [InlineData("[[[1,2],[3],[5,6]]]", "arm.json: frame 0, joint 1 has 1 coordinates; others of its body have 2")]
    [InlineData("[[[1],[3],[5]]]", "arm.json: frame 0: a joint has 1 number; layout arm has 2 coordinates, and a confidence may follow")]
    [InlineData("[[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]]", "arm.json: frame 0: a body has 15 numbers; layout arm of 3 joints wants 6, or 9 with confidences")]
    [InlineData("[[[1,2],[3,\"4\"],[5,6]]]", "arm.json: frame 0: a coordinate is a text, not a number")]
    [InlineData("[[[1,2],[3,1e999],[5,6]]]", "arm.json: frame 0: a coordinate is no finite number")]
    [InlineData("[[[1,2],[3,[4]],[5,6]]]", "arm.json: frame 0: lists of coordinates are not equally deep")]
    [InlineData("[[[[[[1]]]]]]", "arm.json: coordinates lie in more than 4 lists: frames, persons, joints, coordinates")]
    [InlineData("[[[1,2],[3,4],[5,6]], 7]", "arm.json: frame 0: lists of coordinates are not equally deep")]
    [InlineData("[[{\"x\": 1, \"y\": 2}, [3, 4], {\"x\": 5, \"y\": 6}]]", "arm.json: frame 0: some joints are objects and some are lists")]
    [InlineData("{\"frames\": [{\"frame\": 1, \"keypoints\": [1,2,3,4,5,6]}, {\"frame\": 1, \"keypoints\": [1,2,3,4,5,6]}]}", "arm.json: frame 1 is there twice")]
    [InlineData("{\"frames\": [{\"frame\": 1, \"keypoints\": [1,2,3,4,5,6]}, {\"keypoints\": [1,2,3,4,5,6]}]}", "arm.json: frame 1 has no number, though others have")]
    [InlineData("{\"frames\": [{\"frame\": \"first\"}]}", "arm.json: frame 'first' has no number to sort by")]
    [InlineData("{\"keypoints\": [[[1,2],[3,4],[5,6]]]", "arm.json: not valid JSON at line 1")]
    [InlineData("{\"keypoints\": [[1,2],[3,4],[5,6]]}\n{\"keypoints\": [[1,2],[3,4],[5,6]}\n", "arm.json: not valid JSON at line 2, byte 33")]
    [InlineData("[[[1,2],[3,Infinity],[5,6]]]", "arm.json: not valid JSON at line 1, byte 12")]
    public void A_text_that_is_no_poses_is_refused_in_one_line(string json, string complaint)
    {
        var error = Assert.Throws<KinemaException>(() => Read(json));

        Assert.StartsWith(complaint, error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Data, error.ExitCode);
    }

    [Fact]
    public void Deep_json_is_refused_before_it_overflows_the_stack() => Assert.Throws<KinemaException>(() => Read(new string('[', 1_000_000)));

    [Theory]
    [InlineData("openpose-18", "{\"people\": [{\"pose_keypoints_2d\": [#54]}]}")]
    [InlineData("openpose-25", "{\"people\": [{\"pose_keypoints_2d\": [#75]}]}")]
    [InlineData("coco-17", "[{\"image_id\": 1, \"keypoints\": [#51]}]")]
    [InlineData("halpe-26", "[{\"image_id\": 1, \"keypoints\": [#78]}]")]
    [InlineData("openpose-18", "{\"data\": [{\"frame_index\": 1, \"skeleton\": [{\"pose\": [#36]}]}]}")]
    [InlineData(null, "[[#54]]")]
    [InlineData(null, "{\"frames\": [{\"keypoints\": [#51]}]}")]
    public void The_layout_is_guessed_only_where_keys_and_numbers_leave_no_doubt(string? layout, string json)
    {
        var count = int.Parse(json.Split('#')[1].Split(']')[0]);
        var sheet = new PoseSheet("a.json");
        PoseJson.Read(Encoding.UTF8.GetBytes(json.Replace($"#{count}", string.Join(',', Enumerable.Range(1, count)))), sheet);

        Assert.Equal(layout, sheet.Guess()?.Name);
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_poses_are_refused_and_nothing_else()
    {
        byte[][] all =
        [
            [.. "{\"label\": 1, \"frames\": [{\"frame\": 1, \"people\": [{\"person_id\": [2], \"pose_keypoints_2d\": [1,2,0.9,3,4,0.9,5,6,0.9]}]}, null]}"u8],
            [.. "[{\"image_id\": \"1.jpg\", \"keypoints\": [1,2,1,3,4,1,5,6,1], \"score\": 2, \"idx\": 1}, {\"image_id\": 2, \"keypoints\": [[1,NaN],null,[3,4]]}]"u8],
            [.. "{\"landmarks\": [{\"x\":1,\"y\":2,\"visibility\":1},{\"x\":3,\"y\":4},{\"x\":5,\"y\":6}]}\n[[1,2],[3,4],[5,6]]\n"u8],
        ];
        foreach (var valid in all)
        {
            Hostile.OnlyRefuseCut(valid, bytes => Read(bytes));
            Hostile.OnlyRefuse(valid, 3000, bytes => Read(bytes));
        }
    }
}
