namespace Kinema.Torch;

/// <summary>What is done to the gradients of several parameters together.</summary>
public static class Gradients
{
    private const int Chunk = 4096;              // numbers whose squares are added in single precision; beyond that in double
    private const double Epsilon = 1e-6;

    /// <summary>
    /// Makes all gradients together no longer than a norm, in place, as PyTorch's <c>clip_grad_norm_</c>:
    ///   g ← g · min(1, largest / (|g| + 1e-6))
    /// </summary>
    /// <param name="parameters">Those without a gradient count as 0.</param>
    /// <param name="largest">The largest Euclidean norm.</param>
    /// <returns>The norm before. On the processor it does not depend on the number of threads; an accelerator is waited for.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The norm is not above 0.</exception>
    public static double ClipNorm(IEnumerable<Parameter> parameters, double largest)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(largest);
        using var mode = Autograd.NoGrad();
        using var scope = TensorScope.Begin();
        Tensor[] gradients = [.. parameters.Select(parameter => parameter.Value.Grad).OfType<Tensor>()];
        if (gradients.Length == 0) return 0;
        var norm = Math.Sqrt(gradients[0].Device.Kind == DeviceKind.Cpu
            ? gradients.Sum(Squares)
            : Tensor.Stack(0, [.. gradients.Select(gradient => (gradient * gradient).Sum())]).Sum().Item());
        var share = largest / (norm + Epsilon);
        if (share < 1) // not where the norm is no number: the step shows it
            foreach (var gradient in gradients) gradient.MulInPlace(share);
        return norm;
    }

    // One chunk after the other.
    private static unsafe double Squares(Tensor gradient)
    {
        var whole = gradient.Contiguous();
        if (!whole.IsPlain(out var address, out var count)) return whole.ToArray<double>().Sum(value => value * value);
        var sum = 0.0;
        for (var first = 0L; first < count; first += Chunk)
        {
            var part = 0f;
            foreach (var value in new ReadOnlySpan<float>((float*)address + first, (int)Math.Min(Chunk, count - first))) part += value * value;
            sum += part;
        }

        return sum;
    }
}
