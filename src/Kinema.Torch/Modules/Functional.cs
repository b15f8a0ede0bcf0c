namespace Kinema.Torch;

/// <summary>Layers as functions of their parameters.</summary>
public static class Functional
{
    /// <summary>y = x Wᵀ + b over the last axis. x (…, in), W (out, in), b (out) or null.</summary>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor? bias = null) => Aten.Linear.Call(input, weight, bias);

    /// <summary>Matrix products pair by pair, A B or A Bᵀ. By a kernel in single precision on the processor, by libtorch elsewhere.</summary>
    /// <param name="left">A, (B, M, K).</param>
    /// <param name="right">B, (B, K, N), or (B, N, K) where it is transposed.</param>
    /// <param name="transposed">Whether B is transposed.</param>
    /// <returns>(B, M, N).</returns>
    public static Tensor Bmm(Tensor left, Tensor right, bool transposed = false)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return BatchProduct.Takes(left, right, transposed)
            ? BatchProduct.Apply(left, right, transposed)
            : left.MatMul(transposed ? right.Transpose(1, 2) : right);
    }

    /// <summary>Batched matrix products and an addition, a + x y. x (B, m, k), y (B, k, n), a broadcast to (B, m, n).</summary>
    public static Tensor AddMatMul(Tensor added, Tensor left, Tensor right) => Aten.AddMatMul.Call(added, left, right);

    /// <summary>Convolution of (N, C, H, W) with W (C', C, kernel H, kernel W).</summary>
    public static Tensor Conv2d(Tensor input, Tensor weight, Tensor? bias, long[] stride, long[] padding, long[] dilation) =>
        Aten.Conv2d.Call(input, weight, bias, stride, padding, dilation);

    /// <summary>(x - μ) / √(σ² + ε) over the last axis, with the mean and the variance of each row; then γ and β, where they are given.</summary>
    /// <param name="input">x, (…, C).</param>
    /// <param name="weight">γ, (C), or null.</param>
    /// <param name="bias">β, (C), or null.</param>
    /// <param name="epsilon">ε.</param>
    public static Tensor LayerNorm(Tensor input, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Aten.LayerNorm.Call(input, new[] { input.Size(-1) }, weight, bias, epsilon);
    }

    /// <summary>Largest element of each window of (N, C, H, W); the padding counts as minus infinity.</summary>
    public static Tensor MaxPool2d(Tensor input, long[] kernel, long[] stride, long[] padding) =>
        Aten.MaxPool2d.Call(input, kernel, stride, padding);

    /// <summary>Mean over the clips of -log softmax(logits)[label]. Logits (N, K), labels (N) in 0 … K-1; a scalar.</summary>
    public static Tensor CrossEntropy(Tensor logits, Tensor labels, double labelSmoothing = 0) =>
        Aten.CrossEntropy.Call(logits, labels, Argument.None, 1L, -100L, labelSmoothing);
}
