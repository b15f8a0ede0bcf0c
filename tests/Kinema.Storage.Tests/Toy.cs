namespace Kinema.Storage.Tests;

/// <summary>What the tests of refusals share.</summary>
internal static class Toy
{
    /// <summary>The message of the one-line error that the action must end with.</summary>
    public static string Refusal(Action action, ExitCode exitCode = ExitCode.Checkpoint)
    {
        var error = Assert.Throws<KinemaException>(action);
        Assert.Equal(exitCode, error.ExitCode);
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }
}
