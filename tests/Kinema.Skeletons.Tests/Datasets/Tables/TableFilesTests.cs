using System.Text;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Datasets.Tables;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Tables;

public sealed class TableFilesTests
{
    private static readonly SkeletonLayout Arm = Toy.Arm;
    private const string Header = "shoulder.x,shoulder.y,elbow.x,elbow.y,wrist.x,wrist.y\n";
    private const string Row = "1,2,3,4,5,6\n";

    private static RawClip Read(string text, SkeletonLayout? layout = null, ReadingOptions? options = null) =>
        TableFiles.Parse(Encoding.UTF8.GetBytes(text), layout ?? Arm, options ?? new ReadingOptions(), "arm.csv");

    [Theory]
    [InlineData(Header + Row)]
    [InlineData("\uFEFF# a remark\n\n" + Header + "\n" + Row)]
    [InlineData("Shoulder_X\tShoulder_Y\tElbow_X\tElbow_Y\tWrist_X\tWrist_Y\r\n1\t2\t3\t4\t5\t6\r\n")]
    [InlineData("x0;y0;x1;y1;x2;y2\n1;2;3;4;5;6")]
    [InlineData("x1,y1,x2,y2,x3,y3\n1,2,3,4,5,6")]
    [InlineData("joint_1.x,joint_1.y,joint_2.x,joint_2.y,joint_3.x,joint_3.y\n1,2,3,4,5,6")]
    [InlineData("0x,0y,1x,1y,2x,2y\n1,2,3,4,5,6")]
    [InlineData("ShoulderX,ShoulderY,ElbowX,ElbowY,WristX,WristY\n+1,2.0,3e0,0.4e1,5,6")]
    [InlineData("wrist (x),wrist (y),elbow (x),elbow (y),shoulder (x),shoulder (y),shoe size\n5,6,3,4,1,2,44")]
    [InlineData("\"x_shoulder\", \"y_shoulder\" ,x_elbow,y_elbow,x_wrist,y_wrist\n\"1\", \"2\" ,3, 4 ,5,6")]
    [InlineData("1,2,3,4,5,6\n")]
    [InlineData("0,1,2,3,4,5,6\n")]
    [InlineData("1,2,0.9,3,4,0.9,5,6,0.9\n")]
    [InlineData("frame,joint,x,y\n7,shoulder,1,2\n7,wrist,5,6\n7,elbow,3,4\n")]
    [InlineData("frame,joint,x,y\n7,1,1,2\n7,3,5,6\n7,2,3,4\n")]
    [InlineData("frame,joint,x,y\n7,0,1,2\n7,2,5,6\n7,1,3,4\n")]
    public void Headers_of_many_kinds_name_the_same_joints(string text)
    {
        var clip = Read(text);

        Assert.Equal((1, 1), (clip.Frames, clip.Persons));
        Assert.Equal([1, 2, 0, 3, 4, 0, 5, 6, 0], clip.Points);
    }

    [Fact]
    public void Frames_are_sorted_by_their_numbers_and_gaps_are_told()
    {
        var clip = Read("frame," + Header + "30," + Row + "10,7,7,7,7,7,7\n11,8,8,8,8,8,8\n12,9,9,9,9,9,9\n");

        Assert.Equal([7, 8, 9, 1], Enumerable.Range(0, 4).Select(t => clip.Points[t * 9]));
        Assert.Equal(("frame-gap", "arm.csv: frame numbers leap at 1 place; frames there follow each other"), Assert.Single(clip.Notes));
    }

    [Fact]
    public void Persons_are_told_apart_and_those_in_most_frames_are_kept()
    {
        const string text = "frame,person," + Header + "0,ann," + Row + "0,ben,9,9,9,9,9,9\n1,ben,8,8,8,8,8,8\n2,cy,7,7,7,7,7,7\n1,ann,6,6,6,6,6,6\n";

        var clip = Read(text);

        Assert.Equal((3, 2), (clip.Frames, clip.Persons));
        Assert.Equal([1, 6, double.NaN, 9, 8, double.NaN], Enumerable.Range(0, 6).Select(row => clip.Points[row * 9]));
        Assert.Equal("persons-left-out", Assert.Single(clip.Notes).Kind);
        Assert.Equal(3, Read(text, options: new ReadingOptions(MaximumPersons: 3)).Persons);
    }

    [Theory]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("n/a")]
    [InlineData("null")]
    [InlineData("-")]
    public void What_is_not_there_is_missing(string nothing)
    {
        Assert.True(double.IsNaN(Read($"{Header}1,2,3,4,{nothing},6\n").Points[6]));
    }

    [Fact]
    public void A_joint_of_no_or_too_little_confidence_is_missing()
    {
        const string text = "frame,joint,x,y,score\n0,shoulder,1,2,0\n0,elbow,3,4,0.2\n0,wrist,5,6,0.9\n";

        Assert.Equal([double.NaN, 3, 5], Read(text).Points.Where((_, i) => i % 3 == 0));
        Assert.Equal([double.NaN, double.NaN, 5], Read(text, options: new ReadingOptions(MinimumScore: 0.5)).Points.Where((_, i) => i % 3 == 0));
    }

    [Fact]
    public void Columns_beside_the_joints_say_what_the_clip_is()
    {
        var clip = Read("action,performer,view,split," + Header + "wave,s01,2,train," + Row + ",,,," + Row);

        Assert.Equal(new ClipMarks("wave", "s01", "2", null, "train"), clip.Marks);
    }

    [Theory]
    [InlineData("", "arm.csv: the file is empty")]
    [InlineData("# only a remark\n\n", "arm.csv: the file is empty")]
    [InlineData(Header, "arm.csv: there is no row of data")]
    [InlineData(Header + "1,2,3,4,5\n1,2,3,4,5,6\n", "arm.csv: line 2: 5 fields; the first line has 6")]
    [InlineData(Header + "1,2,3,4,5", "arm.csv: line 2: 5 fields; the first line has 6; the file ends here: was it cut off?")]
    [InlineData(Header + "1,2,3,4,5,6,7\n", "arm.csv: line 2: 7 fields; the first line has 6 (a decimal comma cuts a number in two: write 1.5, not 1,5)")]
    [InlineData("x0;y0;x1;y1;x2;y2\n1;2;3;4;5,25;6", "arm.csv: line 2: column 'x2': '5,25' has a decimal comma; write 5.25")]
    [InlineData(Header + "1,2,3,four,5,6\n", "arm.csv: line 2: column 'elbow.y': 'four' is not a number")]
    [InlineData(Header + "1,2,3,1e999,5,6\n", "arm.csv: line 2: column 'elbow.y': '1e999' is no finite number")]
    [InlineData(Header + "1,2,3,-inf,5,6\n", "arm.csv: line 2: column 'elbow.y': '-inf' is not a number")]
    [InlineData(Header + "1,2,3,\"4,5,6\n", "arm.csv: line 2: a double quote is not closed")]
    [InlineData("shoulder.x,shoulder.y,elbow.x,elbow.y,wrist.x\n1,2,3,4,5\n", "arm.csv: line 1: no column for wrist.y of layout arm, which has 3 joints of 2 coordinates")]
    [InlineData("shoulder.x,shoulder.y,elbow.x,elbow.y,wrist.x,wirst.y\n1,2,3,4,5,6\n", "arm.csv: line 1: no column for wrist.y of layout arm, which has 3 joints of 2 coordinates; not understood: wirst.y")]
    [InlineData("elbow.x,elbow_x,shoulder.x,shoulder.y,elbow.y,wrist.x,wrist.y\n", "arm.csv: line 1: columns 'elbow.x' and 'elbow_x' mean the same")]
    [InlineData("x1,y1,x2,y2,x3,y3,x4,y4\n", "arm.csv: line 1: column 'x4': layout arm has 3 joints")]
    [InlineData("1,2,3,4,5\n", "arm.csv: line 1: there is no header, and 5 columns are not 3 joints × 2 coordinates of layout arm = 6")]
    [InlineData("frame," + Header + "0," + Row + "0," + Row, "arm.csv: line 3: frame 0 is there already, since line 2")]
    [InlineData("frame," + Header + "," + Row, "arm.csv: line 2: the frame has no number")]
    [InlineData("joint,x,y\n0,1,2\n", "arm.csv: line 1: a table with one joint a row needs a column 'frame'")]
    [InlineData("frame,joint,x,y\n0,elbow,1,2\n0,elbow,1,2\n", "arm.csv: line 3: frame 0, joint 1 is there already, since line 2")]
    [InlineData("frame,joint,x,y\n0,elbw,1,2\n", "arm.csv: line 2: column 'joint': layout arm has no joint 'elbw' (did you mean 'elbow'?)")]
    [InlineData("frame,joint,x,y\n0,4,1,2\n", "arm.csv: line 2: column 'joint': joint 4; layout arm has 3 joints")]
    [InlineData("frame,joint,x,y\n0,0,1,2\n0,3,1,2\n", "arm.csv: line 3: column 'joint': joints are numbered 0 to 3, one more than layout arm has")]
    [InlineData("frame,joint,x,y\n0,1,1,2\n0,2,1,2\n", "arm.csv: joints are numbered, and neither 0 nor 3 occurs: whether they count from 0 or from 1 cannot be told")]
    [InlineData("label," + Header + "wave," + Row + "sit," + Row, "arm.csv: line 3: column 'label': 'sit', but 'wave' in an earlier row of the same clip")]
    public void A_wrong_table_is_refused_with_file_line_and_column(string text, string complaint)
    {
        var error = Assert.Throws<KinemaException>(() => Read(text));

        Assert.StartsWith(complaint, error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Data, error.ExitCode);
    }

    [Fact]
    public void Text_that_is_not_utf_8_is_refused()
    {
        byte[] latin = [.. "label,"u8, .. Encoding.UTF8.GetBytes(Header), 0xE9, .. ","u8, .. Encoding.UTF8.GetBytes(Row)];
        byte[] utf16 = [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Header)];

        Assert.Equal("arm.csv: line 2: '\uFFFD' is not valid UTF-8; save the file as UTF-8",
            Assert.Throws<KinemaException>(() => TableFiles.Parse(latin, Arm, new ReadingOptions(), "arm.csv")).Message);
        Assert.Equal("arm.csv: is UTF-16 text; save it as UTF-8",
            Assert.Throws<KinemaException>(() => TableFiles.Parse(utf16, Arm, new ReadingOptions(), "arm.csv")).Message);
    }

    [Fact]
    public void A_table_of_more_frames_or_persons_than_a_clip_may_have_is_refused()
    {
        var many = Header + string.Concat(Enumerable.Repeat(Row, 20_001));
        var crowd = "frame,person," + Header + string.Concat(Enumerable.Range(0, 65).Select(person => $"0,{person},{Row}"));

        Assert.Contains("more than 20000 frames", Assert.Throws<KinemaException>(() => Read(many)).Message);
        Assert.Contains("line 66: more than 64 persons", Assert.Throws<KinemaException>(() => Read(crowd)).Message);
    }

    [Fact]
    public void The_layout_is_told_from_joints_that_only_one_built_in_layout_has()
    {
        var header = string.Join(',', Layouts.Get("coco-17").Joints.SelectMany(joint => new[] { $"{joint}_x", $"{joint}_y" }));

        Assert.Equal("coco-17", TableFiles.LayoutOf(Encoding.UTF8.GetBytes(header), null, "a.csv").Name);
        var error = Assert.Throws<KinemaException>(() => TableFiles.LayoutOf(Encoding.UTF8.GetBytes(Header), null, "a.csv"));
        Assert.Equal("a.csv: line 1: the joints of the header are those of no built-in layout, or of several: name the layout with --layout, a YAML file of your own if need be; the header has shoulder, elbow, wrist", error.Message);
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_tables_are_refused_and_nothing_else()
    {
        var wide = Encoding.UTF8.GetBytes("frame,person,label," + Header + "1,a,wave," + Row + "2,b,wave,1.5,-2e1,,NaN,\"5\",6\n");
        var narrow = Encoding.UTF8.GetBytes("frame;joint;x;y;score\n0;elbow;1;2;0.5\n0;1;;4;1\n1;wrist;5;6;0\n");
        foreach (var valid in new[] { wide, narrow })
        {
            Hostile.OnlyRefuseCut(valid, bytes => TableFiles.Parse(bytes, Arm, new ReadingOptions(), "arm.csv"));
            Hostile.OnlyRefuse(valid, 3000, bytes => TableFiles.Parse(bytes, Arm, new ReadingOptions(), "arm.csv"));
        }
    }
}
