using System.Buffers;
using System.Runtime.InteropServices;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Augmentations;

/// <summary>
/// The clip of fixed length that 2s-AGCN's preparation makes, and with it Skeleton-Contrast's (Thoker et al., ACM MM 2021) and its
/// successors':
///   1. a person whose first frame is empty has its frames moved together to the front; then every person's frames are repeated to fill T
///   2. x[t] ← x[t] - spine of the first person in frame t         the path of the body is gone
///   3. x ← R·x, so that hip centre → spine of the first person in frame 0 points along +z
///   4. x ← R·x, so that left → right shoulder does along +x       which does not keep 3 exactly
/// A frame is empty, and stays as it is, where the coordinates of its person add up to zero.
/// </summary>
public sealed class PreNormalization
{
    private const double Least = 1e-6;                 // axes and angles below this turn nothing

    private readonly int joints, hip, spine, left, right;

    /// <summary>The steps for a layout that has the joints hip-center, spine, left-shoulder and right-shoulder.</summary>
    /// <param name="layout">The layout of the clips.</param>
    /// <param name="frames">T, the frames of the result; 300 in every paper.</param>
    /// <param name="persons">M, the persons of the result.</param>
    /// <exception cref="KinemaException">The layout lacks one of the four (<see cref="ExitCode.Configuration"/>).</exception>
    public PreNormalization(SkeletonLayout layout, int frames = 300, int persons = 2)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(persons, 1);
        (joints, Frames, Persons) = (layout.JointCount, frames, persons);
        (hip, spine, left, right) = (Joint("hip-center"), Joint("spine"), Joint("left-shoulder"), Joint("right-shoulder"));

        int Joint(string name) => layout.IndexOf(name) ?? throw new KinemaException(ExitCode.Configuration,
            $"layout {layout.Name} has no joint '{name}': clips are pre-normalised by hip-center, spine, left-shoulder and right-shoulder");
    }

    /// <summary>T, the frames of the result.</summary>
    public int Frames { get; }

    /// <summary>M, the persons of the result.</summary>
    public int Persons { get; }

    /// <summary>The pre-normalised clip.</summary>
    /// <param name="clip">A clip of the layout; frames beyond T and persons beyond M are left away.</param>
    /// <param name="destination">Takes M·T·V·3 numbers, [m][t][v][x, y, z].</param>
    public void Apply(SkeletonClip clip, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(clip);
        var (row, body) = (joints * 3, Frames * joints * 3);
        destination[..(Persons * body)].Clear();
        var points = ArrayPool<double>.Shared.Rent(clip.Length);
        clip.CopyTo(points);
        for (var person = 0; person < Math.Min(clip.Persons, Persons); person++)
        {
            points.AsSpan(person * clip.Frames * row, Math.Min(clip.Frames, Frames) * row).CopyTo(destination[(person * body)..]);
            Fill(destination.Slice(person * body, body), row);
        }
        ArrayPool<double>.Shared.Return(points);
        Center(destination[..(Persons * body)], row, body);
        Turn(destination[..(Persons * body)], row, hip, spine, new Vector(0, 0, 1));
        Turn(destination[..(Persons * body)], row, left, right, new Vector(1, 0, 0));
    }

    private void Fill(Span<double> body, int row)
    {
        if (IsEmpty(body)) return;
        if (IsEmpty(body[..row]))
        {
            var kept = 0;
            for (var t = 0; t < Frames; t++)
            {
                if (!IsEmpty(body.Slice(t * row, row))) body.Slice(t * row, row).CopyTo(body[(kept++ * row)..]);
            }
            body[(kept * row)..].Clear();
        }
        var end = Frames;
        while (IsEmpty(body.Slice((end - 1) * row, row))) end--;
        for (var t = end; t < Frames; t++) body.Slice((t - end) % end * row, row).CopyTo(body[(t * row)..]);
    }

    private void Center(Span<double> all, int row, int body)
    {
        for (var t = 0; t < Frames; t++)
        {
            var at = (t * row) + (spine * 3);
            var (x, y, z) = (all[at], all[at + 1], all[at + 2]);
            for (var person = 0; person < Persons; person++)
            {
                foreach (ref var point in MemoryMarshal.Cast<double, Vector>(all.Slice((person * body) + (t * row), row)))
                {
                    if (point.X + point.Y + point.Z != 0) point = new Vector(point.X - x, point.Y - y, point.Z - z);
                }
            }
        }
    }

    // Rodrigues' rotation that brings the direction from one joint of the first person in frame 0 to another onto a target.
    private void Turn(Span<double> all, int row, int from, int to, Vector target)
    {
        var points = MemoryMarshal.Cast<double, Vector>(all);
        var direction = points[to].Minus(points[from]);
        var axis = direction.Cross(target);
        var angle = Math.Acos(Math.Clamp(direction.Dot(target) / Math.Max(direction.Length * target.Length, double.Epsilon), -1, 1));
        if (Math.Abs(axis.X) + Math.Abs(axis.Y) + Math.Abs(axis.Z) < Least || Math.Abs(angle) < Least) return;
        var unit = axis.Times(1 / axis.Length);
        var (sin, cos) = Math.SinCos(angle);
        for (var frame = 0; frame < all.Length / row; frame++)
        {
            if (IsEmpty(all.Slice(frame * row, row))) continue;
            foreach (ref var p in points.Slice(frame * joints, joints))
                p = p.Times(cos).Plus(unit.Cross(p).Times(sin)).Plus(unit.Times(unit.Dot(p) * (1 - cos)));
        }
    }

    private static bool IsEmpty(ReadOnlySpan<double> frame)
    {
        var sum = 0.0;
        foreach (var value in frame) sum += value;
        return sum == 0;
    }

    private readonly record struct Vector(double X, double Y, double Z)
    {
        public double Length => Math.Sqrt(Dot(this));

        public double Dot(Vector o) => (X * o.X) + (Y * o.Y) + (Z * o.Z);

        public Vector Cross(Vector o) => new((Y * o.Z) - (Z * o.Y), (Z * o.X) - (X * o.Z), (X * o.Y) - (Y * o.X));

        public Vector Plus(Vector o) => new(X + o.X, Y + o.Y, Z + o.Z);

        public Vector Minus(Vector o) => new(X - o.X, Y - o.Y, Z - o.Z);

        public Vector Times(double s) => new(X * s, Y * s, Z * s);
    }
}
