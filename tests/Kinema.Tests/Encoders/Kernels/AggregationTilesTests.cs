using Kinema.Encoders.Kernels;
using Factor = Kinema.Encoders.Kernels.AggregationTiles.Factor;

namespace Kinema.Tests.Encoders.Kernels;

/// <summary>The tiles against plain loops, of both widths on any machine, for rows that do and do not fill a tile.</summary>
public sealed unsafe class AggregationTilesTests
{
    private const int Lanes = AggregationTiles.Channels;

    private readonly Random random = new(1);

    [Theory, InlineData(false), InlineData(true)]
    public void Every_channel_is_a_sum_of_products_of_its_own(bool wide)
    {
        for (var rows = 1; rows <= 11; rows++)
            for (var columns = 1; columns <= 5; columns++)
                foreach (var depth in (int[])[0, 1, 2, 7, 20])
                    foreach (var outer in (int[])[1, 3]) Run(wide, rows, columns, depth, outer);
    }

    // Sixteen channels lie together, then with gaps d, the rows, and o.
    private void Run(bool wide, int rows, int columns, int depth, int outer)
    {
        const int Along = Lanes + 3;
        int step = (depth * Along) + 2, outerA = (rows * step) + 5, outerB = (columns * step) + 4, stepB = Lanes + 1, stepA = (columns * stepB) + 6;
        float[] a = Numbers((outer * outerA) + Lanes), b = Numbers((outer * outerB) + Lanes), y = Numbers((rows * stepA) + Lanes);
        double[] expected = [.. y];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                for (var lane = 0; lane < Lanes; lane++)
                {
                    var sum = 0.0;
                    for (var o = 0; o < outer; o++)
                        for (var d = 0; d < depth; d++)
                            sum += (double)a[(o * outerA) + (i * step) + (d * Along) + lane] * b[(o * outerB) + (j * step) + (d * Along) + lane];
                    expected[(i * stepA) + (j * stepB) + lane] = sum;
                }
            }
        }

        fixed (float* pa = a, pb = b, py = y)
            AggregationTiles.Run(new Factor(pa, rows, step, Along, outerA), new Factor(pb, columns, step, Along, outerB), depth, outer, py, stepA, stepB, wide);
        for (var i = 0; i < y.Length; i++)
            if (!(Math.Abs(expected[i] - y[i]) <= 2e-5))
                Assert.Fail($"{rows} by {columns}, depth {depth}, {outer} outside: number {i} is {y[i]:R}, not {expected[i]:R}");
    }

    private float[] Numbers(int count)
    {
        var numbers = new float[count];
        for (var i = 0; i < count; i++) numbers[i] = (random.NextSingle() * 2) - 1;
        return numbers;
    }
}
