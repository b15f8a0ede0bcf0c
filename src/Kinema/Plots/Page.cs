using System.Globalization;
using Kinema.Skeletons.Drawing;

namespace Kinema.Plots;

/// <summary>A section of a page. One without a body is left out.</summary>
/// <param name="Id">Its anchor.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Body">HTML.</param>
internal sealed record PageSection(string Id, string Title, string Body);

/// <summary>The frame that the pages have in common: one file that asks nothing of any network, light or dark as the reader likes.</summary>
internal sealed record Page
{
    /// <summary>What kind of page it is, above the heading.</summary>
    public required string Kind { get; init; }

    /// <summary>The heading.</summary>
    public required string Title { get; init; }

    /// <summary>A sentence below it, or nothing.</summary>
    public string Lead { get; init; } = "";

    /// <summary>The facts to see at once.</summary>
    public required IReadOnlyList<Fact> Facts { get; init; }

    /// <summary>The sections, in order.</summary>
    public required IReadOnlyList<PageSection> Sections { get; init; }

    /// <summary>The whole HTML text.</summary>
    public string Html()
    {
        PageSection[] sections = [.. Sections.Where(section => section.Body.Length > 0)];
        var links = string.Concat(sections.Select(s => $"<a href=\"#{s.Id}\">{s.Title}</a>"));
        var main = string.Concat(sections.Select(s =>
            $"<section id=\"{s.Id}\" aria-labelledby=\"{s.Id}-title\">\n<h2 id=\"{s.Id}-title\">{s.Title}</h2>\n{s.Body}</section>\n"));
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
            <title>{E(Title)} · {E(Kind)}</title>
            <style>{ReportStyle.Css}{PlotTheme.Css}</style>
            </head>
            <body>
            <a class="skip" href="#{sections[0].Id}">Skip to the {sections[0].Title.ToLowerInvariant()}</a>
            <header>
            <p class="kicker">{E(Kind)}</p>
            <h1>{E(Title)}</h1>
            {(Lead.Length > 0 ? $"<p class=\"lead\">{E(Lead)}</p>" : "")}
            <dl class="chips">{string.Concat(Facts.Select(f => $"<div><dt>{E(f.Name)}</dt><dd>{E(f.Value)}</dd></div>"))}</dl>
            <nav aria-label="Sections">{links}</nav>
            </header>
            <main>
            {main}</main>
            <footer><p>Made by Kinema. This page is complete in itself: it loads nothing from any network.</p></footer>
            <script>{ReportStyle.Script}</script>
            </body>
            </html>

            """.ReplaceLineEndings("\n");
    }

    /// <summary>Figures side by side. On a narrow screen each shrinks to the share <paramref name="least"/>, then scrolls.</summary>
    public static string Grid(string style, IReadOnlyList<Figure> figures, double least) =>
        $"<div class=\"{style}\">\n{string.Concat(figures.Select(f => $"<figure><figcaption>{E(f.Title)}</figcaption>" +
            $"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{E(f.Title)}\">\n" +
            $"<div style=\"min-width:{(int)(f.Width * least)}px\">{f.ToInlineSvg()}</div></div></figure>\n"))}</div>\n";

    /// <summary>A table that is folded until asked for.</summary>
    public static string Folded(string summary, string table) => $"<details><summary>{E(summary)}</summary>\n{table}</details>\n";

    public static string Int(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string E(string text) => Markup.Escape(text);
}
