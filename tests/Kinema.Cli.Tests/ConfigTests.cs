namespace Kinema.Cli.Tests;

public class ConfigTests
{
    [Fact]
    public void Show_resolves_file_environment_and_set_and_says_where_each_came_from()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("r.yaml"), "training:\n  epochs: 7\n");

        var run = CliProcess.Run(["config", "show", "r.yaml", "--set", "training.seed=5", "--origin"],
            new() { ["KINEMA_MODEL__CHANNELS"] = "32", ["KINEMA_TRAINING__EPOCHS"] = "9" }, folder.Path);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("epochs: 7  # r.yaml:2:11", run.Output, StringComparison.Ordinal);
        Assert.Contains("seed: 5  # --set", run.Output, StringComparison.Ordinal);
        Assert.Contains("channels: 32  # KINEMA_MODEL__CHANNELS", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_show_prints_is_a_recipe_that_resolves_to_itself()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("r.yaml"), "name: mine\ntraining:\n  epochs: 7\n");
        var first = CliProcess.Run(["config", "show", "r.yaml"], null, folder.Path).Output;
        File.WriteAllText(folder.File("again.yaml"), first);

        Assert.Equal(first, CliProcess.Run(["config", "show", "again.yaml"], null, folder.Path).Output);
    }

    [Theory]
    [InlineData("model.name=hcn", "paper: 'none: hcn with the settings of ctr-gcn'", "source: ''")]
    [InlineData("model.name=ctr-gcn", "paper: Table 3", "joint: 94.6")]
    [InlineData("data.labels=few.txt", "paper: Table 3", "source: ''")]
    [InlineData("data.labels=null", "paper: Table 3", "joint: 94.6")]
    public void Published_numbers_are_of_the_recipe_s_encoder_and_of_all_its_clips(string change, params string[] lines)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("r.yaml"), "paper: Table 3\nmodel: {name: ctr-gcn}\ntargets: {source: Table 3, joint: 94.6}\n");

        var shown = CliProcess.Run(["config", "show", "r.yaml", "--set", change], null, folder.Path).Output;
        Assert.All(lines, line => Assert.Contains(line, shown.Replace('"', '\''), StringComparison.Ordinal));
        Assert.Equal(lines[1] == "joint: 94.6", shown.Contains("joint: 94.6", StringComparison.Ordinal));

        // What is given for them holds.
        Assert.Contains("joint: 90", CliProcess.Run(["config", "show", "r.yaml", "--set", change, "--set", "targets.joint=90"], null, folder.Path).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name: r-with-hcn", "model.name=hcn")]
    [InlineData("name: r-with-hcn", "model.name=\"hcn\"")]
    [InlineData("name: r", "model.name=ctr-gcn")]
    [InlineData("name: mine", "model.name=hcn", "name=mine")]
    public void A_recipe_with_another_encoder_is_called_after_both(string name, params string[] changes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("r.yaml"), "model: {name: ctr-gcn}\n");

        var shown = CliProcess.Run(["config", "show", "r.yaml", .. changes.SelectMany(change => new[] { "--set", change })], null, folder.Path);

        Assert.Equal(name, shown.Output.Split('\n').Single(line => line.StartsWith("name:", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_unknown_key_ends_with_3_and_the_nearest_name()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("r.yaml"), "training:\n  epoch: 7\n");

        var run = CliProcess.Run(["config", "show", "r.yaml"], null, folder.Path);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("r.yaml:2:3", run.Error, StringComparison.Ordinal);
        Assert.Contains("epochs", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_key_is_listed_with_what_it_takes()
    {
        var keys = CliProcess.Run("config", "keys", "--json").Document.GetProperty("keys").EnumerateArray().ToList();

        Assert.Equal(Recipes.RecipeKeys.All.Count, keys.Count);
        Assert.All(keys, key => Assert.NotEmpty(key.GetProperty("takes").GetString()!));
    }
}
