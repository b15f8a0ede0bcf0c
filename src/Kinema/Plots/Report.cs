using Kinema.Storage;

namespace Kinema.Plots;

/// <summary>Writes a run's report: one HTML file that opens anywhere and asks nothing of any network, and the same facts as JSON.</summary>
/// <example>
/// <code>
/// Report.Write(model, runFolder);      // report.html and report.json
/// </code>
/// </example>
public static class Report
{
    /// <summary>Writes <c>report.html</c> and <c>report.json</c> into a folder; each replaces an old one as a whole or not at
    /// all.</summary>
    /// <param name="model">What to show.</param>
    /// <param name="folder">The run folder; it must exist.</param>
    /// <returns>The path of <c>report.html</c>.</returns>
    public static string Write(ReportModel model, string folder)
    {
        var path = Path.Combine(folder, "report.html");
        AtomicFile.WriteAllText(path, ReportPage.Html(model));
        AtomicFile.WriteAllText(Path.Combine(folder, "report.json"), ReportJson.Text(model));
        return path;
    }
}
