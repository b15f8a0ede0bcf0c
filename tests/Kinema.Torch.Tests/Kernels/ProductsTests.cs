using Kinema.Torch.Interop;

namespace Kinema.Torch.Tests.Kernels;

/// <summary>
/// Each tile against plain loops, of both widths on any machine: .NET makes 512-bit registers of smaller ones where there are none. Whole
/// arrays are compared, so that a number written beside the result is found.
/// </summary>
public sealed unsafe class ProductsTests
{
    private const int Panel = Products.Panel;

    private readonly Random random = new(1);

    /// <summary>What a product is added to.</summary>
    public enum Start
    {
        Zeros,
        Bias,
        Old,
    }

    /// <summary>Whether with 512-bit registers, and what the product is added to.</summary>
    public static TheoryData<bool, Start> Ways()
    {
        var ways = new TheoryData<bool, Start>();
        foreach (var wide in (bool[])[false, true])
            foreach (var start in Enum.GetValues<Start>()) ways.Add(wide, start);
        return ways;
    }

    [Theory, MemberData(nameof(Ways))]
    public void A_panel_of_rows_is_the_sum_over_segments_of_x_times_w(bool wide, Start start)
    {
        for (var rows = 0; rows <= 30; rows++)
            for (var k = 1; k <= 40; k++) Rows(wide, start, rows, 1 + ((rows + k) % 5), k, Panel);
    }

    [Theory, MemberData(nameof(Ways))]
    public void A_narrow_panel_leaves_what_is_beside_it_alone(bool wide, Start start)
    {
        for (var columns = 1; columns < Panel; columns++)
            foreach (var rows in (int[])[0, 1, 2, 3, 5, 6, 11, 12, 23, 24, 25, 30])
                foreach (var k in (int[])[1, 3, 16, 19]) Rows(wide, start, rows, 1 + (rows % 3), k, columns);
    }

    [Theory, MemberData(nameof(Ways))]
    public void A_single_column_of_one_segment_of_sixteen_is_a_product_of_rows_too(bool wide, Start start)
    {
        for (var rows = 0; rows <= 30; rows++) Rows(wide, start, rows, 1, Panel, 1);
    }

    [Theory, MemberData(nameof(Ways))]
    public void Several_panels_are_as_many_products(bool wide, Start start)
    {
        foreach (var columns in (int[])[1, 15, 16, 17, 31, 32, 33, 48, 50, 64, 79])
        {
            for (var rows = 0; rows <= 30; rows++)
            {
                foreach (var k in (int[])[1, 2, 7, 16, 33])
                {
                    SeveralPanels(wide, start, rows, 1 + ((rows + k) % 5), k, columns, nextY: Panel, stepY: columns + 3);
                    SeveralPanels(wide, start, rows, 1, k, columns, nextY: (rows * (Panel + 1)) + 5, stepY: Panel + 1);
                }
            }
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_gradient_of_weights_adds_up_the_outer_products_of_the_rows(bool wide)
    {
        for (var k = 1; k <= 30; k++)
        {
            foreach (var rows in (int[])[0, 1, 2, 7, 33])
            {
                Outer(wide, rows, k, Panel + 3, 0, 0, panels: 1);
                Outer(wide, rows, k, (2 * Panel) + 3, Panel, (k * Panel) + 7, panels: 2);
                Outer(wide, rows, k, Panel, rows * Panel, k * Panel, panels: 2);
                Outer(wide, rows, k, (5 * Panel) + 1, Panel, k * Panel, panels: 5);
            }
        }
    }

    // Numbers that bf16 holds have exact products, so the answer is that of single precision, whatever the instructions.
    [Theory, InlineData(Start.Zeros), InlineData(Start.Bias), InlineData(Start.Old)]
    public void Products_in_bf16_of_numbers_that_bf16_holds_are_as_exact_as_in_single_precision(Start start)
    {
        foreach (var rows in (int[])[1, 2, 17, 30, 97])
        {
            foreach (var columns in (int[])[1, 16, 17, 32, 50])
            {
                foreach (var (segments, k) in ((int, int)[])[(1, 7), (1, 15), (1, 16), (1, 33), (3, 16), (5, 12), (4, 65)])
                {
                    Product(false, start, rows, segments, k, columns, Panel, columns + 5, several: true, ProductType.BFloat16);
                    if (columns <= Panel) Product(false, start, rows, segments, k, columns, Panel, columns + 5, several: false, ProductType.BFloat16);
                }
            }
        }
    }

    private const int BestUnit = -1; // KT_BF16_BEST

    // The code of a unit that is not here is walked by the bridge's own test, with plain loops in the place of its instructions.
    public static TheoryData<BFloat16Unit> UnitsHere()
    {
        var units = Enum.GetValues<BFloat16Unit>().Where(unit => NativeMethods.kt_bf16_use((int)unit) == Status.Ok).ToList();
        Native.Check(NativeMethods.kt_bf16_use(BestUnit));
        return [.. units];
    }

    [Theory, MemberData(nameof(UnitsHere))]
    public void Panels_that_lie_apart_get_their_products_by_every_unit_of_this_processor(BFloat16Unit unit)
    {
        Native.Check(NativeMethods.kt_bf16_use((int)unit));
        try
        {
            foreach (var rows in (int[])[1, 17, 97])
                foreach (var columns in (int[])[16, 32, 50])
                    Product(false, Start.Bias, rows, 2, 33, columns, (rows * (Panel + 1)) + 3, Panel + 1, several: true, ProductType.BFloat16);
        }
        finally
        {
            Native.Check(NativeMethods.kt_bf16_use(BestUnit));
        }
    }

    [Fact]
    public void A_gradient_of_weights_in_bf16_of_numbers_that_bf16_holds_is_as_exact_as_in_single_precision()
    {
        foreach (var k in (int[])[1, 15, 16, 17, 64, 260])
        {
            foreach (var rows in (int[])[1, 2, 33, 128, 131])
            {
                Outer(false, rows, k, Panel + 3, 0, 0, panels: 1, ProductType.BFloat16);
                Outer(false, rows, k, (2 * Panel) + 3, Panel, (k * Panel) + 7, panels: 2, ProductType.BFloat16);
                Outer(false, rows, k, (5 * Panel) + 1, Panel, k * Panel, panels: 5, ProductType.BFloat16);
            }
        }
    }

    [Fact]
    public void In_bf16_factors_are_rounded_to_nearest_and_ties_to_even()
    {
        // 1 + 2^-8 lies half-way between two numbers of bf16 and goes to the even one, 1; 1 + 3·2^-8 goes up to 1 + 2^-6; next to the first, up.
        float[] x = [1 + (1 / 256f), 1 + (3 / 256f), 1.00390636f, -1 - (1 / 256f), .. new float[12]];
        var w = new float[Panel * Panel];
        for (var i = 0; i < Panel; i++) w[(i * Panel) + i] = 1;
        var y = new float[Panel];
        fixed (float* px = x, pw = w, py = y)
        {
            Bf16Products.Pack(ProductType.BFloat16, pw, 1, Panel * Panel, Panel);
            Products.Rows(px, Panel, 1, 1, 0, Panel, pw, null, false, py, Panel, Panel, ProductType.BFloat16);
        }

        Assert.Equal([1, 1 + (1 / 64f), 1 + (1 / 128f), -1], y[..4]);
    }

    [Theory, InlineData(1, 1), InlineData(5, 3), InlineData(16, 16), InlineData(40, 37)]
    public void Packing_puts_a_column_into_its_lane_and_zeros_behind_the_last(int columns, int k)
    {
        float[] transposed = Numbers(columns * k), back = Numbers(columns * k), plain = Numbers(k * (columns + 2));
        var panels = Numbers(Products.Panels(columns) * k * Panel);
        fixed (float* from = transposed, rows = plain, to = panels, unpacked = back)
        {
            Products.PackTransposed(from, columns, k, to);
            Check((j, i) => transposed[(j * k) + i]);
            for (var p = 0; p < Products.Panels(columns); p++)
                Products.Unpack(to + (p * k * Panel), k, unpacked + (p * Panel * k), Math.Min(Panel, columns - (p * Panel)));
            Assert.Equal(transposed, back);
            Products.Pack(rows, columns + 2, k, columns, to);
            Check((j, i) => plain[(i * (columns + 2)) + j]);
        }

        void Check(Func<int, int, float> expected)
        {
            for (var j = 0; j < Products.Panels(columns) * Panel; j++)
                for (var i = 0; i < k; i++) Assert.Equal(j < columns ? expected(j, i) : 0, panels[((((j / Panel) * k) + i) * Panel) + (j % Panel)]);
        }
    }

    private void Rows(bool wide, Start start, int rows, int segments, int k, int columns) =>
        Product(wide, start, rows, segments, k, columns, Panel, columns + 5, several: false);

    private void SeveralPanels(bool wide, Start start, int rows, int segments, int k, int columns, int nextY, int stepY) =>
        Product(wide, start, rows, segments, k, columns, nextY, stepY, several: true);

    // Segments with a gap of two numbers between them, rows of x three apart, panels of w and of the bias with a gap too.
    private void Product(
        bool wide, Start start, int rows, int segments, int k, int columns, int nextY, int stepY, bool several, ProductType type = ProductType.Float32)
    {
        int panels = Products.Panels(columns), segment = k + 2, stepX = (segments * segment) + 3, nextW = (segments * k * Panel) + 5;
        const int NextBias = Panel + 2;
        float[] x = Numbers((rows * stepX) + 1, type), w = Numbers(panels * nextW, type), bias = Numbers(panels * NextBias);
        var y = Numbers((rows * stepY) + (panels * nextY) + Panel);
        double[] expected = [.. y];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                int p = j / Panel, lane = j % Panel, at = (i * stepY) + (p * nextY) + lane;
                var sum = start switch { Start.Old => y[at], Start.Bias => bias[(p * NextBias) + lane], _ => 0.0 };
                for (var s = 0; s < segments; s++)
                    for (var c = 0; c < k; c++) sum += (double)x[(i * stepX) + (s * segment) + c] * w[(p * nextW) + ((((s * k) + c) * Panel) + lane)];
                expected[at] = sum;
            }
        }

        fixed (float* px = x, pw = w, pb = bias, py = y)
        {
            var from = start == Start.Bias ? pb : null;
            Bf16Products.Pack(type, pw, panels, nextW, segments * k);
            if (several)
                Products.RowsOfPanels(
                    px, stepX, rows, segments, segment, k, pw, nextW, from, NextBias, start == Start.Old, py, nextY, stepY, columns, type, wide);
            else Products.Rows(px, stepX, rows, segments, segment, k, pw, from, start == Start.Old, py, stepY, columns, type, wide);
        }

        AssertClose(expected, y, $"{rows} rows, {segments} segments of {k}, {columns} columns");
    }

    private void Outer(bool wide, int rows, int k, int stepY, int nextY, int nextTo, int panels, ProductType type = ProductType.Float32)
    {
        var stepX = k + 3;
        float[] x = Numbers((rows * stepX) + 1, type), y = Numbers((rows * stepY) + ((panels - 1) * nextY) + Panel, type);
        var to = Numbers((k * Panel) + ((panels - 1) * nextTo) + 9);
        double[] expected = [.. to];
        for (var p = 0; p < panels; p++)
            for (var c = 0; c < k; c++)
                for (var j = 0; j < Panel; j++)
                    for (var i = 0; i < rows; i++)
                        expected[(p * nextTo) + (c * Panel) + j] += (double)x[(i * stepX) + c] * y[(i * stepY) + (p * nextY) + j];
        fixed (float* px = x, py = y, pto = to)
        {
            Products.OuterOfPanels(px, stepX, k, py, nextY, stepY, rows, pto, nextTo, panels, type, wide);
        }

        AssertClose(expected, to, $"{rows} rows of {k}, {panels} panels");
    }

    // In bf16: sixteenths, of which eight bits hold those up to one.
    private float[] Numbers(int count, ProductType type = ProductType.Float32)
    {
        var numbers = new float[count];
        for (var i = 0; i < count; i++) numbers[i] = type == ProductType.BFloat16 ? random.Next(-16, 17) / 16f : (random.NextSingle() * 2) - 1;
        return numbers;
    }

    private static void AssertClose(double[] expected, float[] actual, string what)
    {
        for (var i = 0; i < expected.Length; i++)
            if (!(Math.Abs(expected[i] - actual[i]) <= 2e-5)) Assert.Fail($"{what}: number {i} is {actual[i]:R}, not {expected[i]:R}");
    }
}
