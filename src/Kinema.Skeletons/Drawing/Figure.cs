namespace Kinema.Skeletons.Drawing;

/// <summary>
/// A finished drawing. Sizes are in CSS pixels; it scales to whatever width it is given. Title and description are read aloud by
/// screen readers; colours follow the reader's light or dark setting and turn light on paper.
/// </summary>
/// <param name="Title">What is drawn, in a few words.</param>
/// <param name="Description">What it shows, with the main numbers: the figure for someone who cannot see it.</param>
/// <param name="Width">Width of the view box, pixels.</param>
/// <param name="Height">Height of the view box, pixels.</param>
/// <param name="Body">SVG elements, styled by the classes of <see cref="PlotTheme"/>.</param>
public sealed record Figure(string Title, string Description, double Width, double Height, string Body)
{
    /// <summary>The whole text of an <c>.svg</c> file, with its own style and background.</summary>
    public string ToSvg() =>
        $"""
        <svg xmlns="http://www.w3.org/2000/svg" {Frame}>
        <title>{Markup.Escape(Title)}</title><desc>{Markup.Escape(Description)}</desc>
        <style>{PlotTheme.Css}</style>
        <rect class="k-paper" x="0" y="0" width="{Markup.Number(Width)}" height="{Markup.Number(Height)}"/>
        {Body}</svg>

        """;

    /// <summary>The figure as an element of an HTML page that holds <see cref="PlotTheme.Css"/> once.</summary>
    public string ToInlineSvg() =>
        $"""
        <svg {Frame}>
        <title>{Markup.Escape(Title)}</title><desc>{Markup.Escape(Description)}</desc>
        {Body}</svg>

        """;

    private string Frame =>
        $"""class="k-plot" role="img" aria-label="{Markup.Escape($"{Title}. {Description}")}" """ +
        $"""viewBox="0 0 {Markup.Number(Width)} {Markup.Number(Height)}" """ +
        $"""width="{Markup.Number(Width)}" height="{Markup.Number(Height)}" """.TrimEnd();
}
