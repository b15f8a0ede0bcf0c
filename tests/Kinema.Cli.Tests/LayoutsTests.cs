namespace Kinema.Cli.Tests;

public class LayoutsTests
{
    [Fact]
    public void The_list_names_the_built_in_layouts_with_their_joints()
    {
        var layouts = CliProcess.Run("layouts", "list", "--json").Document.GetProperty("layouts").EnumerateArray()
            .ToDictionary(layout => layout.GetProperty("name").GetString()!, layout => layout.GetProperty("joints").GetInt32());

        Assert.Equal(20, layouts["nw-ucla"]);
        Assert.Equal(25, layouts["ntu"]);
    }

    [Fact]
    public void Which_layouts_have_hyperedges_is_listed_and_which_joint_is_in_which_is_shown()
    {
        var list = CliProcess.Run("layouts", "list").Output.Split('\n');
        Assert.Matches("^layout +joints +dimensions +parts +hyperedges +centre$", list[0]);
        Assert.Single(list, line => System.Text.RegularExpressions.Regex.IsMatch(line, "^nw-ucla +20 +3 +5 +3 +"));
        Assert.Equal(3, CliProcess.Run("layouts", "show", "nw-ucla", "--json").Document.GetProperty("hyperedges").GetArrayLength());
        Assert.Matches("(?m)^ *16 +right-hip +hip-center +right-leg +2 +left-hip$", CliProcess.Run("layouts", "show", "nw-ucla").Output);
    }

    [Fact]
    public void A_layout_printed_as_yaml_reads_back_as_itself()
    {
        var file = Path.Combine(Path.GetTempPath(), $"kinema-{Guid.NewGuid():N}.yaml");
        try
        {
            File.WriteAllText(file, CliProcess.Run("layouts", "show", "nw-ucla", "--yaml").Output);

            Assert.Equal(CliProcess.Run("layouts", "show", "nw-ucla").Output, CliProcess.Run("layouts", "show", file).Output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Colours_never_reach_a_file()
    {
        var run = CliProcess.Run("layouts", "show", "ntu");

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain('\x1b', run.Output + run.Error);
        Assert.Equal(25 + 3, run.Output.TrimEnd('\n').Split('\n').Length);
    }
}
