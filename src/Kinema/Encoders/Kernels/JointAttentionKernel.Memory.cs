using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

// Where the kernel's numbers lie.
internal sealed unsafe partial class JointAttentionKernel
{
    // Frames, joints, hyperedges, heads, numbers of a head, distances.
    private readonly record struct Sizes(int F, int V, int G, int H, int D, int R)
    {
        internal int Width => H * D;

        // Keys: joints and distances.
        internal int X => V + R;

        internal int Groups => (F + Lanes - 1) / Lanes;

        internal int Pieces => Math.Min(JointAttentionKernel.Pieces, Groups);

        // Twice V² D, and V R D.
        internal double Work => (double)F * H * V * D * ((2.0 * V) + R);

        internal double Bytes => sizeof(float) * (double)F * Width * ((4.0 * V) + G);

        // The first group of a piece.
        internal int First(int piece) => (int)((long)Groups * piece / Pieces);
    }

    // One head in a group of frames.
    private readonly struct Place(in Sizes s, int group, int head)
    {
        private readonly int first = group * Lanes;

        internal int Head { get; } = head;

        // Frames that are there.
        internal int Frames { get; } = Math.Min(Lanes, s.F - (group * Lanes));

        // The head's first number in a tensor of so many rows a frame and numbers a row.
        internal long Of(in Sizes s, int rows, int width) => (first * Step(s, rows, width)) + (Head * s.D);

        // From frame to frame of such a tensor.
        internal long Step(in Sizes s, int rows, int width) => (long)rows * width;
    }

    // What a call is given, by address.
    private readonly struct Given(Sizes sizes, JointRelations joints, bool wide, Tensor parts, Tensor edges, JointAttentionWeights weights)
    {
        internal Sizes Sizes { get; } = sizes;

        internal bool Wide { get; } = wide;

        internal float* Parts { get; } = Floats.Of(parts);

        internal float* Edges { get; } = Floats.Of(edges);

        internal float* Distance { get; } = Floats.Of(weights.Distance);

        internal float* Common { get; } = Floats.Of(weights.Common);

        internal float* Outer { get; } = Floats.Of(weights.Outer);

        internal float Alpha { get; } = *Floats.Of(weights.Alpha);

        internal int* Hops { get; } = joints.Hops;

        internal int* Group { get; } = joints.Group;
    }

    // What a thread needs for one head of sixteen frames, each a matrix of cells of sixteen numbers.
    private readonly struct Room
    {
        internal Room(Sizes s, float* memory)
        {
            var head = s.V * s.D * Lanes;
            Queries = memory;
            Values = Queries + head;
            Gradient = Values + head;
            Keys = Gradient + head;
            Result = Keys + (s.X * s.D * Lanes);
            Scores = Result + (s.X * s.D * Lanes);
            Mixing = Scores + (s.V * s.X * Lanes);
            Edges = Mixing + (s.V * s.V * Lanes);
            Alone = Edges + (s.G * s.D * Lanes);
            AloneGradient = Alone + (s.G * Lanes);
            Sums = AloneGradient + (s.G * Lanes);
        }

        // (V, D).
        internal float* Queries { get; }

        internal float* Values { get; }

        internal float* Gradient { get; }

        // (V + R, D).
        internal float* Keys { get; }

        internal float* Result { get; }

        // (V, V + R).
        internal float* Scores { get; }

        // (V, V).
        internal float* Mixing { get; }

        // (G, D).
        internal float* Edges { get; }

        // (G).
        internal float* Alone { get; }

        internal float* AloneGradient { get; }

        // Of Shared.
        internal float* Sums { get; }

        internal static long Length(Sizes s) =>
            Lanes * ((3L * s.V * s.D) + (2L * s.X * s.D) + ((long)s.V * (s.X + s.V)) + ((long)s.G * (s.D + 2)) + new Shared(s).Length);
    }

    // Where the gradients of what all frames share lie in a head's sums: outer, rpe, w1, α.
    private readonly struct Shared(Sizes s)
    {
        internal int Outer => 0;

        internal int Distance { get; } = s.V * s.V;

        internal int Common { get; } = (s.V * s.V) + (s.R * s.D);

        internal int Alpha { get; } = (s.V * s.V) + ((s.R + 1) * s.D);

        internal int Length { get; } = (s.V * s.V) + ((s.R + 1) * s.D) + 1;

        // From the sums of all heads, one behind the other.
        internal JointAttentionWeights Lay(Sizes s, float* sums)
        {
            var (distance, common, outer) = (new float[s.R * s.Width], new float[s.Width], new float[s.H * s.V * s.V]);
            var alpha = 0f;
            for (var h = 0; h < s.H; h++, sums += Length)
            {
                new ReadOnlySpan<float>(sums + Outer, s.V * s.V).CopyTo(outer.AsSpan(h * s.V * s.V));
                for (var r = 0; r < s.R; r++)
                    new ReadOnlySpan<float>(sums + Distance + (r * s.D), s.D).CopyTo(distance.AsSpan((r * s.Width) + (h * s.D)));
                new ReadOnlySpan<float>(sums + Common, s.D).CopyTo(common.AsSpan(h * s.D));
                alpha += sums[Alpha];
            }

            return new JointAttentionWeights(
                Tensor.From<float>(distance, s.R, s.Width), Tensor.From<float>(common, s.H, s.D), Tensor.From<float>(outer, s.H, s.V, s.V),
                Tensor.From<float>([alpha], 1));
        }
    }
}
