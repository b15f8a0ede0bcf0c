namespace Kinema.Torch.Tests.Autograd;

public sealed class AutogradTests : TensorTest
{
    [Fact]
    public void Operators_agree_with_finite_differences()
    {
        FiniteDifferences.Agree(x => x[0].MatMul(x[1]).Tanh(), [Leaf(1, 3, 4), Leaf(2, 4, 2)]);
        FiniteDifferences.Agree(x => Functional.Conv2d(x[0], x[1], x[2], [2, 1], [1, 0], [1, 1]), [Leaf(1, 2, 2, 5, 3), Leaf(2, 3, 2, 3, 1), Leaf(3, 3)]);
        FiniteDifferences.Agree(x => Functional.CrossEntropy(x[0], Tensor.From([1L, 0, 3], 3), 0.1), [Leaf(1, 3, 4)]);
        FiniteDifferences.Agree(x => Tensor.Einsum("nctv,uv->nctu", x[0], x[1]).LogSumExp(1), [Leaf(1, 2, 3, 2, 4), Leaf(2, 5, 4)]);
    }

    [Fact]
    public void Gradients_add_up_until_they_are_dropped()
    {
        var x = Leaf(1, 3);
        Assert.Null(x.Grad);
        (x * 2).Sum().Backward();
        (x * 3).Sum().Backward();
        AssertClose([5.0, 5, 5], x.Grad!);
        x.Grad = null;
        Assert.Null(x.Grad);
    }

    [Fact]
    public void A_gradient_of_another_shape_is_refused()
    {
        var x = Leaf(1, 3);
        x.Grad = Tensor.Ones([3], ScalarType.Float64);
        Assert.Contains("shape", Assert.Throws<TorchException>(() => x.Grad = Tensor.Ones([2], ScalarType.Float64)).Message, StringComparison.Ordinal);
        AssertClose([1.0, 1, 1], x.Grad!);
    }

    [Fact]
    public void A_tensor_that_is_no_scalar_needs_a_gradient_to_start_from()
    {
        var x = Leaf(1, 3);
        Assert.Throws<TorchException>(() => (x * 2).Backward());
        (x * 2).Backward(Tensor.From([1.0, 10, 100], 3));
        AssertClose([2.0, 20, 200], x.Grad!);
    }

    [Fact]
    public void Only_numbers_can_have_gradients() => Assert.Throws<TorchException>(() => Tensor.Arange(3).RequiresGrad = true);

    [Fact]
    public void NoGrad_and_EnableGrad_nest()
    {
        var x = Leaf(1, 3);
        Assert.True(Torch.Autograd.Enabled);
        using (Torch.Autograd.NoGrad())
        {
            Assert.False(Torch.Autograd.Enabled);
            Assert.False((x * 2).RequiresGrad);
            using (Torch.Autograd.EnableGrad()) Assert.True((x * 2).RequiresGrad);
            Assert.False((x * 2).RequiresGrad);
        }

        Assert.True((x * 2).RequiresGrad);
    }

    [Fact]
    public void A_mode_ends_when_an_exception_leaves_it()
    {
        Assert.Throws<TorchException>(() =>
        {
            using var mode = Torch.Autograd.NoGrad();
            _ = Tensor.Zeros([2]).Reshape(3);
        });
        Assert.True(Torch.Autograd.Enabled);
    }

    [Fact]
    public void Tensors_made_for_inference_take_part_in_no_graph()
    {
        var weight = Leaf(1, 2, 2);
        Tensor made;
        using (Torch.Autograd.Inference())
        {
            Assert.False(Torch.Autograd.Enabled);
            made = Numbers(2, [3, 2]).MatMul(weight);
        }

        Assert.True(Torch.Autograd.Enabled);
        Assert.False(made.RequiresGrad);
        Assert.Contains("nference", Assert.Throws<TorchException>(() => made.MatMul(weight)).Message, StringComparison.Ordinal);
        Assert.Equal(6, made.ToArray<double>().Length);
    }

    [Fact]
    public void Modes_end_innermost_first_and_on_their_own_thread()
    {
        var outer = Torch.Autograd.NoGrad();
        var inner = Torch.Autograd.EnableGrad();
        Assert.Throws<InvalidOperationException>(outer.Dispose);
        Exception? elsewhere = null;
        var thread = new Thread(() => elsewhere = Record.Exception(inner.Dispose));
        thread.Start();
        thread.Join();
        Assert.IsType<InvalidOperationException>(elsewhere);
        Assert.True(Torch.Autograd.Enabled); // inside of inner still
        inner.Dispose();
        inner.Dispose();
        Assert.False(Torch.Autograd.Enabled);
        outer.Dispose();
        Assert.True(Torch.Autograd.Enabled);
    }

    [Fact]
    public void A_mode_is_the_business_of_its_thread_alone()
    {
        using var mode = Torch.Autograd.NoGrad();
        var enabled = false;
        var thread = new Thread(() => enabled = Torch.Autograd.Enabled);
        thread.Start();
        thread.Join();
        Assert.True(enabled);
    }

    [Fact]
    public void Grad_leaves_the_gradients_of_the_leaves_alone()
    {
        Tensor x = Leaf(1, 3), other = Leaf(2, 3);
        var gradients = Torch.Autograd.Grad([(x * x).Sum()], [x, other]);
        AssertClose(x * 2, gradients[0]!);
        Assert.Null(gradients[1]);
        Assert.Null(x.Grad);
    }

    [Fact]
    public void Grad_weighs_several_outputs()
    {
        var x = Leaf(1, 2);
        var gradient = Torch.Autograd.Grad([x * 2, x.Sum()], [x], [Tensor.From([1.0, 10], 2), Tensor.From([100.0])])[0]!;
        AssertClose([102.0, 120], gradient);
    }

    [Fact]
    public void Grad_wants_one_gradient_per_output() =>
        Assert.Throws<ArgumentException>(() => Torch.Autograd.Grad([Leaf(1, 2) * 2, Leaf(1, 2) * 3], [Leaf(1, 2)], [Tensor.Zeros([2])]));

    [Fact]
    public void Autocast_computes_products_in_bfloat16_and_ends()
    {
        Tensor a = Numbers(1, [4, 4], ScalarType.Float32), b = Numbers(2, [4, 4], ScalarType.Float32);
        using (Torch.Autograd.Autocast(ScalarType.BFloat16))
        {
            Assert.Equal(ScalarType.BFloat16, a.MatMul(b).Type);
            Assert.Equal(ScalarType.BFloat16, Functional.Conv2d(Tensor.Zeros([1, 1, 3, 3]), Tensor.Zeros([1, 1, 1, 1]), null, [1, 1], [0, 0], [1, 1]).Type);
            Assert.Equal(ScalarType.Float32, (a + b).Type);
            using (Torch.Autograd.Autocast(ScalarType.BFloat16)) Assert.Equal(ScalarType.BFloat16, a.MatMul(b).Type);
            Assert.Equal(ScalarType.BFloat16, a.MatMul(b).Type);
        }

        Assert.Equal(ScalarType.Float32, a.MatMul(b).Type);
        AssertClose(a.To(ScalarType.Float64).MatMul(b.To(ScalarType.Float64)), a.MatMul(b), 1e-5);
    }

    [Fact]
    public void Under_autocast_weights_get_gradients_of_their_own_type()
    {
        using var random = new Generator(1);
        using var linear = new Linear(4, 3);
        linear.Initialise(random);
        var x = Numbers(2, [5, 4], ScalarType.Float32);
        for (var step = 0; step < 2; step++)
        {
            linear.ZeroGrad();
            using (Torch.Autograd.Autocast(ScalarType.BFloat16)) linear.Forward(x).To(ScalarType.Float32).Sum().Backward();
            Assert.Equal(ScalarType.Float32, linear.Weight.Value.Grad!.Type);
            AssertClose(Tensor.Ones([3, 5]).MatMul(x), linear.Weight.Value.Grad!, 0.02);
        }
    }

    [Fact]
    public void A_weight_changed_between_two_autocasts_is_cast_anew()
    {
        var weight = Tensor.Ones([2, 2]);
        weight.RequiresGrad = true;
        var x = Tensor.Ones([1, 2]);
        using (Torch.Autograd.Autocast(ScalarType.BFloat16)) Assert.Equal([2f, 2], x.MatMul(weight).ToArray<float>());
        weight.Memory<float>().Fill(3);
        using (Torch.Autograd.Autocast(ScalarType.BFloat16)) Assert.Equal([6f, 6], x.MatMul(weight).ToArray<float>());
    }
}
