using System.Globalization;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Datasets.SbuInteraction;

/// <summary>
/// SBU Kinect Interaction (Yun et al., CVPR Workshops 2012): 282 clips of 8 actions of two people, 21 pairs of actors, 15 joints at 15
/// frames a second. Files <c>sXXsYY/AA/NNN/skeleton_pos.txt</c> at any depth; a line a frame: its number, then two bodies.
/// </summary>
/// <remarks>
/// The files are in units of the picture, y downwards. The authors give millimetres as X = 1280 - 2560 x, Y = 960 - 1920 y and
/// Z = 10000/7.8125 z; clips are in metres, a thousandth of that, so y points upwards. A clip's subject is the number of its pair.
/// </remarks>
internal sealed class SbuInteractionSource : FileSource
{
    private const int Persons = 2;
    private static readonly SkeletonLayout Joints = Layouts.Get("sbu-15");

    private SbuInteractionSource(ClipFiles files, FoundFiles found)
        : base(files, found.Files.Where(file => SbuName.Parse(file.Name).PairNumber > 0), [.. found.Doubles, .. UnknownPairs(files, found)])
    {
    }

    public override string Name => "sbu";

    public override string Preparation => "metres 1";

    public override SkeletonLayout Layout => Joints;

    public override IReadOnlyList<string> Classes => SbuName.Classes;

    /// <summary>The authors' five folds over pairs of actors, <c>fold-1</c> to <c>fold-5</c>.</summary>
    public override IReadOnlyList<Protocol> Protocols { get; } = [.. SbuName.Folds.Select((pairs, fold) =>
        new Protocol(string.Create(CultureInfo.InvariantCulture, $"fold-{fold + 1}"), clip => pairs.Contains(clip.Subject) ? "test" : "train"))];

    public static SbuInteractionSource At(string path)
    {
        var files = ClipFiles.Open(path);
        return new SbuInteractionSource(files, FoundFiles.Some(files, most: 4 * 282,
            "clip of SBU Kinect Interaction: files lie like s01s02/01/001/skeleton_pos.txt", inside => SbuName.Of(inside)?.ToString()));
    }

    private protected override ItemClips Read(FoundFile file, string where, ClipFiles.Reader reader)
    {
        var clip = Parse(reader.Read(file.Index), SbuName.Parse(file.Name), where, out var jump);
        return new ItemClips([clip], [], jump is null ? [] : [new SkippedClip(clip.Name, "frame-gap", jump)]);
    }

    /// <summary>A clip.</summary>
    /// <param name="text">The file.</param>
    /// <param name="name">What its path says.</param>
    /// <param name="where">What to call it in messages.</param>
    /// <param name="jump">The first place where frames are missing, if they are anywhere.</param>
    internal static SkeletonClip Parse(ReadOnlySpan<byte> text, SbuName name, string where, out string? jump)
    {
        var frames = new FrameList(Joints, Persons);
        var lines = new NumberLines(text, where);
        (jump, var last) = (null, 0);
        while (lines.NextLine())
        {
            var number = lines.NextInteger("the frame number");
            if (frames.Count > 0 && number <= last)
                throw lines.Wrong($"frame {number} comes after frame {last}");
            if (frames.Count > 0 && number != last + 1L)
                jump ??= lines.Wrong($"frame {number} comes after frame {last}; those between are missing").Message;
            last = number;
            var frame = frames.Add(lines);
            for (var i = 0; i < frame.Length; i += 3)
            {
                frame[i] = lines.Checked(1.28 - (2.56 * lines.Next()), Joints);
                frame[i + 1] = lines.Checked(0.96 - (1.92 * lines.Next()), Joints);
                frame[i + 2] = lines.Checked(1.28 * lines.Next(), Joints);
            }
            lines.EndLine();
        }
        return frames.ToClip(name.ToString(), name.Action - 1, name.PairNumber, where);
    }

    private static IEnumerable<SkippedClip> UnknownPairs(ClipFiles files, FoundFiles found) =>
        from file in found.Files
        where SbuName.Parse(file.Name).PairNumber == 0
        select new SkippedClip(file.Name, LeftOutByRule.NotInList, $"{files.Where(file.Index)}: the set has no pair {SbuName.Parse(file.Name).Pair}, so no fold has it");
}
