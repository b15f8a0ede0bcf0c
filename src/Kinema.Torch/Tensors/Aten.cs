namespace Kinema.Torch;

/// <summary>The operators of ATen that Kinema's typed face uses, each looked up at its first call. A test asks this libtorch for all of them.</summary>
internal static class Aten
{
    internal static readonly Operator Add = new("aten::add", "Tensor");
    internal static readonly Operator AddScalar = new("aten::add", "Scalar");
    internal static readonly Operator AddInPlace = new("aten::add_", "Tensor");
    internal static readonly Operator Sub = new("aten::sub", "Tensor");
    internal static readonly Operator SubScalar = new("aten::sub", "Scalar");
    internal static readonly Operator Neg = new("aten::neg");
    internal static readonly Operator Mul = new("aten::mul", "Tensor");
    internal static readonly Operator MulScalar = new("aten::mul", "Scalar");
    internal static readonly Operator MulInPlaceScalar = new("aten::mul_", "Scalar");
    internal static readonly Operator Div = new("aten::div", "Tensor");
    internal static readonly Operator DivScalar = new("aten::div", "Scalar");
    internal static readonly Operator LogicalAnd = new("aten::logical_and");
    internal static readonly Operator LogicalNot = new("aten::logical_not");
    internal static readonly Operator MatMul = new("aten::matmul");
    internal static readonly Operator AddMatMul = new("aten::baddbmm");
    internal static readonly Operator Linear = new("aten::linear");
    internal static readonly Operator Relu = new("aten::relu");
    internal static readonly Operator Tanh = new("aten::tanh");
    internal static readonly Operator Sigmoid = new("aten::sigmoid");
    internal static readonly Operator Exp = new("aten::exp");
    internal static readonly Operator Log = new("aten::log");
    internal static readonly Operator Sqrt = new("aten::sqrt");
    internal static readonly Operator Abs = new("aten::abs");
    internal static readonly Operator Softplus = new("aten::softplus");
    internal static readonly Operator Softmax = new("aten::softmax", "int");
    internal static readonly Operator LogSoftmax = new("aten::log_softmax", "int");
    internal static readonly Operator LogSumExp = new("aten::logsumexp");
    internal static readonly Operator Sum = new("aten::sum");
    internal static readonly Operator SumDim = new("aten::sum", "dim_IntList");
    internal static readonly Operator Mean = new("aten::mean");
    internal static readonly Operator MeanDim = new("aten::mean", "dim");
    internal static readonly Operator Max = new("aten::max");
    internal static readonly Operator ArgMax = new("aten::argmax");
    internal static readonly Operator All = new("aten::all");
    internal static readonly Operator IsFinite = new("aten::isfinite");
    internal static readonly Operator Norm = new("aten::norm", "ScalarOpt_dim");
    internal static readonly Operator TopK = new("aten::topk");
    internal static readonly Operator Eq = new("aten::eq", "Tensor");
    internal static readonly Operator EqScalar = new("aten::eq", "Scalar");
    internal static readonly Operator GreaterEqualScalar = new("aten::ge", "Scalar");
    internal static readonly Operator MaskedFill = new("aten::masked_fill", "Scalar");
    internal static readonly Operator Where = new("aten::where", "self");
    internal static readonly Operator Gather = new("aten::gather");
    internal static readonly Operator IndexSelect = new("aten::index_select");
    internal static readonly Operator IndexCopyInPlace = new("aten::index_copy_");
    internal static readonly Operator CopyInPlace = new("aten::copy_");
    internal static readonly Operator FillInPlace = new("aten::fill_", "Scalar");
    internal static readonly Operator Einsum = new("aten::einsum");

    internal static readonly Operator Reshape = new("aten::reshape");
    internal static readonly Operator View = new("aten::view");
    internal static readonly Operator Permute = new("aten::permute");
    internal static readonly Operator Transpose = new("aten::transpose", "int");
    internal static readonly Operator Unsqueeze = new("aten::unsqueeze");
    internal static readonly Operator Squeeze = new("aten::squeeze", "dim");
    internal static readonly Operator Expand = new("aten::expand");
    internal static readonly Operator Narrow = new("aten::narrow");
    internal static readonly Operator Slice = new("aten::slice", "Tensor");
    internal static readonly Operator Select = new("aten::select", "int");
    internal static readonly Operator Cat = new("aten::cat");
    internal static readonly Operator Stack = new("aten::stack");
    internal static readonly Operator Contiguous = new("aten::contiguous");
    internal static readonly Operator Clone = new("aten::clone");
    internal static readonly Operator Detach = new("aten::detach");
    internal static readonly Operator ToType = new("aten::to", "dtype");
    internal static readonly Operator ToDevice = new("aten::to", "device");
    internal static readonly Operator PinMemory = new("aten::pin_memory");

    internal static readonly Operator ForeachAdd = new("aten::_foreach_add", "List");
    internal static readonly Operator ForeachAddInPlace = new("aten::_foreach_add_", "List");
    internal static readonly Operator ForeachAddScalarInPlace = new("aten::_foreach_add_", "Scalar");
    internal static readonly Operator ForeachMulInPlace = new("aten::_foreach_mul_", "Scalar");
    internal static readonly Operator ForeachSqrt = new("aten::_foreach_sqrt");
    internal static readonly Operator ForeachAddProductInPlace = new("aten::_foreach_addcmul_", "Scalar");
    internal static readonly Operator ForeachAddQuotientInPlace = new("aten::_foreach_addcdiv_", "Scalar");

    internal static readonly Operator Zeros = new("aten::zeros");
    internal static readonly Operator Empty = new("aten::empty", "memory_format");
    internal static readonly Operator Ones = new("aten::ones");
    internal static readonly Operator Full = new("aten::full");
    internal static readonly Operator ZerosLike = new("aten::zeros_like");
    internal static readonly Operator Arange = new("aten::arange");
    internal static readonly Operator RandGenerator = new("aten::rand", "generator");
    internal static readonly Operator RandnGenerator = new("aten::randn", "generator");

    internal static readonly Operator Conv1d = new("aten::conv1d");
    internal static readonly Operator Conv2d = new("aten::conv2d");
    internal static readonly Operator BatchNorm = new("aten::batch_norm");
    internal static readonly Operator MaxPool2d = new("aten::max_pool2d");
    internal static readonly Operator BernoulliInPlace = new("aten::bernoulli_", "float");
    internal static readonly Operator CrossEntropy = new("aten::cross_entropy_loss");
    internal static readonly Operator UniformInPlace = new("aten::uniform_");
    internal static readonly Operator NormalInPlace = new("aten::normal_");
}
