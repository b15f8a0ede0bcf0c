namespace Kinema.Torch;

/// <summary>Arithmetic, comparison and reduction: PyTorch's names in .NET case.</summary>
public sealed partial class Tensor
{
    /// <summary>Element by element, broadcast.</summary>
    public static Tensor operator +(Tensor left, Tensor right) => Aten.Add.Call(left, right);

    /// <summary>Adds a number to each element.</summary>
    public static Tensor operator +(Tensor left, double right) => Aten.AddScalar.Call(left, right);

    /// <summary>Element by element, broadcast.</summary>
    public static Tensor operator -(Tensor left, Tensor right) => Aten.Sub.Call(left, right);

    /// <summary>Takes a number from each element.</summary>
    public static Tensor operator -(Tensor left, double right) => Aten.SubScalar.Call(left, right);

    /// <summary>Changes each sign.</summary>
    public static Tensor operator -(Tensor value) => Aten.Neg.Call(value);

    /// <summary>Element by element, broadcast.</summary>
    public static Tensor operator *(Tensor left, Tensor right) => Aten.Mul.Call(left, right);

    /// <summary>Multiplies each element by a number.</summary>
    public static Tensor operator *(Tensor left, double right) => Aten.MulScalar.Call(left, right);

    /// <summary>Element by element, broadcast.</summary>
    public static Tensor operator /(Tensor left, Tensor right) => Aten.Div.Call(left, right);

    /// <summary>Divides each element by a number.</summary>
    public static Tensor operator /(Tensor left, double right) => Aten.DivScalar.Call(left, right);

    /// <summary>And, of masks.</summary>
    public static Tensor operator &(Tensor left, Tensor right) => Aten.LogicalAnd.Call(left, right);

    /// <summary>Not, of a mask.</summary>
    public static Tensor operator ~(Tensor value) => Aten.LogicalNot.Call(value);

    /// <summary>Matrix product over the last two axes, broadcast over the others.</summary>
    public Tensor MatMul(Tensor other) => Aten.MatMul.Call(this, other);

    /// <summary>max(x, 0).</summary>
    public Tensor Relu() => Aten.Relu.Call(this);

    /// <summary>Hyperbolic tangent.</summary>
    public Tensor Tanh() => Aten.Tanh.Call(this);

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public Tensor Sigmoid() => Aten.Sigmoid.Call(this);

    /// <summary>eˣ.</summary>
    public Tensor Exp() => Aten.Exp.Call(this);

    /// <summary>Natural logarithm.</summary>
    public Tensor Log() => Aten.Log.Call(this);

    /// <summary>Square root.</summary>
    public Tensor Sqrt() => Aten.Sqrt.Call(this);

    /// <summary>Absolute value.</summary>
    public Tensor Abs() => Aten.Abs.Call(this);

    /// <summary>log(1 + eˣ), without overflow.</summary>
    public Tensor Softplus() => Aten.Softplus.Call(this);

    /// <summary>Softmax along an axis.</summary>
    public Tensor Softmax(int dim) => Aten.Softmax.Call(this, dim);

    /// <summary>Logarithm of the softmax along an axis.</summary>
    public Tensor LogSoftmax(int dim) => Aten.LogSoftmax.Call(this, dim);

    /// <summary>log Σ eˣ along an axis, without overflow.</summary>
    public Tensor LogSumExp(int dim, bool keepDim = false) => Aten.LogSumExp.Call(this, new[] { (long)dim }, keepDim);

    /// <summary>Sum of all elements.</summary>
    public Tensor Sum() => Aten.Sum.Call(this);

    /// <summary>Sum along an axis.</summary>
    public Tensor Sum(int dim, bool keepDim = false) => Aten.SumDim.Call(this, new[] { (long)dim }, keepDim);

    /// <summary>Mean of all elements.</summary>
    public Tensor Mean() => Aten.Mean.Call(this);

    /// <summary>Mean along an axis.</summary>
    public Tensor Mean(int dim, bool keepDim = false) => Aten.MeanDim.Call(this, new[] { (long)dim }, keepDim);

    /// <summary>Mean along several axes.</summary>
    public Tensor Mean(long[] dims, bool keepDim = false) => Aten.MeanDim.Call(this, dims, keepDim);

    /// <summary>The largest element.</summary>
    public Tensor Max() => Aten.Max.Call(this);

    /// <summary>The largest element along an axis; equals share its gradient.</summary>
    public Tensor Max(int dim, bool keepDim = false) => Aten.MaxDim.Call(this, new[] { (long)dim }, keepDim);

    /// <summary>The index of the largest element along an axis; the first one of equals.</summary>
    public Tensor ArgMax(int dim) => Aten.ArgMax.Call(this, dim);

    /// <summary>Whether every element is true.</summary>
    public Tensor All() => Aten.All.Call(this);

    /// <summary>True where an element is neither infinite nor NaN.</summary>
    public Tensor IsFinite() => Aten.IsFinite.Call(this);

    /// <summary>Euclidean length along an axis.</summary>
    public Tensor Norm(int dim, bool keepDim = false) => Aten.Norm.Call(this, 2L, new[] { (long)dim }, keepDim);

    /// <summary>The k largest, or smallest, elements along the last axis, with their indices.</summary>
    /// <param name="k">How many.</param>
    /// <param name="largest">False for the smallest.</param>
    /// <param name="sorted">False when the order among them does not matter, which is cheaper.</param>
    public (Tensor Values, Tensor Indices) TopK(long k, bool largest = true, bool sorted = true)
    {
        var results = Aten.TopK.CallMany(this, k, -1, largest, sorted);
        return (results[0]!, results[1]!);
    }

    /// <summary>True where both are equal, broadcast.</summary>
    public Tensor Eq(Tensor other) => Aten.Eq.Call(this, other);

    /// <summary>True where the elements equal a number.</summary>
    public Tensor Eq(double other) => Aten.EqScalar.Call(this, other);

    /// <summary>True where the elements are at least a number.</summary>
    public Tensor GreaterEqual(double other) => Aten.GreaterEqualScalar.Call(this, other);

    /// <summary>Replaces the elements under a mask by a number.</summary>
    public Tensor MaskedFill(Tensor mask, double value) => Aten.MaskedFill.Call(this, mask, value);

    /// <summary>This tensor where the condition holds, the other elsewhere.</summary>
    public static Tensor Where(Tensor condition, Tensor yes, Tensor no) => Aten.Where.Call(condition, yes, no);

    /// <summary>Picks elements along an axis by an index tensor of the result's shape.</summary>
    public Tensor Gather(int dim, Tensor index) => Aten.Gather.Call(this, dim, index);

    /// <summary>A copy to which elements of a source are added, along an axis, where an index tensor of the source's shape says.</summary>
    public Tensor ScatterAdd(int dim, Tensor index, Tensor source) => Aten.ScatterAdd.Call(this, dim, index, source);

    /// <summary>Picks whole slices along an axis.</summary>
    public Tensor IndexSelect(int dim, Tensor index) => Aten.IndexSelect.Call(this, dim, index);

    /// <summary>Overwrites whole slices along an axis, in place.</summary>
    public Tensor IndexCopyInPlace(int dim, Tensor index, Tensor source)
    {
        using var result = TensorScope.Release(Aten.IndexCopyInPlace.Call(this, dim, index, source));
        return this;
    }

    /// <summary>Overwrites all elements, in place, converting the type.</summary>
    public Tensor CopyInPlace(Tensor source)
    {
        using var result = TensorScope.Release(Aten.CopyInPlace.Call(this, source));
        return this;
    }

    /// <summary>Sets all elements to a number, in place.</summary>
    public Tensor FillInPlace(double value)
    {
        using var result = TensorScope.Release(Aten.FillInPlace.Call(this, value));
        return this;
    }

    /// <summary>Adds, in place, a multiple of another tensor.</summary>
    public Tensor AddInPlace(Tensor other, double alpha = 1)
    {
        using var result = TensorScope.Release(Aten.AddInPlace.Call(this, other, alpha));
        return this;
    }

    /// <summary>Multiplies by a number, in place.</summary>
    public Tensor MulInPlace(double factor)
    {
        using var result = TensorScope.Release(Aten.MulInPlaceScalar.Call(this, factor));
        return this;
    }

    /// <summary>Products and sums in Einstein's notation, as in <c>nrcti,rij->nctj</c>.</summary>
    public static Tensor Einsum(string equation, params Tensor[] operands) => Aten.Einsum.Call(equation, operands);
}
