using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Drawing;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Previews;

/// <summary>
/// Clips in one HTML page that plays them: to turn, zoom and step through, with the joints' names. It is complete in itself, loads nothing
/// from any network, and its own policy lets only its own script run. Coordinates are kept as float32.
/// </summary>
public static class PreviewPage
{
    /// <summary>The most coordinates a page holds, all clips together: some 85 MB of text.</summary>
    public const int MostCoordinates = 16_000_000;

    // One script, "use strict" at its head.
    private static readonly string[] Scripts = ["player.js", "clips.js", "scene.js"];

    /// <summary>The whole HTML text.</summary>
    /// <param name="layout">The clips' joints.</param>
    /// <param name="clips">The clips, at least one.</param>
    /// <param name="title">The page's title, e.g. the data set's name.</param>
    /// <param name="framesPerSecond">Of the sensor: clips do not say; a Kinect has 30.</param>
    /// <exception cref="ArgumentException">
    /// There is no clip, there are more than <see cref="MostCoordinates"/>, or a clip has another number of joints than the layout.
    /// </exception>
    public static string Html(SkeletonLayout layout, IReadOnlyList<LabelledClip> clips, string title, double framesPerSecond = 30)
    {
        if (clips.Count == 0) throw new ArgumentException("a page holds at least one clip", nameof(clips));
        if (clips.Sum(item => (long)item.Clip.Length) is var numbers && numbers > MostCoordinates)
            throw new ArgumentException($"a page holds at most {MostCoordinates} coordinates; these clips have {numbers}", nameof(clips));
        var (style, script) = (Resource("player.css"), string.Join("\n", Scripts.Select(Resource)));
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '{Hash(style)}'; script-src '{Hash(script)}'; base-uri 'none'; form-action 'none'">
            <title>{Markup.Escape(title)} · Kinema preview</title>
            <style>{style}</style>
            </head>
            <body>
            <header>
            <h1>{Markup.Escape(title)}</h1>
            <p id="about"></p>
            <label id="choose"><span class="hidden">Clip</span> <select id="clip"></select></label>
            </header>
            <main>
            <div id="stage">
            <canvas id="view" role="img" tabindex="0" aria-label="The clip"></canvas>
            <ul id="key" aria-label="What the shades and colours mean"></ul>
            <div id="tip" hidden></div>
            </div>
            <div class="bar" role="group" aria-label="Playing">
            <button type="button" id="play" aria-pressed="false" title="space">Play</button>
            <button type="button" id="back" aria-label="One frame back" title="left arrow">‹</button>
            <button type="button" id="next" aria-label="One frame on" title="right arrow">›</button>
            <input type="range" id="frame" min="0" max="0" value="0" step="1" aria-label="Frame">
            <output id="count" for="frame">1 / 1</output>
            <label><span class="hidden">Speed</span> <select id="speed">
            <option value="0.25">¼ speed</option><option value="0.5">½ speed</option><option value="1" selected>{Rate(framesPerSecond)} fps</option><option value="2">2 × speed</option>
            </select></label>
            <button type="button" id="out" aria-label="Zoom out" title="minus">−</button>
            <button type="button" id="in" aria-label="Zoom in" title="plus">+</button>
            <button type="button" id="reset" title="0 or a double click">Reset view</button>
            <button type="button" id="names" aria-pressed="false" title="n">Joint names</button>
            <span id="said" class="hidden" role="status"></span>
            </div>
            </main>
            <footer>{Help(layout)} Complete in itself: this page loads nothing from any network.</footer>
            <script type="application/json" id="clips">{Data(layout, clips, framesPerSecond)}</script>
            <script>{script}</script>
            </body>
            </html>

            """.ReplaceLineEndings("\n");
    }

    private static string Help(SkeletonLayout layout) =>
        (layout.Dimensions == 2 ? "Drag to move, " : "Drag or <kbd>shift</kbd> + arrows to turn, ")
        + "wheel or <kbd>+</kbd> <kbd>−</kbd> to zoom, <kbd>space</kbd> to play, <kbd>←</kbd> <kbd>→</kbd> to step, <kbd>[</kbd> <kbd>]</kbd> for other "
        + "clips, <kbd>n</kbd> for joint names, <kbd>0</kbd> for the first view.";

    /// <summary>What the script plays. No text can end the element it lies in: the serialiser escapes angle brackets.</summary>
    private static string Data(SkeletonLayout layout, IReadOnlyList<LabelledClip> clips, double framesPerSecond) => JsonSerializer.Serialize(new
    {
        joints = layout.Joints,
        bones = layout.Bones.Select(bone => new[] { bone.Child, bone.Parent }),
        sides = BodySides.Of(layout).Select(side => (int)side),
        head = layout.Drawing.Head,
        center = layout.Center,
        channels = layout.Dimensions,
        right = Axis(layout.Drawing.Right),
        up = Axis(layout.Drawing.Up),
        rate = framesPerSecond,
        colours = new { light = PlotTheme.Persons(dark: false), dark = PlotTheme.Persons(dark: true) },
        clips = clips.Select(item => (item.Clip, item.Label, Pose: new FlatPose(layout, item.Clip, 0, follow: true))).Select(item => new
        {
            name = item.Clip.Name,
            label = item.Label,
            frames = item.Clip.Frames,
            persons = item.Clip.Persons,
            people = item.Pose.Persons,                          // those seen: a set may keep a second place that stays empty
            turn = item.Pose.Turn,
            origin = item.Pose.CenterMayBeOrigin,                // whether a centre there is seen
            data = Coordinates(item.Clip, layout.Dimensions),
        }),
    });

    /// <summary>[m][t][v][c] as little-endian float32 in base64.</summary>
    private static string Coordinates(SkeletonClip clip, int channels)
    {
        var bytes = new byte[clip.Length / 3 * channels * sizeof(float)];
        var points = clip.Coordinates;
        var at = 0;
        for (var i = 0; i < points.Length; i++)
        {
            if (i % 3 >= channels) continue;
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), (float)points[i]);
            at += sizeof(float);
        }
        return Convert.ToBase64String(bytes);
    }

    private static object Axis(SignedAxis axis) => new { axis = axis.Index, sign = axis.Sign };

    private static string Rate(double framesPerSecond) => framesPerSecond.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Resource(string name)
    {
        using var stream = typeof(PreviewPage).Assembly.GetManifestResourceStream($"previews/{name}")!;
        using var reader = new StreamReader(stream);
        return $"\n{reader.ReadToEnd()}".ReplaceLineEndings("\n");
    }
}
