namespace Kinema.Cli.Tests;

/// <summary>No machine has a hundred and first CUDA device.</summary>
public class DeviceTests
{
    [Theory]
    [InlineData("train", "RECIPE", "--data", "gone", "--out", "OUT")]
    [InlineData("train", "RECIPE", "--data", "gone", "--dry-run")]
    [InlineData("demo", "--out", "OUT")]
    [InlineData("eval", "gone.safetensors")]
    [InlineData("predict", "gone.json", "--weights", "gone.safetensors")]
    [InlineData("models", "verify", "gone.safetensors")]
    public void A_device_that_is_not_there_is_refused_before_anything_is_opened_or_written(params string[] line)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("recipe.yaml"), "name: test/device\n");
        string[] words = [.. line.Select(word => word == "RECIPE" ? "recipe.yaml" : word == "OUT" ? "made" : word), "--device", "cuda:100", "--quiet"];

        var refused = CliProcess.Run(words, environment: null, folder.Path);

        Assert.Equal(3, refused.ExitCode);
        var why = Assert.Single(refused.ErrorLines);
        Assert.Contains("cannot compute on cuda:100: ", why, StringComparison.Ordinal);
        Assert.EndsWith("--device cpu", why, StringComparison.Ordinal);
        Assert.Equal([folder.File("recipe.yaml")], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_name_that_is_no_device_is_a_mistake_of_the_command_line()
    {
        var refused = CliProcess.Run("demo", "--device", "gpu");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--device takes cpu, cuda, or cuda:N with N from 0, not 'gpu'", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_option_stands_for_the_key()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("recipe.yaml"), "name: test/device\ntraining:\n  device: cuda:100\n");
        var refused = CliProcess.Run("train", folder.File("recipe.yaml"), "--data", "gone", "--quiet");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("cuda:100", refused.Error, StringComparison.Ordinal);
        var other = CliProcess.Run("train", folder.File("recipe.yaml"), "--data", "gone", "--device", "cpu", "--quiet");
        Assert.Equal(4, other.ExitCode);
    }
}
