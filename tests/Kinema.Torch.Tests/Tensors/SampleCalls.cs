namespace Kinema.Torch.Tests.Tensors;

/// <summary>One small call per declared operator, through the typed face where there is one, so that the arguments are those the library passes.</summary>
internal static class SampleCalls
{
    public static string NameOf(Operator op) => op.Overload.Length == 0 ? op.Name : $"{op.Name}.{op.Overload}";

    public static Dictionary<string, Func<Tensor?[]>> All()
    {
        var calls = new Dictionary<string, Func<Tensor?[]>>(StringComparer.Ordinal);
        Arithmetic(calls);
        ReductionsAndChoices(calls);
        Shapes(calls);
        Factories(calls);
        Layers(calls);
        return calls;
    }

    private static Tensor X() => Tensor.From([1.0, 2, 3, 4, 5, 6], 2, 3);

    private static Tensor?[] InPlace(Action<Tensor[]> change)
    {
        Tensor[] list = [X(), X()];
        change(list);
        return list;
    }

    private static Tensor Mask() => X().GreaterEqual(3);

    private static Tensor Index() => Tensor.From([1L, 0], 2);

    private static void Arithmetic(Dictionary<string, Func<Tensor?[]>> calls)
    {
        calls["aten::add.Tensor"] = () => [X() + X()];
        calls["aten::add.Scalar"] = () => [X() + 1];
        calls["aten::add_.Tensor"] = () => [X().AddInPlace(X(), 0.5)];
        calls["aten::sub.Tensor"] = () => [X() - X()];
        calls["aten::sub.Scalar"] = () => [X() - 1];
        calls["aten::neg"] = () => [-X()];
        calls["aten::mul.Tensor"] = () => [X() * X()];
        calls["aten::mul.Scalar"] = () => [X() * 2];
        calls["aten::mul_.Scalar"] = () => [X().MulInPlace(2)];
        calls["aten::div.Tensor"] = () => [X() / X()];
        calls["aten::div.Scalar"] = () => [X() / 2];
        calls["aten::_foreach_add.List"] = () => Aten.ForeachAdd.CallMany(new[] { X(), X() }, new[] { X(), X() }, 0.5);
        calls["aten::_foreach_add_.List"] = () => InPlace(list => Aten.ForeachAddInPlace.Run(list, new[] { X(), X() }, 0.5));
        calls["aten::_foreach_add_.Scalar"] = () => InPlace(list => Aten.ForeachAddScalarInPlace.Run(list, 0.5));
        calls["aten::_foreach_mul_.Scalar"] = () => InPlace(list => Aten.ForeachMulInPlace.Run(list, 0.5));
        calls["aten::_foreach_sqrt"] = () => Aten.ForeachSqrt.CallMany((Argument)new[] { X(), X() });
        calls["aten::_foreach_addcmul_.Scalar"] = () => InPlace(list => Aten.ForeachAddProductInPlace.Run(list, new[] { X(), X() }, new[] { X(), X() }, 0.5));
        calls["aten::_foreach_addcdiv_.Scalar"] = () => InPlace(list => Aten.ForeachAddQuotientInPlace.Run(list, new[] { X(), X() }, new[] { X(), X() }, 0.5));
        calls["aten::logical_and"] = () => [Mask() & Mask()];
        calls["aten::logical_not"] = () => [~Mask()];
        calls["aten::matmul"] = () => [X().MatMul(X().Transpose(0, 1))];
        calls["aten::baddbmm"] = () => [Functional.AddMatMul(X(), X().Reshape(1, 2, 3), Tensor.Ones([1, 3, 3], ScalarType.Float64))];
        calls["aten::linear"] = () => [Functional.Linear(X(), X(), null), Functional.Linear(X(), X(), Tensor.Zeros([2], ScalarType.Float64))];
        calls["aten::relu"] = () => [X().Relu()];
        calls["aten::tanh"] = () => [X().Tanh()];
        calls["aten::sigmoid"] = () => [X().Sigmoid()];
        calls["aten::exp"] = () => [X().Exp()];
        calls["aten::log"] = () => [X().Log()];
        calls["aten::sqrt"] = () => [X().Sqrt()];
        calls["aten::abs"] = () => [X().Abs()];
        calls["aten::softplus"] = () => [X().Softplus()];
        calls["aten::softmax.int"] = () => [X().Softmax(1)];
        calls["aten::log_softmax.int"] = () => [X().LogSoftmax(-1)];
        calls["aten::einsum"] = () => [Tensor.Einsum("ij,kj->ik", X(), X())];
    }

    private static void ReductionsAndChoices(Dictionary<string, Func<Tensor?[]>> calls)
    {
        calls["aten::logsumexp"] = () => [X().LogSumExp(1, keepDim: true)];
        calls["aten::sum"] = () => [X().Sum()];
        calls["aten::sum.dim_IntList"] = () => [X().Sum(0), X().Sum(-1, keepDim: true)];
        calls["aten::mean"] = () => [X().Mean()];
        calls["aten::mean.dim"] = () => [X().Mean(0), X().Mean([0, 1], keepDim: true)];
        calls["aten::max"] = () => [X().Max()];
        calls["aten::amax"] = () => [X().Max(0), X().Max(-1, keepDim: true)];
        calls["aten::argmax"] = () => [X().ArgMax(1)];
        calls["aten::all"] = () => [Mask().All()];
        calls["aten::isfinite"] = () => [X().IsFinite()];
        calls["aten::norm.ScalarOpt_dim"] = () => [X().Norm(1), X().Norm(-1, keepDim: true)];
        calls["aten::topk"] = () => [X().TopK(2).Values, X().TopK(1, largest: false, sorted: false).Indices];
        calls["aten::eq.Tensor"] = () => [X().Eq(X())];
        calls["aten::eq.Scalar"] = () => [X().Eq(2)];
        calls["aten::ge.Scalar"] = () => [X().GreaterEqual(2)];
        calls["aten::masked_fill.Scalar"] = () => [X().MaskedFill(Mask(), -1)];
        calls["aten::where.self"] = () => [Tensor.Where(Mask(), X(), -X())];
        calls["aten::gather"] = () => [X().Gather(1, Tensor.From([0L, 2], 2, 1))];
        calls["aten::scatter_add"] = () => [X().ScatterAdd(1, Tensor.From([0L, 2], 2, 1), Tensor.Ones([2, 1], ScalarType.Float64))];
        calls["aten::index_select"] = () => [X().IndexSelect(0, Index())];
        calls["aten::index_copy_"] = () => [X().IndexCopyInPlace(0, Index(), X())];
        calls["aten::copy_"] = () => [X().CopyInPlace(X())];
        calls["aten::fill_.Scalar"] = () => [X().FillInPlace(7)];
    }

    private static void Shapes(Dictionary<string, Func<Tensor?[]>> calls)
    {
        calls["aten::reshape"] = () => [X().Reshape(3, -1)];
        calls["aten::view"] = () => [X().View(6)];
        calls["aten::permute"] = () => [X().Permute(1, 0)];
        calls["aten::transpose.int"] = () => [X().Transpose(0, -1)];
        calls["aten::unsqueeze"] = () => [X().Unsqueeze(-1)];
        calls["aten::squeeze.dim"] = () => [X().Unsqueeze(0).Squeeze(0)];
        calls["aten::expand"] = () => [X().Unsqueeze(0).Expand(4, -1, -1)];
        calls["aten::narrow"] = () => [X().Narrow(1, 1, 2)];
        calls["aten::slice.Tensor"] = () => [X().Slice(1, 1), X().Slice(1, 0, 3, 2)];
        calls["aten::select.int"] = () => [X().Select(0, -1)];
        calls["aten::cat"] = () => [Tensor.Cat(0, X(), X())];
        calls["aten::stack"] = () => [Tensor.Stack(-1, X(), X())];
        calls["aten::contiguous"] = () => [X().Contiguous(), X().Reshape(1, 2, 1, 3).Contiguous(MemoryFormat.ChannelsLast)];
        calls["aten::clone"] = () => [X().Clone()];
        calls["aten::detach"] = () => [X().Detach()];
        calls["aten::to.dtype"] = () => [X().To(ScalarType.BFloat16)];
        calls["aten::to.device"] = () => [Aten.ToDevice.Call(X(), Device.Cpu, ScalarType.Float64)]; // the typed face stops at "it is there already"
        // Memory is pinned for a CUDA device; without one libtorch refuses, and the schema alone can be looked at.
        calls["aten::pin_memory"] = () => [TorchRuntime.CudaDevices > 0 ? Aten.PinMemory.Call(X()) : X()];
    }

    private static void Factories(Dictionary<string, Func<Tensor?[]>> calls)
    {
        calls["aten::zeros"] = () => [Tensor.Zeros([2, 0])];
        calls["aten::empty.memory_format"] = () => [Tensor.Empty([2]), Tensor.Empty([1, 2, 3, 4], ScalarType.Float64, Device.Cpu, MemoryFormat.ChannelsLast)];
        calls["aten::ones"] = () => [Tensor.Ones([], ScalarType.Int64)];
        calls["aten::full"] = () => [Tensor.Full([2], 0.5)];
        calls["aten::zeros_like"] = () => [X().ZerosLike()];
        calls["aten::arange"] = () => [Tensor.Arange(5)];
        calls["aten::rand.generator"] = () => [Tensor.Rand([3], null), Seeded(random => Tensor.Rand([3], random, ScalarType.Float64))];
        calls["aten::randn.generator"] = () => [Tensor.Randn([3], null), Seeded(random => Tensor.Randn([3], random, ScalarType.Float64))];
        calls["aten::uniform_"] = () => [Seeded(random => Filled(x => Init.Uniform(x, -1, 1, random)))];
        calls["aten::normal_"] = () => [Seeded(random => Filled(x => Init.Normal(x, 0, 2, random)))];
    }

    private static void Layers(Dictionary<string, Func<Tensor?[]>> calls)
    {
        calls["aten::conv1d"] = () =>
            [Applied(new Conv1d(2, 3, 2), Tensor.Zeros([1, 2, 5])), Applied(new Conv1d(2, 3, 2, bias: false), Tensor.Zeros([1, 2, 5]))];
        calls["aten::conv2d"] = () => [Applied(new Conv2d(2, 3, (2, 1), (2, 1), (1, 0), (2, 1)), Tensor.Zeros([1, 2, 5, 4]))];
        calls["aten::batch_norm"] = () => [Applied(new BatchNorm(2), Tensor.Zeros([3, 2, 5, 4]))];
        calls["aten::layer_norm"] = () =>
            [Functional.LayerNorm(X()), Functional.LayerNorm(X(), Tensor.Ones([3], ScalarType.Float64), Tensor.Zeros([3], ScalarType.Float64))];
        calls["aten::max_pool2d"] = () => [Functional.MaxPool2d(Tensor.Zeros([1, 2, 5, 4]), [3, 1], [2, 1], [1, 0])];
        calls["aten::cross_entropy_loss"] = () => [Functional.CrossEntropy(X(), Index()), Functional.CrossEntropy(X(), Index(), labelSmoothing: 0.1)];
    }

    private static Tensor Seeded(Func<Generator, Tensor> make)
    {
        using var random = new Generator(3);
        return make(random);
    }

    private static Tensor Filled(Action<Tensor> fill)
    {
        var x = X();
        fill(x);
        return x;
    }

    private static Tensor Applied(Module<Tensor, Tensor> module, Tensor input)
    {
        using (module) return module.Forward(input);
    }
}
