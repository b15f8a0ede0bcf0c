using System.Globalization;
using System.Text;
using Kinema.Skeletons.Datasets.Ntu;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Tests.Datasets.Ntu;

/// <summary>The content of a raw file, to be written as text: in every frame the bodies, each with an id and 75 coordinates.</summary>
internal sealed class NtuRaw
{
    public List<List<(string Id, float[] Points)>> Frames { get; } = [];

    /// <summary>A person of natural proportions somewhere, whose right hand moves.</summary>
    public static float[] Person(int frame, double x = 0, double move = 1)
    {
        var points = new float[75];
        for (var joint = 0; joint < 25; joint++)
        {
            points[3 * joint] = (float)(x + 0.011 * joint + (joint == 11 ? move * 0.01 * frame : 0));
            points[3 * joint + 1] = (float)(-0.8 + 0.07 * joint + 0.001 * move * frame);
            points[3 * joint + 2] = (float)(3 + 0.003 * joint);
        }
        return points;
    }

    /// <summary>Something lying: much wider than high.</summary>
    public static float[] Chair(int frame) =>
        [.. Enumerable.Range(0, 75).Select(i => (float)(i % 3 == 0 ? 0.05 * i / 3 : 0.5 + 0.002 * (i % 7) + 0.0001 * frame))];

    /// <summary>Frames in which bodies come and go: each is there from its first to its last frame.</summary>
    public static NtuRaw Of(int frames, params (string Id, int First, int Last, Func<int, float[]> At)[] bodies)
    {
        var raw = new NtuRaw();
        for (var frame = 0; frame < frames; frame++)
        {
            raw.Frames.Add([.. bodies.Where(body => frame >= body.First && frame <= body.Last).Select(body => (body.Id, body.At(frame)))]);
        }
        return raw;
    }

    public string Text(string newLine = "\r\n")
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Frames.Count}{newLine}");
        foreach (var frame in Frames)
        {
            text.Append(CultureInfo.InvariantCulture, $"{frame.Count}{newLine}");
            foreach (var (id, points) in frame)
            {
                text.Append(CultureInfo.InvariantCulture, $"{id} 0 1 1 1 1 0 0.02764709 -0.05745083 2{newLine}25{newLine}");
                for (var joint = 0; joint < 25; joint++)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{points[3 * joint]:R} {points[3 * joint + 1]:R} {points[3 * joint + 2]:R}");
                    text.Append(CultureInfo.InvariantCulture, $" 277.419 191.8218 1036.233 519.1677 -0.2059419 0.05349901 0.9692109 -0.1239193 2{newLine}");
                }
            }
        }
        return text.ToString();
    }

    public byte[] Bytes(string newLine = "\r\n") => Encoding.UTF8.GetBytes(Text(newLine));

    public NtuBodies Bodies() => Read(Bytes());

    public static NtuBodies Read(ReadOnlySpan<byte> text)
    {
        var bodies = new NtuBodies();
        NtuText.Read(text, "f", Layouts.Ntu, bodies);
        return bodies;
    }
}
