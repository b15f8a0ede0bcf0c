namespace Kinema.Cli.Tests;

public class UsageErrorTests
{
    [Theory]
    [InlineData("docter", "'kinema' has no command 'docter'; did you mean 'doctor'?", "try 'kinema -h'")]
    [InlineData("doctor --jsn", "'kinema doctor' has no option '--jsn'; did you mean '--json'?", "try 'kinema doctor -h'")]
    [InlineData("train --epocs 3 recipe.yaml", "'kinema train' has no option '--epocs'; did you mean '--epochs'?", "try 'kinema train -h'")]
    [InlineData("doctor here", "'kinema doctor' does not expect 'here'", "try 'kinema doctor -h'")]
    [InlineData("layouts", "'kinema layouts' needs one of: list, show", "try 'kinema layouts -h'")]
    [InlineData("layouts show", "'kinema layouts show' needs LAYOUT: a built-in name, or the path of a YAML file (which is checked)", "try 'kinema layouts show -h'")]
    [InlineData("data synth", "'kinema data synth' needs --out FOLDER: the folder to write clips.safetensors into", "try 'kinema data synth -h'")]
    [InlineData("models import x.pt", "'kinema models import' needs --data PATH: the data set it was trained on: joints and class names", "try 'kinema models import -h'")]
    [InlineData("data synth --out", "Required argument missing for option: '--out'", "try 'kinema data synth -h'")]
    [InlineData("data synth --out x --clips many", "--clips takes a whole number, not 'many'", "try 'kinema data synth -h'")]
    [InlineData("train r.yaml --threads 0", "--threads takes a number from 1 up, not '0'", "try 'kinema train -h'")]
    [InlineData("train r.yaml --threads two", "--threads takes a whole number, not 'two'", "try 'kinema train -h'")]
    [InlineData("data synth --out x --out y", "--out is given 2 times; it takes one value", "try 'kinema data synth -h'")]
    [InlineData("data synth --out x --split cross-veiw", "--split takes cross-subject, cross-view, not 'cross-veiw'; did you mean 'cross-view'?", "try 'kinema data synth -h'")]
    [InlineData("completion fsh", "SHELL takes bash, fish, zsh, not 'fsh'; did you mean 'fish'?", "try 'kinema completion -h'")]
    [InlineData("models import x.pt --data d -o w --head maybe", "--head takes file, new, not 'maybe'", "try 'kinema models import -h'")]
    public void A_mistake_is_one_line_and_a_pointer_to_the_help(string line, string complaint, string pointer)
    {
        var run = CliProcess.Run(line.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Equal([$"kinema: {complaint}", pointer], run.ErrorLines);
    }

    [Theory]
    [InlineData("--out is empty: it takes PATH", "data", "convert", "clips", "--out", "")]
    [InlineData("--out is empty: it takes FOLDER", "data", "preview", "toy", "-o", "")]
    [InlineData("--out is empty: it takes DIR", "train", "r.yaml", "--out", "")]
    [InlineData("--config is empty: it takes FILE", "train", "--config", "")]
    [InlineData("CLIP is empty: it takes a value", "predict", "a.json", "", "--weights", "w")]
    [InlineData("PATH is empty: it takes a value", "data", "convert", "", "--out", "a")]
    public void An_empty_path_is_not_the_folder_one_is_in(string complaint, params string[] line)
    {
        var run = CliProcess.Run(line);

        Assert.Equal((2, $"kinema: {complaint}"), (run.ExitCode, run.ErrorLines[0]));
    }

    [Fact]
    public void A_mistake_in_the_data_is_one_line_without_a_trace()
    {
        var run = CliProcess.Run("layouts", "show", "no/such.yaml");

        Assert.Equal(4, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains("no/such.yaml", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void Verbose_adds_the_trace_of_a_mistake()
    {
        var run = CliProcess.Run("layouts", "show", "no/such.yaml", "--verbose");

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("   at Kinema.", run.Error, StringComparison.Ordinal);
    }

    [NeedsFact("/dev/full")]
    public void A_result_that_cannot_be_written_is_said()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Kinema.Cli.dll");
        using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "/bin/sh", ["-c", $"exec dotnet '{program}' layouts list > /dev/full"])
        {
            RedirectStandardError = true,
        })!;
        var error = shell.StandardError.ReadToEnd();
        shell.WaitForExit();

        Assert.Equal(2, shell.ExitCode);
        Assert.StartsWith("kinema: cannot write the result to standard output", error, StringComparison.Ordinal);
    }
}
