using System.Text;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Datasets.Labels;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Labels;

public sealed class LabelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static LabelMap Map(string text, string source = "classes.csv") => LabelMap.Parse(Encoding.UTF8.GetBytes(text), source);

    private static ClipLabels Resolve(LabelMap? map, bool unlabelled, params ClipMarks[] marks) =>
        ClipLabels.Resolve([.. marks.Select((_, i) => $"clip{i}")], marks, map, null, unlabelled, "set");

    [Theory]
    [InlineData("label,name\n0,wave\n1,\"sit, slowly\"\n", "classes.csv", 0)]
    [InlineData("name;label\nsit, slowly;2\nwave;1\n", "classes.csv", 1)]
    [InlineData("classes: {0: wave, 1: 'sit, slowly'}", "classes.yaml", 0)]
    [InlineData("classes:\n  - wave\n  - sit, slowly\n", "classes.yml", 0)]
    public void A_map_gives_names_to_numbers_from_0_or_from_1(string text, string source, int first)
    {
        var map = Map(text, source);

        Assert.Equal(["wave", "sit, slowly"], map.Names);
        Assert.Equal((first, 0, 1, null), (map.First, map.IndexOf("wave"), map.IndexOf($"{first + 1}"), map.IndexOf($"{first + 2}")));
        Assert.Equal(first == 0 ? 0 : null, map.IndexOf("0"));
    }

    [Theory]
    [InlineData("label,name\n0,wave\n2,sit\n", "classes.csv: 2 labels from 0 to 2, without 1: give the classes numbers without gaps")]
    [InlineData("label,name\n3,wave\n", "classes.csv: the first label is 3; labels count from 0 or from 1")]
    [InlineData("label,name\n0,wave\n0,sit\n", "classes.csv: line 3: label 0 is there twice: 'wave' and 'sit'")]
    [InlineData("label,name\n0,wave\n1,wave\n", "classes.csv: line 3: the name 'wave' is there twice: labels 0 and 1")]
    [InlineData("label,name\none,wave\n", "classes.csv: line 2: label 'one' is not a whole number from 0")]
    [InlineData("label,name\n-1,wave\n", "classes.csv: line 2: label '-1' is not a whole number from 0")]
    [InlineData("label,name\n0,\n", "classes.csv: line 2: class 0 has no name")]
    [InlineData("label,name\n", "classes.csv: names no class")]
    [InlineData("", "classes.csv: the file is empty; its first line names its columns: label,name")]
    [InlineData("0,wave\n", "classes.csv: line 1: no column 'label': the first line names the columns, label,name; it is '0,wave'")]
    [InlineData("label,nme\n0,wave\n", "classes.csv: line 1: no column 'name'")]
    [InlineData("label,name,nam\n0,wave,1\n", "classes.csv: line 1: unknown column 'nam' (did you mean 'name'?)")]
    [InlineData("label,name\n0,wave,1\n", "classes.csv: line 2: 3 fields; the first line has 2")]
    public void A_wrong_map_is_refused_with_line_value_and_remedy(string text, string complaint) =>
        Assert.StartsWith(complaint, Assert.Throws<KinemaException>(() => Map(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_a_map_labels_that_occur_are_the_classes()
    {
        Assert.Equal(["sit", "wave"], LabelMap.Of(["wave", "sit", "wave"], "set").Names);
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"], LabelMap.Of(Enumerable.Range(1, 10).Select(i => $"{i}"), "set").Names);
        Assert.Equal("set: 2 labels from 0 to 2, without 1: if these are all classes, number them without gaps or take them as names (a letter before the number makes it one); else name all with --classes",
            Assert.Throws<KinemaException>(() => LabelMap.Of(["0", "2"], "set")).Message);
        Assert.Equal("set: labels are partly numbers (1) and partly names ('sit'): use one or the other",
            Assert.Throws<KinemaException>(() => LabelMap.Of(["1", "sit"], "set")).Message);
    }

    [Fact]
    public void Labels_that_are_no_class_are_named_with_clip_value_and_remedy()
    {
        var map = Map("label,name\n0,wave\n1,sit\n");

        Assert.Equal("set: clip clip1: label 'wav' is none of 2 classes, labels 0 to 1 (did you mean 'wave'?); correct it, or name the class with --classes",
            Resolve(map, false, new("sit"), new("wav")).Faults[0].Message);
        Assert.Equal("set: clip clip1: label '2' is none of 2 classes, labels 0 to 1 (the clips' labels count from 1, the map's from 0); correct it, or name the class with --classes",
            Resolve(map, false, new("1"), new("2")).Faults[0].Message);
    }

    [Fact]
    public void Clips_without_label_and_classes_without_clip_are_told()
    {
        var strict = Resolve(Map("label,name\n1,wave\n2,sit\n"), false, new("1"), ClipMarks.None);

        Assert.Equal([(FaultSeverity.Error, "no-label"), (FaultSeverity.Note, "labels-from-1"), (FaultSeverity.Warning, "class-without-clip")],
            strict.Faults.Select(fault => (fault.Severity, fault.Kind)));
        Assert.StartsWith("set: 1 of 2 clips has no label: clip1; name them", strict.Faults[0].Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Resolve(null, true, ClipMarks.None).Faults, fault => fault.Severity == FaultSeverity.Error);
    }

    [Fact]
    public void Subjects_become_numbers_from_1()
    {
        int[] Of(params string?[] texts) => [.. Resolve(null, true, [.. texts.Select(text => new ClipMarks(Subject: text))]).Clips.Select(clip => clip.Subject)];

        Assert.Equal([3, 0, 12], Of("3", null, "12"));
        Assert.Equal([1, 2, 3], Of("0", "1", "2"));
        Assert.Equal([7, 10], Of("P007", "P010"));
        Assert.Equal([2, 1, 2], Of("ben", "ann", "ben"));
    }

    [Fact]
    public void A_list_finds_clips_with_and_without_folder_and_ending()
    {
        var list = LabelList.Load(folder.Write("labels.csv", "clip,label,subject,split\na.csv,wave,1,train\nx/b,sit,,\n\"c,d\",sit,2,test\nunused,sit,1,test\n"));

        Assert.Equal(new ClipMarks("wave", "1", null, null, "train"), list.Of("some/folder/a"));
        Assert.Equal("sit", list.Of("x/b")!.Label);
        Assert.Equal("test", list.Of("c,d")!.Split);
        Assert.Null(list.Of("e"));
        Assert.Equal("unused (line 5)", Assert.Single(list.Unused));
    }

    [Fact]
    public void A_list_with_a_clip_twice_or_a_name_for_two_clips_is_refused()
    {
        var twice = folder.Write("twice.csv", "clip,label\na,wave\na.csv,sit\n");
        var list = LabelList.Load(folder.Write("labels.csv", "clip,label\nb,wave\n"));
        list.Of("x/b");

        Assert.Equal($"{twice}: line 3: clip 'a.csv' is there already, in line 2; leave one of them", Assert.Throws<KinemaException>(() => LabelList.Load(twice)).Message);
        Assert.EndsWith("line 2: clip 'b' means both x/b and y/b; write the folder, too", Assert.Throws<KinemaException>(() => list.Of("y/b")).Message);
    }

    [Fact]
    public void A_pattern_takes_facts_out_of_names()
    {
        var pattern = new LabelPattern(@"a(?<label>\d+)_s(?<subject>\d+)(_v(?<camera>\d+))?");

        Assert.Equal(new ClipMarks("03", "12", "2"), pattern.Of("set/a03_s12_v2"));
        Assert.Equal(new ClipMarks("03", "12"), pattern.Of("a03_s12"));
        Assert.Null(pattern.Of("something else"));
    }

    [Theory]
    [InlineData("a(?<label>", "cannot be used")]
    [InlineData(@"(?<label>a)\1", "cannot be used")]
    [InlineData("(?<labels>a)", "has a group 'labels': known are label, subject, camera, setup, split")]
    [InlineData("(a)", "has no named group")]
    public void A_wrong_pattern_is_refused(string pattern, string complaint)
    {
        var error = Assert.Throws<KinemaException>(() => new LabelPattern(pattern));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_made_to_backtrack_takes_no_time()
    {
        Assert.Null(new LabelPattern("(?<label>(a+)+)b").Of(new string('a', 5000)));
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_lists_are_refused_and_nothing_else()
    {
        var (csv, yaml) = ("clip,label,subject\na,wave,1\n\"b,c\",sit,\n", "labels:\n  a: wave\n  b: [sit, 'x']\n");
        Hostile.OnlyRefuse(Encoding.UTF8.GetBytes(csv), 2000, bytes => LabelTable.Read(bytes, "labels.csv", ["clip", "label", "subject"], ["clip"]));
        Hostile.OnlyRefuse(Encoding.UTF8.GetBytes(yaml), 2000, bytes => LabelYaml.Pairs(bytes, "labels.yaml", "labels"));
        Hostile.OnlyRefuse(Encoding.UTF8.GetBytes("label,name\n0,wave\n1,sit\n"), 2000, bytes => LabelMap.Parse(bytes, "classes.csv"));
    }
}
