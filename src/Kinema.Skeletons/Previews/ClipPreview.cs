using System.Globalization;
using System.Text;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Drawing;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Previews;

/// <summary>A file of a preview, before it is written.</summary>
public sealed class PreviewFile
{
    private readonly Action<Stream> write;

    internal PreviewFile(string path, string format, IReadOnlyList<string> clips, Action<Stream> write)
    {
        (Path, Format, Clips) = (path, format, clips);
        this.write = write;
    }

    /// <summary>Where it goes.</summary>
    public string Path { get; }

    /// <summary><c>svg</c>, <c>png</c>, <c>gif</c> or <c>html</c>.</summary>
    public string Format { get; }

    /// <summary>The names of the clips it shows.</summary>
    public IReadOnlyList<string> Clips { get; }

    /// <summary>Writes it, whole or not at all; a file that is there is replaced.</summary>
    /// <exception cref="KinemaException">It cannot be written (<see cref="ExitCode.Usage"/>).</exception>
    public void Write() => AtomicFile.Write(Path, write);
}

/// <summary>Previews of clips as files.</summary>
/// <example>
/// <code>
/// var clips = ClipExamples.Of(set, most: 20);
/// foreach (var file in ClipPreview.Plan(set.Layout, clips, set.Name, "preview", new() { Formats = PreviewFormats.Gif })) file.Write();
/// </code>
/// </example>
public static class ClipPreview
{
    /// <summary>The most clips that a preview shows.</summary>
    public const int MostClips = ClipPictures.MostOnSheet;

    private const PreviewFormats Stills = PreviewFormats.Svg | PreviewFormats.Png;

    /// <summary>
    /// Which files a preview consists of: <c>preview.html</c>, <c>sheet.svg</c> and <c>sheet.png</c>, and one of a clip's name for what each
    /// has of its own. Nothing is drawn before a file is written.
    /// </summary>
    /// <param name="layout">The clips' joints.</param>
    /// <param name="clips">The clips.</param>
    /// <param name="title">What they are together, e.g. the data set's name.</param>
    /// <param name="folder">The folder for the files.</param>
    /// <param name="options">What is written.</param>
    /// <exception cref="KinemaException">
    /// An option is out of range, or there are no clips or too many (<see cref="ExitCode.Usage"/>).
    /// </exception>
    public static IReadOnlyList<PreviewFile> Plan(
        SkeletonLayout layout, IReadOnlyList<LabelledClip> clips, string title, string folder, PreviewOptions options)
    {
        Check(clips, options);
        var files = new List<PreviewFile>();
        var (formats, rate) = (options.Formats, options.FramesPerSecond);
        string[] names = [.. clips.Select(item => item.Clip.Name)];
        if (formats.HasFlag(PreviewFormats.Html))
            files.Add(File("preview", "html", names, output => Text(output, PreviewPage.Html(layout, clips, title, rate))));
        if (options.Sheet) AddStills("sheet", names, () => ClipPictures.Sheet(layout, clips, title, options.Frames ?? 3));
        var taken = new HashSet<string>(["preview", "sheet"], StringComparer.OrdinalIgnoreCase);
        foreach (var item in clips)
        {
            var (name, label) = (FileName(item.Clip.Name, taken), item.Label.Length > 0 ? item.Label : item.Clip.Name);
            if (!options.Sheet) AddStills(name, [item.Clip.Name], () => ClipPictures.Stills(layout, item.Clip, label, options.Frames ?? 8, named: true));
            if (formats.HasFlag(PreviewFormats.Gif))
                files.Add(File(name, "gif", [item.Clip.Name], output => ClipAnimation.WriteGif(output, layout, item.Clip, label, rate)));
        }
        return files;

        void AddStills(string name, string[] shown, Func<Picture> draw)
        {
            if (formats.HasFlag(PreviewFormats.Svg)) files.Add(File(name, "svg", shown, output => Text(output, draw().ToFigure().ToSvg())));
            if (formats.HasFlag(PreviewFormats.Png)) files.Add(File(name, "png", shown, output => draw().WritePng(output)));
        }

        PreviewFile File(string name, string format, IReadOnlyList<string> shown, Action<Stream> write) =>
            new(Path.Combine(folder, $"{name}.{format}"), format, shown, write);
    }

    /// <summary>
    /// A file name that is safe anywhere for a clip's name, which may come from a stranger: of letters, digits, dot, dash and underscore,
    /// not hidden, at most 100 long, and none that is taken.
    /// </summary>
    internal static string FileName(string clip, HashSet<string> taken)
    {
        var safe = string.Concat(clip.Take(100).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')).TrimStart('.');
        if (safe.Length == 0) safe = "clip";
        for (var (name, again) = (safe, 2); ; name = string.Create(CultureInfo.InvariantCulture, $"{safe}-{again++}"))
        {
            if (taken.Add(name)) return name;
        }
    }

    private static void Check(IReadOnlyList<LabelledClip> clips, PreviewOptions options)
    {
        var formats = options.Formats;
        if (formats is PreviewFormats.None) throw Refusal.Usage($"no format is asked for: svg, png, gif or html");
        if (options.Sheet && (formats & Stills) == 0) throw Refusal.Usage($"a sheet is svg or png: add one of them to the formats");
        if (options.Frames is < 1 or > 64) throw Refusal.Usage($"a clip is shown by 1 to 64 frames; got {options.Frames}");
        if (!(options.FramesPerSecond is >= 0.1 and <= 1000)) throw Refusal.Usage($"a rate is 0.1 to 1000 frames per second; got {options.FramesPerSecond}");
        if (clips.Count == 0) throw Refusal.Usage($"there is no clip to show");
        if (clips.Count > MostClips) throw Refusal.Usage($"a preview shows at most {MostClips} clips; got {clips.Count}");
        var numbers = clips.Sum(item => (long)item.Clip.Length);
        if (formats.HasFlag(PreviewFormats.Html) && numbers > PreviewPage.MostCoordinates)
            throw Refusal.Usage($"a page holds at most {PreviewPage.MostCoordinates} coordinates; these clips have {numbers}: choose fewer");
    }

    private static void Text(Stream output, string text) => output.Write(Encoding.UTF8.GetBytes(text));
}
