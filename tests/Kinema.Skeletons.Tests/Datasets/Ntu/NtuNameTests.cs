using Kinema.Skeletons.Datasets.Ntu;

namespace Kinema.Skeletons.Tests.Datasets.Ntu;

public sealed class NtuNameTests
{
    [Fact]
    public void A_name_says_setup_camera_performer_replication_and_action()
    {
        var name = NtuName.Parse("S017C003P020R002A056")!.Value;

        Assert.Equal((17, 3, 20, 2, 56, 55), (name.Setup, name.Camera, name.Performer, name.Replication, name.Action, name.Label));
        Assert.Equal("S017C003P020R002A056", name.ToString());
    }

    [Theory]
    [InlineData("S017C003P020R002A056.skeleton")]
    [InlineData("deep/er/S017C003P020R002A056.skeleton")]
    [InlineData("from\\windows\\S017C003P020R002A056.skeleton")]
    public void A_clip_file_is_known_in_any_folder(string path) => Assert.Equal("S017C003P020R002A056", NtuName.OfFile(path).ToString());

    [Theory]
    [InlineData("S017C003P020R002A056")]
    [InlineData("S017C003P020R002A056.txt")]
    [InlineData("._S017C003P020R002A056.skeleton")]
    [InlineData("S017C003P020R002A56.skeleton")]
    [InlineData("S017C003P020R002A0x6.skeleton")]
    [InlineData("s017c003p020r002a056.skeleton")]
    [InlineData("S017C003P020A056R002.skeleton")]
    [InlineData("S٠17C003P020R002A056.skeleton")]
    [InlineData(".skeleton")]
    [InlineData("")]
    public void Other_files_are_no_clips(string path) => Assert.Null(NtuName.OfFile(path));

    [Fact]
    public void Names_compare_as_their_texts_do()
    {
        NtuName[] names = [new(2, 1, 1, 1, 1), new(1, 3, 1, 1, 1), new(1, 2, 9, 1, 1), new(1, 2, 8, 2, 1), new(1, 2, 8, 1, 120), new(1, 2, 8, 1, 7)];

        Assert.Equal(names.Select(name => $"{name}").Order(StringComparer.Ordinal), names.Order().Select(name => $"{name}"));
    }
}
