using Kinema.Torch;

namespace Kinema.Benchmarks;

/// <summary>
/// What this machine reaches at best on the device and threads of the benchmark: products by libtorch or by our kernels, whichever is faster
/// (the one may have a plain BLAS, the other no instructions for a type), memory by libtorch.
/// </summary>
/// <param name="Float32">Matrix product 1024 × 1024 × 1024 in single precision, GFLOP/s (a multiply-add is two).</param>
/// <param name="BFloat16">The same in bf16.</param>
/// <param name="Copy">Copy of a buffer larger than any cache, GB/s, read and written bytes.</param>
/// <param name="Triad">a + s·b into a third such buffer, GB/s.</param>
public sealed record MachineCeiling(double Float32, double BFloat16, double Copy, double Triad)
{
    private const int BufferElements = 32 << 20; // 128 MiB each
    private const double Giga = 1e9;

    private static readonly Operator AddInto = new("aten::add", "out");

    /// <summary>Whose product <see cref="Float32"/> is.</summary>
    public Multiplier Float32By { get; init; }

    /// <summary>Whose product <see cref="BFloat16"/> is.</summary>
    public Multiplier BFloat16By { get; init; }

    /// <summary>The faster of both ways through memory.</summary>
    public double Bandwidth => Math.Max(Copy, Triad);

    /// <summary>The least time that an operator's products take, each in its own type.</summary>
    internal double ProductSeconds(OperatorTime row) =>
        2 * (((row.MultiplyAdds - row.HalfMultiplyAdds) / Float32) + (row.HalfMultiplyAdds / BFloat16)) / Giga;

    /// <summary>Measures: the best of a few rounds each, since the rest of the machine can only disturb.</summary>
    public static MachineCeiling Measure(Device device)
    {
        using var quiet = Autograd.Inference();
        var (copy, triad) = Memory(device);
        var (single, half) = (Products(ScalarType.Float32), Products(ScalarType.BFloat16));
        return new MachineCeiling(single.Gflops, half.Gflops, copy, triad) { Float32By = single.By, BFloat16By = half.By };

        (double Gflops, Multiplier By) Products(ScalarType type)
        {
            var theirs = ProductSpeed.OfLibtorch(type, device);
            var ours = device.Kind == DeviceKind.Cpu ? ProductSpeed.OfKernels(type) : 0;
            return ours > theirs ? (ours, Multiplier.Kernels) : (theirs, Multiplier.Libtorch);
        }
    }

    private static (double Copy, double Triad) Memory(Device device)
    {
        using var scope = TensorScope.Begin();
        Tensor a = Buffer(), b = Buffer(), c = Buffer();
        const double bytes = (double)BufferElements * sizeof(float);
        var copy = Best.Seconds(device, rounds: 5, () => c.CopyInPlace(a));
        var triad = Best.Seconds(device, rounds: 5, () => TensorScope.Release(AddInto.Call(a, b, 3.0, c)).Dispose());
        return (2 * bytes / copy / Giga, 3 * bytes / triad / Giga);

        Tensor Buffer() => Tensor.Ones([BufferElements], device: device);
    }
}
