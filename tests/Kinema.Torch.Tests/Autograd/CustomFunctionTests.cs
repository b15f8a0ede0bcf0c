namespace Kinema.Torch.Tests.Autograd;

public sealed class CustomFunctionTests : TensorTest
{
    [Fact]
    public void Gradients_agree_with_finite_differences()
    {
        FiniteDifferences.Agree(x => Exponential.Apply(x[0]).Tanh(), [Leaf(1, 3, 4)]);
        FiniteDifferences.Agree(x => SumAndProduct.Apply(x[0], x[1])[1] * SumAndProduct.Apply(x[1], x[0])[0], [Leaf(1, 3, 4), Leaf(2, 3, 4)]);
        FiniteDifferences.Agree(x => RowMaximum.Apply(x[0]).Values, [Leaf(1, 4, 3)]);
    }

    [Fact]
    public void A_saved_output_does_not_keep_its_own_graph_alive()
    {
        var x = Leaf(1, 3);
        var before = TensorScope.LiveTensors;
        using (TensorScope.Begin()) _ = Exponential.Apply(Exponential.Apply(x)); // never run backwards
        Assert.Equal(before, TensorScope.LiveTensors);
    }

    [Fact]
    public void What_was_saved_is_freed_as_soon_as_backward_has_run()
    {
        var x = Leaf(1, 3);
        var y = Exponential.Apply(x).Sum();
        var recorded = TensorScope.LiveTensors;
        y.Backward();
        Assert.Equal(recorded - 1, TensorScope.LiveTensors); // the output that was saved
        Assert.Contains("second time", Assert.Throws<TorchException>(() => y.Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_that_is_retained_runs_backwards_twice()
    {
        var x = Leaf(1, 3);
        var y = Exponential.Apply(x).Sum();
        y.Backward(retainGraph: true);
        y.Backward();
        AssertClose(x.Exp() * 2, x.Grad!);
    }

    [Fact]
    public void What_was_saved_and_changed_in_place_since_is_refused_by_the_name_of_the_function_and_the_tensor()
    {
        Tensor a = Leaf(1, 3), b = Leaf(2, 3);
        var product = SumAndProduct.Apply(a, b)[1].Sum();
        using (Torch.Autograd.NoGrad()) b.AddInPlace(b);

        var refusal = Assert.Throws<InvalidOperationException>(() => product.Backward()).Message;

        Assert.Contains("SumAndProduct: ", refusal, StringComparison.Ordinal);
        Assert.Contains(" b, f64(3),", refusal, StringComparison.Ordinal);
        Assert.Contains("changed in place", refusal, StringComparison.Ordinal);
        Assert.Null(a.Grad);
    }

    [Fact]
    public void A_change_through_a_view_or_of_the_output_is_noticed_as_well()
    {
        Tensor x = Leaf(1, 3, 4), a = Leaf(2, 4), b = Leaf(3, 4);
        var product = SumAndProduct.Apply(x.Select(0, 0), a)[1].Sum();
        using (Torch.Autograd.NoGrad()) x.Select(0, 2).FillInPlace(1); // another row of the same memory: libtorch counts per memory, too
        Assert.Throws<InvalidOperationException>(() => product.Backward());

        var exponential = Exponential.Apply(b);
        using (Torch.Autograd.NoGrad()) exponential.MulInPlace(2);
        Assert.Throws<InvalidOperationException>(() => exponential.Sum().Backward());
    }

    [Fact]
    public void What_was_saved_may_change_until_forward_ends_and_once_its_last_backward_has_run()
    {
        var x = Leaf(1, 3);
        var buffer = Tensor.Zeros([3], ScalarType.Float64);
        var y = Scripted.Forward(x, buffer, () => [buffer.AddInPlace(x.Detach()).Clone()], grad => [grad])[0].Sum();

        y.Backward(retainGraph: true);
        buffer.Memory<double>()[0] = 7; // a kernel's own buffer, written to through a pointer: not noticed, on purpose
        y.Backward(retainGraph: true);
        buffer.FillInPlace(0);
        Assert.Throws<InvalidOperationException>(() => y.Backward());

        AssertClose([2.0, 2, 2], x.Grad!);
    }

    [Fact]
    public void A_tensor_of_inference_mode_whose_changes_nobody_counts_can_be_saved()
    {
        Tensor x = Leaf(1, 3), constant;
        using (Torch.Autograd.Inference()) constant = Numbers(2, [3]);
        SumAndProduct.Apply(x, constant)[1].Sum().Backward();
        AssertClose(constant, x.Grad!);
    }

    [Fact]
    public void Nothing_is_recorded_or_kept_without_a_gradient_to_ask_for()
    {
        var plain = Numbers(1, [3]);
        var before = TensorScope.LiveTensors;
        using (TensorScope.Begin()) Assert.False(Exponential.Apply(plain).RequiresGrad);
        using (TensorScope.Begin())
        using (Torch.Autograd.NoGrad())
            Assert.False(Exponential.Apply(Leaf(1, 3)).RequiresGrad);
        using (TensorScope.Begin())
        using (Torch.Autograd.Inference())
            Assert.False(Exponential.Apply(Leaf(1, 3)).RequiresGrad);
        Assert.Equal(before, TensorScope.LiveTensors);
    }

    [Fact]
    public void An_output_that_nobody_used_brings_no_gradient()
    {
        Tensor a = Leaf(1, 3), b = Leaf(2, 3);
        SumAndProduct.Apply(a, b)[1].Sum().Backward();
        Assert.Equal([false, true], SumAndProduct.Reached);
        AssertClose(b, a.Grad!);
        AssertClose(a, b.Grad!);
    }

    [Fact]
    public void An_input_without_a_gradient_gets_none()
    {
        Tensor a = Leaf(1, 3), constant = Numbers(2, [3]);
        SumAndProduct.Apply(a, constant)[1].Sum().Backward();
        AssertClose(constant, a.Grad!);
        Assert.Null(constant.Grad);
    }

    [Fact]
    public void A_gradient_of_null_counts_as_zero()
    {
        var x = Leaf(1, 3);
        (Scripted.Apply(x, _ => [null]) + (x * 2)).Sum().Backward();
        AssertClose([2.0, 2, 2], x.Grad!);
    }

    [Fact]
    public void The_very_exception_of_a_backward_surfaces_with_the_place_where_it_was_thrown()
    {
        var x = Leaf(1, 3);
        var before = TensorScope.LiveTensors;
        using (TensorScope.Begin())
        {
            var thrown = new InvalidDataException("backward");
            var caught = Assert.Throws<InvalidDataException>(() => Scripted.Apply(x.Exp(), _ => Thrower(thrown)).Sum().Backward());
            Assert.Same(thrown, caught);
            Assert.Contains(nameof(Thrower), caught.StackTrace, StringComparison.Ordinal);
        }

        Assert.Equal(before, TensorScope.LiveTensors);
        using (TensorScope.Begin()) Exponential.Apply(x).Sum().Backward(); // the next graph is not touched by it
        AssertClose(x.Exp(), x.Grad!);
        x.Grad = null;
    }

    [Fact]
    public void Backward_passes_on_two_threads_over_one_function_take_turns()
    {
        var x = Leaf(1, 3);
        var (inside, together) = (0, false);
        var y = Scripted.Apply(x, grad =>
        {
            together |= Interlocked.Increment(ref inside) > 1;
            Thread.Sleep(50);
            Interlocked.Decrement(ref inside);
            return [grad];
        });
        Tensor[] losses = [y.Sum(), (y * 2).Sum()];
        using var start = new Barrier(2);
        Thread[] threads = [.. losses.Select(loss => new Thread(() =>
        {
            start.SignalAndWait();
            loss.Backward(retainGraph: true);
        }))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();

        Assert.False(together);
        AssertClose([3.0, 3, 3], x.Grad!);
    }

    [Fact]
    public void A_backward_that_leaves_its_scope_open_is_said_and_the_thread_goes_on()
    {
        var before = TensorScope.LiveTensors;
        using (TensorScope.Begin())
        {
            var error = Assert.Throws<InvalidOperationException>(() => Scripted.Apply(Leaf(1, 3), grad =>
            {
                TensorScope.Begin();
                return [grad * 2];
            }).Sum().Backward());
            Assert.Contains("innermost first", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, TensorScope.LiveTensors);
    }

    [Fact]
    public void An_error_of_libtorch_in_a_backward_surfaces_whole() => Assert.Contains(
        "aten::matmul",
        Assert.Throws<TorchException>(() => Scripted.Apply(Leaf(1, 3, 4), grad => [grad.MatMul(grad)]).Sum().Backward()).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_backward_with_too_few_gradients_or_a_misshapen_one_is_refused()
    {
        Assert.Contains(
            "0 gradients for 1 inputs", Assert.Throws<InvalidOperationException>(() => Scripted.Apply(Leaf(1, 3), _ => []).Sum().Backward()).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "invalid gradient", Assert.Throws<TorchException>(() => Scripted.Apply(Leaf(1, 3), _ => [Tensor.Zeros([4])]).Sum().Backward()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_forward_that_fails_leaves_nothing_behind()
    {
        var x = Leaf(1, 3);
        var before = TensorScope.LiveTensors;
        Assert.Throws<InvalidDataException>(() => Scripted.Forward(x, () => throw new InvalidDataException()));
        Assert.Throws<NullReferenceException>(() => Scripted.Forward(x, () => [null!]));
        using (TensorScope.Begin())
        {
            var gone = x.Clone();
            gone.Dispose();
            Assert.Throws<ObjectDisposedException>(() => Scripted.Forward(x, () => [gone]));
        }

        Assert.Equal(before, TensorScope.LiveTensors);
    }

    [Fact]
    public void An_input_cannot_be_returned_as_an_output()
    {
        var x = Leaf(1, 3);
        var error = Assert.Throws<TorchException>(() => Scripted.Forward(x, () => [x]));
        Assert.Contains("Scripted: an input is returned as an output", error.Message, StringComparison.Ordinal);
        Assert.True(Torch.Autograd.Grad([(x * 2).Sum()], [x])[0] is not null); // x is a leaf still
    }

    [Fact]
    public void A_reshaped_output_is_recorded_like_any_other()
    {
        var x = Leaf(1, 2, 3);
        var y = Scripted.Forward(x, () => [x.Exp().Reshape(3, 2)])[0];
        Assert.True(y.RequiresGrad);
        Assert.Contains("0 gradients", Assert.Throws<InvalidOperationException>(() => (y * 2).Sum().Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_of_integers_goes_without_a_gradient_and_the_others_keep_theirs()
    {
        var x = Leaf(1, 4, 3);
        var (values, indices) = RowMaximum.Apply(x);
        Assert.False(indices.RequiresGrad);
        values.Sum().Backward();
        Assert.Equal(4, x.Grad!.Sum().Item());
        Assert.Equal(indices.ToArray<long>(), x.Grad!.ArgMax(1).ToArray<long>());
    }

    [Fact]
    public void A_backward_may_run_another_backward()
    {
        var x = Leaf(1, 3);
        var y = Scripted.Apply(x, grad =>
        {
            using var recording = Torch.Autograd.EnableGrad();
            var inner = x.Detach();
            inner.RequiresGrad = true;
            Exponential.Apply(inner).Sum().Backward();
            return [grad * inner.Grad!];
        });
        y.Sum().Backward();
        AssertClose(x.Exp(), x.Grad!);
    }

    [Fact]
    public void The_exception_of_an_inner_backward_surfaces_through_the_outer_one()
    {
        var thrown = new InvalidDataException("inner");
        var x = Leaf(1, 3);
        var y = Scripted.Apply(x, grad =>
        {
            using var recording = Torch.Autograd.EnableGrad();
            Scripted.Apply(Leaf(2, 3), _ => throw thrown).Sum().Backward();
            return [grad];
        });
        Assert.Same(thrown, Assert.Throws<InvalidDataException>(() => y.Sum().Backward()));
    }

    [Fact]
    public void A_backward_records_nothing_itself()
    {
        var recorded = true;
        var x = Leaf(1, 3);
        Scripted.Apply(x, grad =>
        {
            recorded = (x * 2).RequiresGrad;
            return [grad];
        }).Sum().Backward();
        Assert.False(recorded);
    }

    [Fact]
    public void A_function_used_on_many_threads_at_once_keeps_its_graphs_apart()
    {
        var before = TensorScope.LiveTensors;
        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 4 }, seed =>
        {
            using var scope = TensorScope.Begin();
            var x = Leaf((ulong)seed, 5, 5);
            for (var i = 0; i < 20; i++)
            {
                using var step = TensorScope.Begin();
                x.Grad = null;
                Exponential.Apply(x).Sum().Backward();
                AssertClose(x.Exp(), x.Grad!);
            }
        });
        Assert.Equal(before, TensorScope.LiveTensors);
    }

    private static Tensor?[] Thrower(Exception exception) => throw exception;
}
