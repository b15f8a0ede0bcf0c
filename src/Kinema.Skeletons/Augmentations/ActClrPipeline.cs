using System.Buffers;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;
using Kinema.Storage;

namespace Kinema.Skeletons.Augmentations;

/// <summary>
/// The samples on which the linear classifiers of ActCLR (Lin et al., CVPR 2023) and, with its code, of AimCLR are evaluated. The length L of a
/// clip is the number of its frames, of the first 300, in which the hip centre of the first person is not at the origin.
///   1. x[m,t] ← x[m,t] - shoulder centre of person m in frame t                    the path of each body is gone
///   2. T frames of the first L, by linear interpolation     <see cref="FramePosition"/>
///   3. every frame turns about y by ±θ                      θ = arccos(v_x / (|v| + 0.0001)), v: left → right shoulder without its height;
///                                                           minus for a person whose v_z add up to zero or more
///   4. joint, bone or motion                                <see cref="SkeletonStream"/>
/// Bodies come in the order of the file, as the preparation <c>st-gcn</c> of NTU RGB+D keeps them. Nothing is drawn: the views that the contrast of
/// these papers is made of are another matter.
/// </summary>
public sealed class ActClrPipeline : FixedPipeline
{
    private const int Longest = 300;
    private const double Least = 1e-4;

    private readonly int hip, center, left, right;

    /// <summary>A pipeline for a layout that has the joints hip-center, shoulder-center, left-shoulder and right-shoulder.</summary>
    /// <param name="layout">The layout of the clips.</param>
    /// <param name="stream">What of the joints the network is shown.</param>
    /// <param name="variant">Whose streams.</param>
    /// <param name="frames">T, the frames of a sample; 50 in the papers.</param>
    /// <param name="persons">M, the persons of a sample; those of a clip beyond them are not shown.</param>
    /// <param name="topology">Whether the topology of the joints follows each clip.</param>
    /// <exception cref="KinemaException">The layout lacks one of the four joints (<see cref="ExitCode.Configuration"/>).</exception>
    public ActClrPipeline(
        SkeletonLayout layout, SkeletonStream stream, StreamVariant variant = StreamVariant.Ctr, int frames = 50, int persons = 2, bool topology = false)
        : base(layout, stream, variant, frames, persons, topology)
    {
        (hip, center, left, right) = (Joint("hip-center"), Joint("shoulder-center"), Joint("left-shoulder"), Joint("right-shoulder"));

        int Joint(string name) => layout.IndexOf(name) ?? throw new KinemaException(ExitCode.Configuration,
            $"layout {layout.Name} has no joint '{name}': the pipeline actclr goes by hip-center, shoulder-center, left-shoulder and right-shoulder");
    }

    private protected override void Make(SkeletonClip clip, Span<double> bodies)
    {
        var points = ArrayPool<double>.Shared.Rent(clip.Length);
        clip.CopyTo(points);
        var row = Joints * 3;
        var length = 0;
        for (var t = 0; t < Math.Min(clip.Frames, Longest); t++)
            length += points.AsSpan((t * row) + (hip * 3), 3).ContainsAnyExcept(0) ? 1 : 0;
        for (var person = 0; length > 0 && person < Math.Min(clip.Persons, Persons); person++)
        {
            var body = bodies.Slice(person * Frames * row, Frames * row);
            Resize(points.AsSpan(person * clip.Frames * row, length * row), length, body);
            Turn(body);
        }
        ArrayPool<double>.Shared.Return(points);
    }

    // Relative to the shoulder centre, which is linear, as interpolation is.
    private void Resize(ReadOnlySpan<double> points, int length, Span<double> body)
    {
        var (row, at) = (Joints * 3, center * 3);
        for (var i = 0; i < Frames; i++)
        {
            var source = FramePosition.Of(i, Frames, length);
            var near = points.Slice(source.First * row, row);
            var next = points.Slice(source.Next * row, row);
            var to = body.Slice(i * row, row);
            for (var k = 0; k < row; k++)
                to[k] = source.Between(near[k] - near[at + (k % 3)], next[k] - next[at + (k % 3)]);
        }
    }

    private void Turn(Span<double> body)
    {
        var row = Joints * 3;
        var depth = 0.0;
        for (var t = 0; t < Frames; t++) depth += body[(t * row) + (right * 3) + 2] - body[(t * row) + (left * 3) + 2];
        for (var t = 0; t < Frames; t++)
        {
            var frame = body.Slice(t * row, row);
            var (x, z) = (frame[right * 3] - frame[left * 3], frame[(right * 3) + 2] - frame[(left * 3) + 2]);
            var angle = Math.Acos(x / (Math.Sqrt((x * x) + (z * z)) + Least));
            var (sin, cos) = Math.SinCos(depth >= 0 ? -angle : angle);
            for (var k = 0; k < row; k += 3)
                (frame[k], frame[k + 2]) = ((cos * frame[k]) - (sin * frame[k + 2]), (sin * frame[k]) + (cos * frame[k + 2]));
        }
    }
}
