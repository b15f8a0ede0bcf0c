namespace Kinema.Torch.Tests.Tensors;

public sealed class TensorScopeTests : TensorTest
{
    [Fact]
    public void A_scope_frees_what_was_made_while_it_was_open()
    {
        var before = TensorScope.LiveTensors;
        Tensor x;
        using (TensorScope.Begin())
        {
            x = Tensor.Zeros([2]);
            _ = (x + 1).Relu().Sum();
            Assert.Equal(before + 4, TensorScope.LiveTensors);
        }

        Assert.Equal(before, TensorScope.LiveTensors);
        Assert.Throws<ObjectDisposedException>(() => x.Elements);
    }

    [Fact]
    public void A_kept_tensor_belongs_to_the_enclosing_scope()
    {
        Tensor kept, left;
        using (TensorScope.Begin())
        {
            using (var inner = TensorScope.Begin())
            {
                kept = inner.Keep(Tensor.Ones([2]));
                left = Tensor.Ones([2]);
            }

            Assert.Equal(2, kept.Sum().Item());
            Assert.Throws<ObjectDisposedException>(() => left.Elements);
        }

        Assert.Throws<ObjectDisposedException>(() => kept.Elements);
    }

    [Fact]
    public void A_tensor_kept_by_the_outermost_scope_is_the_callers()
    {
        Tensor? kept = null;
        OnAnotherThread(() => // where no scope is open
        {
            Assert.Null(TensorScope.Current);
            using var scope = TensorScope.Begin();
            kept = scope.Keep(Tensor.Ones([3]));
        });
        Assert.Equal(3, kept!.Elements);
        kept.Dispose();
    }

    [Fact]
    public void Keeping_a_tensor_of_another_owner_changes_nothing()
    {
        var outer = Tensor.Ones([2]);
        using (var inner = TensorScope.Begin()) Assert.Same(outer, inner.Keep(outer));
        Assert.Equal(2, outer.Elements);
    }

    [Fact]
    public void A_released_tensor_outlives_every_scope()
    {
        Tensor released;
        using (TensorScope.Begin())
        {
            using (TensorScope.Begin()) released = TensorScope.Release(Tensor.Ones([4]));
        }

        Assert.Equal(4, released.Sum().Item());
        released.Dispose();
    }

    [Fact]
    public void A_tensor_disposed_before_its_scope_is_freed_once()
    {
        var before = TensorScope.LiveTensors;
        using (TensorScope.Begin())
        {
            var x = Tensor.Zeros([2]);
            x.Dispose();
            Assert.Equal(before, TensorScope.LiveTensors);
        }

        Assert.Equal(before, TensorScope.LiveTensors);
    }

    [Fact]
    public void Scopes_end_innermost_first()
    {
        var outer = TensorScope.Begin();
        var inner = TensorScope.Begin();
        Assert.Throws<InvalidOperationException>(outer.Dispose);
        Assert.Same(inner, TensorScope.Current);
        inner.Dispose();
        outer.Dispose();
        outer.Dispose(); // a second time does nothing
        Assert.NotSame(outer, TensorScope.Current);
    }

    [Fact]
    public void A_scope_cannot_be_ended_on_another_thread()
    {
        using var scope = TensorScope.Begin();
        var x = Tensor.Zeros([2]);
        OnAnotherThread(() => Assert.Throws<InvalidOperationException>(scope.Dispose));
        Assert.Equal(2, x.Elements);
    }

    [Fact]
    public void A_scope_owns_nothing_that_another_thread_makes()
    {
        Tensor? made = null;
        using (TensorScope.Begin()) OnAnotherThread(() => made = Tensor.Ones([2]));
        Assert.Equal(2, made!.Elements);
        made.Dispose();
    }

    [Fact]
    public void An_exception_in_the_middle_of_a_step_leaves_nothing_behind()
    {
        var weight = Leaf(1, 3, 3);
        var before = TensorScope.LiveTensors;
        for (var i = 0; i < 5; i++)
        {
            Assert.Throws<TorchException>(() =>
            {
                using var scope = TensorScope.Begin();
                var y = Numbers(2, [2, 3]).MatMul(weight).Relu();
                _ = y.MatMul(y);
            });
        }

        Assert.Equal(before, TensorScope.LiveTensors);
    }

    [Fact]
    public void A_graph_that_is_dropped_unused_is_freed()
    {
        var weight = Leaf(1, 3, 3);
        var before = TensorScope.LiveTensors;
        using (TensorScope.Begin()) _ = Numbers(2, [2, 3]).MatMul(weight).Tanh().Sum();
        Assert.Equal(before, TensorScope.LiveTensors);
    }

    [Fact]
    public void As_many_tensors_are_alive_after_a_thousand_steps_as_after_ten()
    {
        using var random = new Generator(5);
        using var network = new Sequential(new Linear(6, 8), new BatchNorm(8), new Relu(), new Dropout(0.2, random), new Linear(8, 3));
        network.Initialise(random);
        using var optimiser = new Sgd(network.NamedParameters(), new SgdOptions(WeightDecay: 1e-4));
        var labels = Tensor.From([0L, 1, 2, 1], 4);

        long[] alive = new long[1001];
        for (var step = 1; step <= 1000; step++)
        {
            using (TensorScope.Begin())
            {
                network.ZeroGrad();
                Functional.CrossEntropy(network.Forward(Tensor.Randn([4, 6], random)), labels).Backward();
                optimiser.Step(0.01);
            }

            alive[step] = TensorScope.LiveTensors;
        }

        Assert.Equal(alive[10], alive[1000]);
    }

    [Fact]
    public void A_tensor_that_nobody_disposed_is_freed_by_the_collector()
    {
        var before = TensorScope.LiveTensors;
        OnAnotherThread(() =>
        {
            for (var i = 0; i < 20; i++) _ = Tensor.Zeros([1000]); // no scope is open there
        });

        // The collector is asked, not commanded: its own pace would make the test wait.
        for (var i = 0; i < 50 && TensorScope.LiveTensors > before; i++)
        {
            _ = GC.AllocateUninitializedArray<byte>(50_000_000);
            Thread.Sleep(5);
        }

        Assert.Equal(before, TensorScope.LiveTensors);
    }

    private static void OnAnotherThread(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) throw failure;
    }
}
