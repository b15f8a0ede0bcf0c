using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Poses;

/// <summary>One body in one frame, as it was written; which numbers are joints is known once the layout is.</summary>
/// <param name="Start">Its numbers in <see cref="PoseSheet.Numbers"/>.</param>
/// <param name="Rows">Joints, where each has a list of its own; 0 where the numbers are one flat list.</param>
/// <param name="Width">Numbers of a row, or of the flat list.</param>
/// <param name="Named">Whether the four numbers of a row are x, y, z and confidence by name, NaN where one is not given.</param>
/// <param name="Scores">Where confidences of their own list begin; -1 if there is none.</param>
/// <param name="ScoreCount">How many they are.</param>
/// <param name="Person">The number of the person, where the file tracks persons.</param>
/// <param name="Score">The confidence in the whole body; NaN if not given.</param>
/// <param name="Key">The key the numbers stood under.</param>
internal readonly record struct RawPose(
    int Start, int Rows, int Width, bool Named, int Scores, int ScoreCount, long? Person, double Score, string Key)
{
    public int Count => Rows == 0 ? Width : Rows * Width;
}

/// <summary>The bodies of a clip frame by frame, before the layout is known.</summary>
internal sealed class PoseSheet(string where)
{
    private readonly Dictionary<double, int> images = [];

    /// <summary>What to call the clip's file in messages; changes with the file where a clip has one for every frame.</summary>
    public string Where { get; set; } = where;

    public List<double> Numbers { get; } = [];

    public List<PoseFrame> Frames { get; } = [];

    public ClipMarks Marks { get; set; } = ClipMarks.None;

    /// <summary>Begins a frame; bodies of one image belong together though each stands by itself.</summary>
    /// <param name="number">Its number or time; NaN if it has none.</param>
    /// <param name="isImage">Whether the number is that of an image, which may come again.</param>
    public PoseFrame Frame(double number = double.NaN, bool isImage = false)
    {
        if (isImage && images.TryGetValue(number, out var known))
            return Frames[known];
        RawClip.CheckSize(1, Frames.Count + 1L, 1, Where);
        if (isImage)
            images[number] = Frames.Count;
        var frame = new PoseFrame(number);
        Frames.Add(frame);
        return frame;
    }

    /// <summary>Adds a body to a frame.</summary>
    public void Add(PoseFrame frame, RawPose pose)
    {
        if (frame.Poses.Count == RawClip.MostPersons)
            throw Wrong($"frame {Frames.Count - 1} has more than {RawClip.MostPersons} persons");
        frame.Poses.Add(pose);
    }

    /// <summary>Room for numbers, which are all that takes memory.</summary>
    public void CheckRoom(long more)
    {
        if (Numbers.Count + more > RawClip.MostNumbers)
            throw Wrong($"the clip has more than {RawClip.MostNumbers} numbers, the most it may have; cut it");
    }

    /// <summary>The layout of the first body, where its numbers and the keys they stand under leave no doubt.</summary>
    public SkeletonLayout? Guess()
    {
        foreach (var pose in Frames.SelectMany(frame => frame.Poses))
        {
            // Three numbers a joint are x, y and a confidence in COCO's results, which name images; elsewhere they may be x, y, z.
            var name = (pose.Key, pose.Rows, pose.Width, pose.Named) switch
            {
                ("pose_keypoints_2d", 0, 54, _) or ("pose", 0, 36 or 54, _) => "openpose-18",
                ("pose_keypoints_2d", 0, 75, _) => "openpose-25",
                ("keypoints", 0, 51, _) when images.Count > 0 => "coco-17",
                ("keypoints", 0, 78, _) when images.Count > 0 => "halpe-26",
                (_, 33, _, true) => "mediapipe-33",
                (_, 21, _, true) => "hand-21",
                ("skeletons", 20, 3, _) => "nw-ucla",
                _ => null,
            };
            return name is null ? null : Layouts.Get(name);
        }
        return null;
    }

    public KinemaException Wrong(FormattableString what) => Refusal.Data($"{Where}: {FormattableString.Invariant(what)}");
}

/// <summary>The bodies of one frame.</summary>
/// <param name="number">Its number or time; NaN if it has none.</param>
internal sealed class PoseFrame(double number)
{
    public double Number { get; set; } = number;

    public List<RawPose> Poses { get; } = [];
}
