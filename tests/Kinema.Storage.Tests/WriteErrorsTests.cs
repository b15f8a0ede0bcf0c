namespace Kinema.Storage.Tests;

public sealed class WriteErrorsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Folders_that_are_there_or_can_be_made_are_no_obstacle()
    {
        Directory.CreateDirectory(folder.File("real"));
        Directory.CreateSymbolicLink(folder.File("link"), folder.File("real"));

        Assert.All(["a", "new/and/deep", "real/a", "link/a"], name => Assert.Null(WriteErrors.Obstacle(folder.File(name))));
        Assert.All(["a", "/a"], path => Assert.Null(WriteErrors.Obstacle(path)));
    }

    [Theory, InlineData("taken/x"), InlineData("taken/x/y.txt")]
    public void A_file_above_is_named_as_what_it_is_not_as_one_that_exists_already(string name)
    {
        folder.Write("taken", "precious");

        var message = Toy.Refusal(() => AtomicFile.WriteAllText(folder.File(name), "x"), ExitCode.Usage);

        Assert.Equal($"{folder.File(name)}: cannot be written: {folder.File("taken")} is a file, not a folder", message);
        Assert.Equal("precious", File.ReadAllText(folder.File("taken")));
    }

    [Fact]
    public void A_link_above_that_leads_nowhere_is_named_with_where_it_leads()
    {
        File.CreateSymbolicLink(folder.File("link"), "gone");
        File.WriteAllText(folder.File("taken"), "");
        File.CreateSymbolicLink(folder.File("leads"), "taken");

        Assert.Equal($"{folder.File("link")} is a link to gone, which is not there", WriteErrors.Obstacle(folder.File("link/x")));
        Assert.Equal($"{folder.File("leads")} is a file, not a folder", WriteErrors.Obstacle(folder.File("leads/x")));
    }

    [NeedsTheory("/proc/self"), InlineData("/proc/x"), InlineData("/proc/x/y.txt")]
    public void A_folder_that_takes_no_files_is_named_and_no_temporary_name_is(string path)
    {
        Assert.Equal($"{path}: cannot be written: the folder /proc takes no new files", Toy.Refusal(() => AtomicFile.WriteAllText(path, "x"), ExitCode.Usage));
    }

    [Fact]
    public void A_file_missing_elsewhere_is_not_taken_for_a_folder_that_takes_none()
    {
        var elsewhere = new FileNotFoundException("Could not find file '/a/b'.", "/a/b");

        Assert.Equal("Could not find file '/a/b'", WriteErrors.Reason(folder.File("w"), elsewhere));
    }
}
