using Kinema.Torch;
using static Kinema.Torch.Products;

namespace Kinema.Encoders.Kernels;

// Where the kernel's numbers lie.
internal sealed unsafe partial class JointAttentionKernel
{
    // Frames, joints, hyperedges, heads, numbers of a head, distances.
    private readonly record struct Sizes(int F, int V, int G, int H, int D, int R)
    {
        internal int Width => H * D;

        internal int Line => Panels(V) * Panel;

        internal int NearLine => Panels(R) * Panel;

        internal int TransposedTable => Panels(R) * D * Panel;

        internal int PlainTable => Panels(D) * R * Panel;

        internal int Pieces => Math.Min(JointAttentionKernel.Pieces, F);

        // Twice V² D, and V R D.
        internal double Work => (double)F * H * V * D * ((2.0 * V) + R);

        internal double Bytes => sizeof(float) * (double)F * Width * ((4.0 * V) + G);

        internal int First(int piece) => (int)((long)F * piece / Pieces);
    }

    // What a call is given, by address.
    private readonly struct Given
    {
        private readonly float* parts, edges;

        internal Given(Sizes sizes, JointRelations joints, float* parts, float* edges, float* common, float* outer, float alpha, float* table)
        {
            (Sizes, Alpha) = (sizes, alpha);
            this.parts = parts;
            this.edges = edges;
            Common = common;
            Outer = outer;
            Table = table;
            Hops = joints.Hops;
            Group = joints.Group;
        }

        internal Sizes Sizes { get; }

        internal float Alpha { get; }

        internal float* Common { get; }

        internal float* Outer { get; }

        internal float* Table { get; }

        internal int* Hops { get; }

        internal int* Group { get; }

        internal float* Key(int f, int h) => parts + ((long)f * Sizes.V * 3 * Sizes.Width) + (h * Sizes.D);

        internal float* Value(int f, int h) => Key(f, h) + Sizes.Width;

        internal float* Query(int f, int h) => Value(f, h) + Sizes.Width;

        internal float* Edge(int f, int h) => edges + ((long)f * Sizes.G * Sizes.Width) + (h * Sizes.D);
    }

    // What a thread needs for one head of one frame.
    private readonly struct Room
    {
        internal Room(Sizes s, float* memory)
        {
            Scores = memory;
            Mixing = Scores + (s.V * s.Line);
            Near = Mixing + (s.V * s.Line);
            Panels = Near + (s.V * s.NearLine);
            Side = Panels + Math.Max(s.Line * s.D, Products.Panels(s.D) * Panel * s.V);
            Sums = Side + (Products.Panels(s.D) * Panel * s.V);
            Keys = Sums + (Products.Panels(s.D) * Panel * s.V);
            Alone = Keys + (s.V * s.D);
            Column = Alone + s.Line;
        }

        internal float* Scores { get; }

        internal float* Mixing { get; }

        internal float* Near { get; }

        internal float* Panels { get; }

        internal float* Side { get; }

        internal float* Sums { get; }

        internal float* Keys { get; }

        internal float* Alone { get; }

        internal float* Column { get; }

        internal static long Length(Sizes s) =>
            (2L * s.V * s.Line) + (s.V * s.NearLine) + Math.Max(s.Line * s.D, Products.Panels(s.D) * Panel * s.V)
            + (2 * Products.Panels(s.D) * Panel * s.V) + (s.V * s.D) + (2 * s.Line);
    }

    // Where the gradients of what all frames share lie in a piece's sums.
    private readonly struct Shared(Sizes s)
    {
        internal int Outer => 0;

        internal int Distance { get; } = s.H * s.V * s.Line;

        internal int Common { get; } = (s.H * s.V * s.Line) + (s.H * s.PlainTable);

        internal int Alpha { get; } = (s.H * s.V * s.Line) + (s.H * s.PlainTable) + s.Width;

        internal long Length { get; } = (s.H * s.V * s.Line) + (s.H * s.PlainTable) + s.Width + 1;

        internal JointAttentionWeights Lay(Sizes s, float* sums)
        {
            Tensor distance = Tensor.Empty([s.R, s.Width]), outer = Tensor.Empty([s.H, s.V, s.V]);
            float* to = Floats.Of(distance), square = Floats.Of(outer);
            for (var row = 0; row < s.H * s.V; row++)
                new ReadOnlySpan<float>(sums + Outer + (row * s.Line), s.V).CopyTo(new Span<float>(square + (row * s.V), s.V));
            for (var h = 0; h < s.H; h++) Unpack(sums + Distance + (h * s.PlainTable), s.R, s.D, to + (h * s.D), s.Width);
            GC.KeepAlive(distance);
            GC.KeepAlive(outer);
            return new JointAttentionWeights(
                distance, Tensor.From<float>(new ReadOnlySpan<float>(sums + Common, s.Width), s.H, s.D),
                outer, Tensor.From<float>(new ReadOnlySpan<float>(sums + Alpha, 1), 1));
        }
    }
}
