using System.Text;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Datasets.Tables;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Tables;

public sealed class LongTablesTests : IDisposable
{
    private const string Header = "clip,frame,label,shoulder.x,shoulder.y,elbow.x,elbow.y,wrist.x,wrist.y\n";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private LongTables Open(params string[] texts) =>
        new([.. texts.Select((text, i) => folder.Write($"{i}.csv", text))], Toy.Arm, new ReadingOptions());

    [Fact]
    public void Rows_of_a_clip_need_not_lie_together()
    {
        using var tables = Open(Header + "a,0,wave,1,1,1,1,1,1\nb,0,sit,2,2,2,2,2,2\n\na,2,wave,4,4,4,4,4,4\na,1,wave,3,3,3,3,3,3\n");
        using var reader = tables.Open();

        Assert.Equal(["a", "b"], tables.Items.Select(item => item.Name));
        Assert.Equal("wave", tables.Marks(0)!.Label);
        Assert.Equal([1, 3, 4], reader.Read(0).Points.Where((_, i) => i % 9 == 0));
        Assert.Equal(1, reader.Read(1).Frames);
    }

    [Fact]
    public void Columns_that_are_not_understood_are_noted_once_with_the_nearest_name()
    {
        using var odd = Open(
            "clip,frame,shoulder.x,shoulder.y,elbow.x,elbow.y,wrist.x,wrist.y,weather,subjct,\na,0,1,1,1,1,1,1,dry,3,\n",
            "clip,frame,subjct,shoulder.x,shoulder.y,elbow.x,elbow.y,wrist.x,wrist.y\nb,0,3,1,1,1,1,1,1\n");
        var note = Assert.Single(odd.Faults);
        Assert.Equal(
            $"{folder.File("0.csv")}: columns are not understood and left aside: 'subjct' (did you mean 'subject'?), 'weather'", note.Message);
        using var plain = Open(Header + "a,0,wave,1,1,1,1,1,1\n");
        Assert.Empty(plain.Faults);
    }

    [Fact]
    public void A_fault_is_named_with_the_line_of_the_table()
    {
        using var tables = Open(Header + "a,0,wave,1,1,1,1,1,1\nb,0,sit,2,2,2,2,2,2\nb,1,sit,2,2,two,2,2,2\n");
        using var reader = tables.Open();

        Assert.Equal($"{folder.File("0.csv")}: line 4: column 'elbow.x': 'two' is not a number", Assert.Throws<KinemaException>(() => reader.Read(1)).Message);
        Assert.Equal(1, reader.Read(0).Frames);
    }

    [Fact]
    public void A_table_larger_than_the_buffer_gives_every_row()
    {
        var text = new StringBuilder(Header);
        for (var clip = 0; clip < 300; clip++)
        {
            for (var frame = 0; frame < 100; frame++) text.Append($"clip-{clip:000},{frame},wave,{clip}.125,{frame},3.5,4.5,5.5,6.5        \n");
        }
        Assert.True(text.Length > 1 << 20);
        using var tables = Open(text.ToString());
        using var reader = tables.Open();

        Assert.Equal(300, tables.Items.Count);
        for (var clip = 0; clip < 300; clip += 23)
        {
            var read = reader.Read(clip);
            Assert.Equal(Enumerable.Range(0, 100).Select(frame => (double)frame), read.Points.Where((_, i) => i % 9 == 1));
            Assert.All(read.Points.Where((_, i) => i % 9 == 0), x => Assert.Equal(clip + 0.125, x));
        }
    }

    [Fact]
    public void Several_tables_are_one_set_but_a_clip_lies_in_one_of_them()
    {
        using (var tables = Open(Header + "a,0,wave,1,1,1,1,1,1\n", Header + "b,0,wave,2,2,2,2,2,2\n"))
        {
            using var reader = tables.Open();
            Assert.Equal(2, tables.Items.Count);
            Assert.Equal([2, 1, 2], new[] { 1, 0, 1 }.Select(item => reader.Read(item).Points[0]));
        }

        var error = Assert.Throws<KinemaException>(() => Open(Header + "a,0,wave,1,1,1,1,1,1\n", Header + "a,0,wave,1,1,1,1,1,1\n"));
        Assert.Equal($"{folder.File("1.csv")}: line 2: clip 'a' is in another table too", error.Message);
    }

    [Theory]
    [InlineData("", ": the file is empty")]
    [InlineData("frame,shoulder.x,shoulder.y,elbow.x,elbow.y,wrist.x,wrist.y\n", ": line 1: a table of many clips has a column 'clip'")]
    [InlineData(Header + ",0,wave,1,1,1,1,1,1\n", ": line 2: the clip has no name")]
    [InlineData(Header + "a\u0007,0,wave,1,1,1,1,1,1\n", ": line 2: the clip's name 'a?' has a control character")]
    public void A_wrong_table_is_refused_when_it_is_opened(string text, string complaint) =>
        Assert.Equal(folder.File("0.csv") + complaint, Assert.Throws<KinemaException>(() => Open(text)).Message);

    [Fact]
    public void A_line_without_end_is_refused()
    {
        Assert.EndsWith("line 2: the line has more than 1 MiB: this is no table", Assert.Throws<KinemaException>(() => Open(Header + new string('x', 3 << 20))).Message);
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_tables_are_refused_and_nothing_else()
    {
        var valid = Encoding.UTF8.GetBytes(Header + "a,0,wave,1,1,1,1,1,1\nb,0,sit,2,,2,2,\"2\",2\n\na,2,wave,4,4,4,4,4,4\n");
        Hostile.OnlyRefuse(valid, 3000, bytes => new TableIndex(Toy.Arm).Add(new MemoryStream(bytes), "a.csv"));
        Hostile.OnlyRefuseCut(valid, bytes => new TableIndex(Toy.Arm).Add(new MemoryStream(bytes), "a.csv"));
    }
}
