namespace Kinema.Cli.Tests;

/// <summary>Targets that cannot be written, whichever command is to write them.</summary>
public sealed class TargetTests : IDisposable
{
    private static readonly string Recipe = Path.Combine(Repository.Root, "recipes", "synthetic", "demo.yaml");
    private readonly TemporaryFolder folder = new();

    public TargetTests() => Sets.WithACopy(folder.File("set/clips.safetensors"));

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("data prepare ntu60 --in nosuch --out TARGET"), InlineData("data convert nosuch --out TARGET"), InlineData("data synth --out TARGET")]
    [InlineData("data split set --by random --out TARGET"), InlineData("data split set --by random --out lists --into TARGET")]
    [InlineData("data inspect set --html TARGET"), InlineData("data inspect set --list TARGET"), InlineData("data preview set --out TARGET")]
    [InlineData("train RECIPE --data nosuch --out TARGET"), InlineData("export nosuch --out TARGET"), InlineData("eval nosuch --scores TARGET")]
    [InlineData("models import nosuch --model ctr-gcn --data nosuch --out TARGET"), InlineData("demo --out TARGET")]
    public void A_file_in_the_place_of_a_folder_is_named_before_anything_is_read_or_made(string line)
    {
        folder.Write("taken", "precious");

        var refused = Run(line, Path.Combine("taken", "x"));

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(": taken is a file, not a folder", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(folder.File("taken")));
        Assert.Equal(["set", "taken"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order());
    }

    [NeedsTheory("/proc/self")]
    [InlineData("data convert set --to h36m-17 --out TARGET"), InlineData("data synth --clips 32 --out TARGET")]
    [InlineData("data split set --by random --out TARGET"), InlineData("data split set --by random --out lists --into TARGET")]
    [InlineData("data inspect set --html TARGET"), InlineData("data preview set --out TARGET"), InlineData("data inspect set --list TARGET")]
    public void A_folder_that_takes_no_files_is_named_and_no_hidden_file_is(string line)
    {
        var refused = Run(line, "/proc/x");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("cannot be written: the folder /proc takes no new files", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(folder.File("set"), Assert.Single(Directory.GetFileSystemEntries(folder.Path)));
    }

    [Theory]
    [InlineData("data inspect set --html TARGET"), InlineData("data split set --by random --out lists --into TARGET"), InlineData("export nosuch --out TARGET")]
    public void A_folder_in_the_place_of_a_file_is_refused_before_anything_is_read_or_made(string line)
    {
        foreach (var target in (string[])["set", "new/"])
        {
            var refused = Run([.. line.Split(' '), "--overwrite"], target);

            Assert.Equal(2, refused.ExitCode);
            Assert.StartsWith($"kinema: {target}: is a folder, not a file; give another ", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        }
        Assert.Equal(folder.File("set"), Assert.Single(Directory.GetFileSystemEntries(folder.Path)));
    }

    private CliResult Run(string line, string target) => Run(line.Split(' '), target);

    private CliResult Run(string[] words, string target) => CliProcess.Run(
        [.. words.Select(word => word switch { "TARGET" => target, "RECIPE" => Recipe, _ => word })], environment: null, folder.Path);
}
