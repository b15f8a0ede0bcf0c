using System.Diagnostics;
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
    private const int Order = 1024;
    private const int BufferElements = 32 << 20; // 128 MiB each
    private const double Giga = 1e9;

    private static readonly Operator MatMulInto = new("aten::mm", "out");
    private static readonly Operator AddInto = new("aten::add", "out");

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
        return new MachineCeiling(Products(ScalarType.Float32), Products(ScalarType.BFloat16), copy, triad);

        double Products(ScalarType type) =>
            device.Kind == DeviceKind.Cpu ? Math.Max(Product(type, device), KernelProduct(type)) : Product(type, device);
    }

    private static double Product(ScalarType type, Device device)
    {
        using var scope = TensorScope.Begin();
        var (a, b, c) = (Filled(Order * Order), Filled(Order * Order), Filled(Order * Order));
        var seconds = Best(device, rounds: 8, () => TensorScope.Release(MatMulInto.Call(a, b, c)).Dispose());
        return 2.0 * Order * Order * Order / seconds / Giga;

        Tensor Filled(long elements) => Tensor.Ones([elements], type, device).Reshape(Order, Order);
    }

    // The same product by the kernels' own code.
    private static double KernelProduct(ScalarType type)
    {
        using var scope = TensorScope.Begin();
        using var cast = type == ScalarType.BFloat16 ? Autograd.Autocast(type) : null;
        var (rows, weight) = (Tensor.Ones([Order, Order]), Tensor.Ones([Order, Order]));
        var seconds = Best(Device.Cpu, rounds: 8, () => TensorScope.Release(RowProduct.Apply(rows, weight, null)).Dispose());
        return 2.0 * Order * Order * Order / seconds / Giga;
    }

    private static (double Copy, double Triad) Memory(Device device)
    {
        using var scope = TensorScope.Begin();
        Tensor a = Buffer(), b = Buffer(), c = Buffer();
        const double bytes = (double)BufferElements * sizeof(float);
        var copy = Best(device, rounds: 5, () => c.CopyInPlace(a));
        var triad = Best(device, rounds: 5, () => TensorScope.Release(AddInto.Call(a, b, 3.0, c)).Dispose());
        return (2 * bytes / copy / Giga, 3 * bytes / triad / Giga);

        Tensor Buffer() => Tensor.Ones([BufferElements], device: device);
    }

    // Seconds; the first round is not counted.
    private static double Best(Device device, int rounds, Action action)
    {
        var best = double.PositiveInfinity;
        for (var round = 0; round <= rounds; round++)
        {
            var begin = Stopwatch.GetTimestamp();
            action();
            TorchRuntime.Synchronize(device);
            if (round > 0) best = Math.Min(best, Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }

        return best;
    }
}
