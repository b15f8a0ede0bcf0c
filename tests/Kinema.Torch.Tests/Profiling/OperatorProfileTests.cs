namespace Kinema.Torch.Tests.Profiling;

public sealed class OperatorProfileTests : TensorTest
{
    [Fact]
    public void A_linear_layer_and_its_backward_count_three_products()
    {
        var (x, weight, bias) = (Leaf(1, 3, 4), Leaf(2, 5, 4), Leaf(3, 5));

        var rows = Profile(() => Functional.Linear(x, weight, bias).Sum().Backward());

        // y = x Wᵀ; dx = dy W, dW = dyᵀ x: 3·4·5 each.
        Assert.Equal(3 * 3 * 4 * 5, rows.Sum(row => row.MultiplyAdds));
        Assert.Equal(3, rows.Where(row => row.MultiplyAdds > 0).Sum(row => row.Calls));
        Assert.All(rows.Where(row => row.MultiplyAdds > 0), row => Assert.Equal(ScalarType.Float64, row.Type));
    }

    [Fact]
    public void Batched_products_count_every_product_of_the_batch()
    {
        var (a, b, added) = (Numbers(1, [6, 2, 3]), Numbers(2, [6, 3, 7]), Numbers(3, [1, 7]));

        Assert.Equal(6 * 2 * 3 * 7, Profile(() => a.MatMul(b)).Sum(row => row.MultiplyAdds));
        Assert.Equal(6 * 2 * 3 * 7, Profile(() => Functional.AddMatMul(added, a, b)).Sum(row => row.MultiplyAdds));
        Assert.Equal(6 * 2 * 3 * 7, Profile(() => Tensor.Einsum("bij,bjk->bik", a, b)).Sum(row => row.MultiplyAdds));
    }

    [Theory, InlineData(1), InlineData(2)]
    public void A_convolution_counts_its_taps_at_every_output_and_twice_that_backward(int stride)
    {
        const int n = 2, c = 3, k = 4, t = 8, v = 5, taps = 3;
        var (x, weight) = (Leaf(1, n, c, t, v), Leaf(2, k, c, taps, 1));
        long once = n * k * (t / stride) * v * c * taps;

        Tensor? y = null;
        Assert.Equal(once, Profile(() => y = Functional.Conv2d(x, weight, null, [stride, 1], [1, 0], [1, 1])).Sum(row => row.MultiplyAdds));
        Assert.Equal(2 * once, Profile(() => y!.Sum().Backward()).Sum(row => row.MultiplyAdds));
    }

    [Fact]
    public void Backward_that_needs_one_gradient_counts_one()
    {
        var (x, weight) = (Numbers(1, [2, 3, 8, 5]), Leaf(2, 4, 3, 3, 1));
        var y = Functional.Conv2d(x, weight, null, [1, 1], [1, 0], [1, 1]);

        Assert.Equal(2 * 4 * 8 * 5 * 3 * 3, Profile(() => y.Sum().Backward()).Sum(row => row.MultiplyAdds));
    }

    [Fact]
    public void Bytes_are_inputs_and_outputs_and_a_view_moves_none()
    {
        var (a, b) = (Numbers(1, [10, 20]), Numbers(2, [10, 20]));

        var rows = Profile(() =>
        {
            _ = a + b;
            a.AddInPlace(b);
            _ = a.Transpose(0, 1).Reshape(200);                  // a view, then a copy
            _ = a.Unsqueeze(0).Expand(7, 10, 20);
        }).ToDictionary(row => row.Name);

        Assert.Equal(3 * 200 * sizeof(double), rows["aten::add"].Bytes);
        Assert.Equal(2 * 200 * sizeof(double), rows["aten::add_"].Bytes); // a, which is written in place, and b
        Assert.Equal(0, rows["aten::transpose"].Bytes + rows["aten::unsqueeze"].Bytes + rows["aten::expand"].Bytes);
        Assert.Equal(0, rows["aten::reshape"].Bytes);            // what it calls moves them
        Assert.True(rows.Values.Sum(row => row.Bytes) >= (3 + 2 + 2) * 200 * sizeof(double));
    }

    [Fact]
    public void Self_times_add_up_to_no_more_than_the_time_that_passed()
    {
        var (x, weight) = (Leaf(1, 64, 64), Leaf(2, 64, 64));
        var begin = System.Diagnostics.Stopwatch.GetTimestamp();

        var rows = Profile(() => (x.MatMul(weight).Tanh().MatMul(weight) * 2).Sum().Backward());

        var passed = System.Diagnostics.Stopwatch.GetElapsedTime(begin);
        Assert.All(rows, row => Assert.True(row.Self >= TimeSpan.Zero, $"{row.Name}: {row.Self}"));
        Assert.InRange(rows.Sum(row => row.Self.Ticks), 1, passed.Ticks);
        Assert.Equal(rows.OrderByDescending(row => row.Self), rows);
        Assert.Contains(rows, row => row.Name.StartsWith("TanhBackward", StringComparison.Ordinal));
    }

    [Fact]
    public void A_kernel_says_what_it_does_and_a_managed_backward_has_its_name()
    {
        var x = Leaf(1, 4);

        var rows = Profile(() => Doubled.Apply(x).Sum().Backward()).ToDictionary(row => row.Name);

        Assert.Equal((1L, 12L, 34L), (rows["Doubled"].Calls, rows["Doubled"].MultiplyAdds, rows["Doubled"].Bytes));
        Assert.Equal(56, rows["Doubled backward"].MultiplyAdds);
        Assert.Contains(nameof(Doubled) + "Function", rows.Keys); // the node itself
    }

    [Fact]
    public void A_kernel_without_products_has_no_type_and_one_with_products_in_two_types_counts_each()
    {
        var rows = Profile(() =>
        {
            OperatorProfile.Kernel("none", 5, 1).Dispose();
            OperatorProfile.Kernel("single", 5, 1, ScalarType.Float32).Dispose();
            OperatorProfile.Kernel("half", 5, 1, ScalarType.BFloat16).Dispose();
            OperatorProfile.Kernel("both", new ProductWork(5, 7), 1).Dispose();
            OperatorProfile.Kernel("both", new ProductWork(1, 1), 1).Dispose();
        }).ToDictionary(row => row.Name, row => (row.Type, row.MultiplyAdds, row.HalfMultiplyAdds));

        Assert.Equal(((ScalarType?)null, 5L, 0L), rows["none"]);
        Assert.Equal((ScalarType.Float32, 5L, 0L), rows["single"]);
        Assert.Equal((ScalarType.BFloat16, 5L, 5L), rows["half"]);
        Assert.Equal((ScalarType.BFloat16, 14L, 8L), rows["both"]);
    }

    [Fact]
    public void A_product_of_libtorch_in_bf16_is_counted_as_such()
    {
        var (a, b) = (Numbers(1, [3, 4], ScalarType.BFloat16), Numbers(2, [4, 5], ScalarType.BFloat16));

        var row = Profile(() => a.MatMul(b)).Single(row => row.MultiplyAdds > 0);

        Assert.Equal((ScalarType.BFloat16, 60L, 60L), (row.Type, row.MultiplyAdds, row.HalfMultiplyAdds));
    }

    [Fact]
    public void An_optimiser_multiplies_no_matrices()
    {
        using var layer = new Linear(4, 4);
        using var optimizer = new Sgd(layer.NamedParameters(), new SgdOptions());
        layer.Forward(Numbers(1, [2, 4], ScalarType.Float32)).Sum().Backward();

        Assert.Null(Profile(() => optimizer.Step(0.1)).Single(row => row.Name == nameof(Sgd)).Type);
    }

    [Fact]
    public void Without_a_profile_a_kernel_is_not_even_named()
    {
        using (OperatorProfile.Kernel("nobody looks", 1, 1))
        {
        }

        Assert.DoesNotContain(Profile(() => Numbers(1, [2])), row => row.Name == "nobody looks");
    }

    [Fact]
    public void There_is_one_profile_at_a_time()
    {
        using var first = OperatorProfile.Begin();
        var refusal = Assert.Throws<TorchException>(() => OperatorProfile.Begin());
        Assert.Contains("already", refusal.Message, StringComparison.Ordinal);
        first.End();
        Assert.Throws<InvalidOperationException>(() => first.End());
    }

    [Fact]
    public void A_kernel_that_runs_since_a_former_profile_is_no_part_of_the_next_one_but_what_it_calls_is()
    {
        var x = Numbers(1, [4]);
        var profile = OperatorProfile.Begin();
        using (OperatorProfile.Kernel("since the former profile", 1, 1))
        {
            profile = Next(profile);
            _ = x.Exp();
        }

        _ = x.Tanh();

        var rows = profile.End();
        Assert.Equal(["aten::exp", "aten::tanh"], rows.Select(row => row.Name).Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal((1L, 2L * 4 * sizeof(double)), (row.Calls, row.Bytes)));
    }

    [Fact]
    public void A_node_of_backward_that_runs_since_a_former_profile_is_no_part_of_the_next_one_but_what_it_calls_is()
    {
        var profile = OperatorProfile.Begin();

        DoubledFunction.Of(Leaf(1, 4), () => profile = Next(profile)).Sum().Backward();

        var names = profile.End().Select(row => row.Name).ToList();
        Assert.Contains("aten::mul", names);
        Assert.DoesNotContain(nameof(DoubledFunction), names);
    }

    [Fact]
    public void An_operator_that_fails_leaves_the_profile_usable()
    {
        var rows = Profile(() =>
        {
            Assert.Throws<TorchException>(() => Numbers(1, [2, 3]).MatMul(Numbers(2, [2, 3])));
            _ = Numbers(1, [2, 3]).MatMul(Numbers(2, [3, 2]));
        });

        Assert.True(rows.Single(row => row.Name == "aten::mm").MultiplyAdds >= 12);
    }

    private static IReadOnlyList<OperatorTime> Profile(Action action)
    {
        using var profile = OperatorProfile.Begin();
        action();
        return profile.End();
    }

    // From another thread, while this one is inside of what it observes. A task could be run by this one as well.
    private static OperatorProfile Next(OperatorProfile former)
    {
        OperatorProfile? next = null;
        var other = new Thread(() =>
        {
            former.End();
            next = OperatorProfile.Begin();
        });
        other.Start();
        other.Join();
        return next!;
    }

    private static class Doubled
    {
        internal static Tensor Apply(Tensor x)
        {
            using var region = OperatorProfile.Kernel(nameof(Doubled), 12, 34);
            return DoubledFunction.Of(x);
        }
    }

    private sealed class DoubledFunction(Action? before) : CustomFunction
    {
        internal static Tensor Of(Tensor x, Action? beforeBackward = null) => Record(new DoubledFunction(beforeBackward), [x], () => x * 2);

        protected override Tensor?[] Backward(Tensor?[] grads)
        {
            before?.Invoke();
            using var region = OperatorProfile.Kernel("Doubled backward", 56, 0);
            return [grads[0]! * 2];
        }
    }
}
