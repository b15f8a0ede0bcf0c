using Kinema.Torch;

namespace Kinema.Benchmarks;

/// <summary>Who multiplies.</summary>
public enum Multiplier
{
    /// <summary>libtorch: its BLAS, oneDNN, or CUDA's library.</summary>
    Libtorch,

    /// <summary>Our kernels.</summary>
    Kernels,
}

/// <summary>GFLOP/s of a product of square matrices, two for a multiply-add: what <c>kinema bench</c> and <c>kinema doctor</c> both say of a machine.</summary>
public static class ProductSpeed
{
    private const double Giga = 1e9;

    private static readonly Operator MatMulInto = new("aten::mm", "out");

    /// <summary>Of libtorch's.</summary>
    /// <param name="type">Of the factors and the product.</param>
    /// <param name="device">Where.</param>
    /// <param name="order">Rows and columns.</param>
    /// <param name="rounds">The best of so many counts.</param>
    public static double OfLibtorch(ScalarType type, Device device, int order = 1024, int rounds = 8)
    {
        using var quiet = Autograd.Inference();
        using var scope = TensorScope.Begin();
        var (a, b, c) = (Filled(), Filled(), Filled());
        return Gflops(order, Best.Seconds(device, rounds, () => TensorScope.Release(MatMulInto.Call(a, b, c)).Dispose()));

        Tensor Filled() => Tensor.Ones([order, order], type, device);
    }

    /// <summary>Of our kernels', on the processor.</summary>
    /// <param name="type"><see cref="ScalarType.BFloat16"/> rounds the factors; the product is in single precision.</param>
    /// <param name="order">Rows and columns.</param>
    /// <param name="rounds">The best of so many counts.</param>
    public static double OfKernels(ScalarType type, int order = 1024, int rounds = 8)
    {
        using var quiet = Autograd.Inference();
        using var scope = TensorScope.Begin();
        using var cast = type == ScalarType.BFloat16 ? Autograd.Autocast(type) : null;
        var (rows, weight) = (Tensor.Ones([order, order]), Tensor.Ones([order, order]));
        return Gflops(order, Best.Seconds(Device.Cpu, rounds, () => TensorScope.Release(RowProduct.Apply(rows, weight, null)).Dispose()));
    }

    private static double Gflops(int order, double seconds) => 2.0 * order * order * order / seconds / Giga;
}
