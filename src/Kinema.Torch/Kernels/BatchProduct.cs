using static Kinema.Torch.Products;

namespace Kinema.Torch;

/// <summary>
/// Products of matrices pair by pair in single precision on the CPU, with their gradients: what attention between joints is made of. libtorch
/// hands the small matrices of a batch to the BLAS one after the other, which takes longer to begin than to multiply, and adds up in an order
/// that depends on the number of threads. They stay in single precision under a cast.
/// </summary>
internal sealed unsafe class BatchProduct : CustomFunction
{
    private const int RowBlock = 120;          // rows of the first factor that are a piece of work
    private const int OuterBlock = 128;        // rows whose gradients are added up at a time
    private const long PieceWork = 1 << 17;    // multiply-adds that are worth a turn of a thread

    private readonly Tensor a, b;
    private readonly bool transposed;

    private BatchProduct(Tensor a, Tensor b, bool transposed) => (this.a, this.b, this.transposed) = (Save(a), Save(b), transposed);

    /// <summary>Whether the kernel is for these factors, here and now; others are for libtorch.</summary>
    internal static bool Takes(Tensor a, Tensor b, bool transposed)
    {
        if (!Floats.Take(a) || !Floats.Take(b) || a.Dims != 3 || b.Dims != 3) return false;
        var columns = b.Size(transposed ? 1 : 2);
        return a.Size(0) == b.Size(0) && a.Size(2) == b.Size(transposed ? 2 : 1) && a.Elements > 0 && columns > 0
            && a.Elements / a.Size(2) * columns <= Floats.MaxElements;
    }

    /// <summary>y = A B, or A Bᵀ.</summary>
    /// <param name="a">(B, M, K).</param>
    /// <param name="b">(B, K, N), or (B, N, K) where it is transposed.</param>
    /// <param name="transposed">Whether B is transposed.</param>
    /// <returns>(B, M, N).</returns>
    internal static Tensor Apply(Tensor a, Tensor b, bool transposed)
    {
        (a, b) = (a.Contiguous(), b.Contiguous());
        Tensor[] inputs = [a, b];
        return IsRecorded(inputs) ? Record(new BatchProduct(a, b, transposed), inputs, Product) : Product();

        Tensor Product()
        {
            var size = new Sizes(a, b, transposed);
            using var region = OperatorProfile.Kernel("BatchProduct", size.Work, size.Bytes, ScalarType.Float32);
            var y = Tensor.Empty([a.Size(0), size.M, size.N]);
            Rows(Floats.Of(a), size.M, size.K, Floats.Of(b), size.N, transposed, Floats.Of(y), size.Batch);
            GC.KeepAlive(a);
            GC.KeepAlive(b);
            return y;
        }
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var size = new Sizes(a, b, transposed);
        using var region = OperatorProfile.Kernel("BatchProduct backward", 2 * size.Work, 2 * size.Bytes, ScalarType.Float32);
        var dy = grads[0]!.Contiguous();
        Tensor da = Tensor.Empty(a.Sizes.ToArray()), db = Tensor.Empty(b.Sizes.ToArray());
        // dA = dY Bᵀ, or dY B;  dB = Aᵀ dY, or dYᵀ A.
        Rows(Floats.Of(dy), size.M, size.N, Floats.Of(b), size.K, !transposed, Floats.Of(da), size.Batch);
        if (transposed) Outer(Floats.Of(dy), size.N, Floats.Of(a), size.K, size.M, Floats.Of(db), size.Batch);
        else Outer(Floats.Of(a), size.K, Floats.Of(dy), size.N, size.M, Floats.Of(db), size.Batch);
        GC.KeepAlive(dy);
        return [da, db];
    }

    // y[i] = x[i] w[i], x (rows, k), w (k, columns), or (columns, k) where it is transposed.
    private static void Rows(float* x, int rows, int k, float* w, int columns, bool transposed, float* y, int batch)
    {
        var blocks = (rows + RowBlock - 1) / RowBlock;
        var together = blocks > 1 ? 1 : (int)Math.Clamp(PieceWork / Math.Max(1, (long)rows * k * columns), 1, batch);
        var groups = (batch + together - 1) / together;
        KernelTasks.Run(groups * blocks, task =>
        {
            int block = task % blocks * RowBlock, count = Math.Min(RowBlock, rows - block);
            var panels = Scratch.Take(0, (long)Panels(columns) * k * Panel);
            for (long item = (long)(task / blocks) * together, end = Math.Min(batch, item + together); item < end; item++)
            {
                var from = w + (item * k * columns);
                if (transposed) PackTransposed(from, columns, k, panels);
                else Pack(from, columns, k, columns, panels);
                RowsOfPanels(
                    x + (((item * rows) + block) * k), k, count, 1, 0, k, panels, (long)k * Panel, null, 0, false,
                    y + (((item * rows) + block) * columns), Panel, columns, columns);
            }
        });
    }

    // to[i] = x[i]ᵀ y[i], x (rows, k), y (rows, columns), to (k, columns). Long sums are cut into groups of rows, the groups then added in order.
    private static void Outer(float* x, int k, float* y, int columns, int rows, float* to, int batch)
    {
        var panels = Panels(columns);
        var length = (long)panels * k * Panel;
        var groups = Math.Max(1, rows / (8 * OuterBlock));
        var group = (rows + groups - 1) / groups;
        var together = groups > 1 ? 1 : (int)Math.Clamp(PieceWork / Math.Max(1, (long)rows * k * columns), 1, batch);
        using var parts = groups > 1 ? Packed.Empty(batch * groups * length) : null;
        var all = parts is null ? null : parts.Data;
        KernelTasks.Run((batch + together - 1) / together * groups, task =>
        {
            int first = task % groups * group, last = Math.Min(rows, first + group);
            for (long item = (long)(task / groups) * together, end = Math.Min(batch, item + together); item < end; item++)
            {
                var sums = all is null ? Scratch.Take(0, length) : all + (((item * groups) + (task % groups)) * length);
                new Span<float>(sums, (int)length).Clear();
                for (var row = first; row < last; row += OuterBlock)
                    Add(x + (((item * rows) + row) * k), k, y + (((item * rows) + row) * columns), columns, Math.Min(OuterBlock, last - row), sums);
                if (all is null) Unpack(sums, k, columns, to + (item * k * columns), columns);
            }
        });
        if (all is null) return;
        KernelTasks.Run(batch, item =>
        {
            var sums = all + (item * groups * length);
            Floats.Sum(sums, groups, (int)length, sums);
            Unpack(sums, k, columns, to + ((long)item * k * columns), columns);
        });
    }

    // to[panel][k][16] += xᵀ y over some rows; y goes to the side in panels, zeros behind the last column.
    private static void Add(float* x, int k, float* y, int columns, int rows, float* to)
    {
        var panels = Panels(columns);
        var side = Scratch.Take(1, (long)panels * rows * Panel);
        Pack(y, columns, rows, columns, side);
        OuterOfPanels(x, k, k, side, (long)rows * Panel, Panel, rows, to, (long)k * Panel, panels);
    }

    private readonly struct Sizes(Tensor a, Tensor b, bool transposed)
    {
        internal int Batch { get; } = (int)a.Size(0);

        internal int M { get; } = (int)a.Size(1);

        internal int K { get; } = (int)a.Size(2);

        internal int N { get; } = (int)b.Size(transposed ? 1 : 2);

        internal double Work => (double)Batch * M * K * N;

        internal double Bytes => sizeof(float) * (double)Batch * ((M * K) + (K * N) + (M * N));
    }
}
