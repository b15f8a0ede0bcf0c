namespace Kinema.Cli.Doctor;

/// <summary>How a check came out.</summary>
internal enum Health { Ok, Warning, Failed }

/// <summary>One line of <c>kinema doctor</c>.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Status">How it came out.</param>
/// <param name="Found">What was found.</param>
/// <param name="Fix">What to do about it; null when all is well.</param>
internal sealed record HealthCheck(string Name, Health Status, string Found, string? Fix = null)
{
    /// <summary>Runs a check; one that throws has failed, and says so instead of ending the doctor.</summary>
    /// <param name="name">What is looked at.</param>
    /// <param name="fix">What to do if the check throws.</param>
    /// <param name="check">Answers the status, what was found and what to do.</param>
    public static HealthCheck Of(string name, string fix, Func<(Health Status, string Found, string? Fix)> check)
    {
        try
        {
            var (status, found, remedy) = check();
            return new HealthCheck(name, status, found, remedy);
        }
        catch (Exception error)
        {
            return new HealthCheck(name, Health.Failed, Faults.Cause(error).Message.ReplaceLineEndings(" "), fix);
        }
    }
}
