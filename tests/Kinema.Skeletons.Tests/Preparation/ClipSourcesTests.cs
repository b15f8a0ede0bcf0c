using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Preparation;

public sealed class ClipSourcesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Names_are_unique_and_every_kind_says_what_to_give()
    {
        Assert.Equal(ClipSources.All.Count, ClipSources.All.Select(kind => kind.Name).Distinct().Count());
        Assert.All(ClipSources.All, kind => Assert.True(kind.Description.Length is > 10 and < 100 && kind.Input.Length is > 10 and < 120, kind.Name));
        Assert.All(ClipSources.All.SelectMany(kind => kind.Options), option => Assert.True(option.Values.Count >= 2 && option.Description.Length > 10));
    }

    [Fact]
    public void An_unknown_name_is_a_mistake_of_usage_that_names_the_nearest() => Assert.StartsWith(
        "unknown data set 'utd-mahd' (did you mean 'utd-mhad'?): there are nw-ucla, ntu60", Refusal("utd-mahd", new SourceOptions()), StringComparison.Ordinal);

    [Fact]
    public void An_option_the_set_does_not_take_is_a_mistake_that_names_what_it_takes()
    {
        Assert.Equal("utd-mhad has no option 'cutting'; it takes none", Refusal("utd-mhad", new SourceOptions { Cutting = "half-open" }));
        Assert.Equal("pku1 has no option 'clips'; it takes cutting (half-open or inclusive)", Refusal("pku1", new SourceOptions { Clips = "all" }));
        Assert.Equal("msr-action3d has no option 'preparation'; it takes clips (listed or all)", Refusal("msr-action3d", new SourceOptions { Preparation = "x" }));
        Assert.Equal("pku2: cutting is half-open or inclusive, not 'inclusiv' (did you mean 'inclusive'?)", Refusal("pku2", new SourceOptions { Cutting = "inclusiv" }));
    }

    [Theory]
    [InlineData("nw-ucla", "a01_s01_e00_v01.json"), InlineData("ntu60", "S001C001P001R001A001.skeleton"), InlineData("ntu120", "S018C001P008R001A061.skeleton")]
    [InlineData("pku1", "0002-L.txt"), InlineData("pku2", "A01N01-L.txt"), InlineData("utd-mhad", "a1_s1_t1_skeleton.mat")]
    [InlineData("sbu", "s01s02/01/001/skeleton_pos.txt"), InlineData("msr-action3d", "a01_s01_e01_skeleton3D.txt")]
    [InlineData("utkinect", "joints_s01_e01.txt"), InlineData("msr-daily-activity", "a01_s01_e01_skeleton_proj.txt")]
    public void What_is_said_of_a_kind_beforehand_is_what_an_opened_set_says(string name, string file)
    {
        folder.Write(file, "");
        folder.Write("actionLabel.txt", "s01_e01\nwalk: 1 9\n");
        folder.Write($"labels/{file}", "1,0,9,1\n");
        foreach (var split in new[] { "cross-subject", "cross-view" })
            folder.Write($"{split}.txt", $"Training videos: \n{Path.GetFileNameWithoutExtension(file)}, \nValidataion videos: \n0003-R, \n");
        var kind = ClipSources.Get(name);

        using var source = kind.Open(folder.Path);

        Assert.Equal((source.Layout.Name, source.Classes.Count), (kind.Facts.Layout, kind.Facts.Classes));
        Assert.Equal(source.Protocols.Select(protocol => protocol.Name), kind.Facts.Protocols);
    }

    [Theory, InlineData("gone"), InlineData("gone.zip"), InlineData("file/below")]
    public void A_path_where_nothing_is_is_refused_by_every_kind_in_the_same_words(string name)
    {
        folder.Write("file", "");

        foreach (var kind in ClipSources.All)
            Assert.Equal($"{folder.File(name)}: no such file or folder", Hostile.Refusal(() => kind.Open(folder.File(name))));
    }

    [Fact]
    public void A_folder_without_files_of_the_set_is_refused_by_every_kind()
    {
        folder.Write("readme.txt", "hello");

        foreach (var kind in ClipSources.All)
        {
            var message = Hostile.Refusal(() => kind.Open(folder.Path));
            Assert.StartsWith($"{folder.Path}: holds no ", message, StringComparison.Ordinal);
            Assert.Contains(": files ", message, StringComparison.Ordinal);                       // and what they are like
        }
    }

    [Fact]
    public void Far_more_files_than_the_set_has_are_refused_before_any_is_read()
    {
        for (var i = 0; i <= 2 * 320; i++) folder.Write($"{i}/a01_s01_e01_skeleton_proj.txt", "");

        Assert.Equal($"{folder.Path}: holds more than 640 files of this set: it is another one, or several copies of it",
            Hostile.Refusal(() => ClipSources.Open("msr-daily-activity", folder.Path)));
    }

    [Fact]
    public void A_file_that_is_there_twice_is_read_once_and_said()
    {
        foreach (var part in new[] { "a", "b" }) folder.Write($"{part}/a01_s01_e01_skeleton_proj.txt", "");

        using var source = ClipSources.Open("msr-daily-activity", folder.Path);

        Assert.Single(source.Items);
        Assert.Equal("a01_s01_e01", source.Known.Single(clip => clip.Kind == "duplicate").Name);
    }

    private string Refusal(string name, SourceOptions options) => Hostile.Refusal(() => ClipSources.Open(name, folder.Path, options), ExitCode.Usage);
}
