using System.Globalization;
using Kinema.Benchmarks;
using Kinema.Torch;

namespace Kinema.Cli.Doctor;

/// <summary>Looks at libtorch: is it there, is it fast, does it compute what it should?</summary>
internal static class TorchChecks
{
    private const string Rebuild = "install libtorch-dev (or set KINEMA_LIBTORCH), remove the folder artifacts/native and start ./kinema again";

    public static IEnumerable<HealthCheck> All()
    {
        var library = HealthCheck.Of("libtorch", Rebuild, Library);
        yield return library;
        if (library.Status == Health.Failed) { yield break; }
        var configuration = TorchRuntime.BuildConfiguration;
        const int rounds = 3;
        double? libtorch = null, kernels = null;
        var blas = HealthCheck.Of(
            "products by", Rebuild, () => Acceleration.Blas(configuration, TorchRuntime.ProductLibrary, Libtorch(), TorchRuntime.Threads));
        yield return blas;
        yield return HealthCheck.Of("convolutions by", Rebuild, () => Acceleration.OneDnn(configuration));
        yield return HealthCheck.Of(
            "matrix products", Rebuild,
            () => Acceleration.Products(Libtorch(), Kernels(), TorchRuntime.Threads, plain: blas.Status == Health.Warning));
        yield return HealthCheck.Of(
            "bf16 products", Rebuild,
            () => Acceleration.BFloat16(
                TorchRuntime.BFloat16Unit, Kernels(), ProductSpeed.OfKernels(ScalarType.BFloat16, rounds: rounds),
                ProductSpeed.OfLibtorch(ScalarType.BFloat16, Device.Cpu, order: 512, rounds)));     // where it is plain code a larger one takes seconds
        yield return HealthCheck.Of("self-test", Rebuild, Gradients);

        double Libtorch() => libtorch ??= ProductSpeed.OfLibtorch(ScalarType.Float32, Device.Cpu, rounds: rounds);
        double Kernels() => kernels ??= ProductSpeed.OfKernels(ScalarType.Float32, rounds: rounds);
    }

    private static (Health, string, string?) Library()
    {
        TorchRuntime.Threads = Environment.ProcessorCount;       // libtorch's own default may be one
        return (Health.Ok, $"{TorchRuntime.Version}, {TorchRuntime.Threads} threads, {Devices()}", null);
    }

    private static string Devices() => TorchRuntime.CudaDevices switch
    {
        0 => "no CUDA device",
        var count =>
            string.Join(
                ", ", Enumerable.Range(0, count).Select(index => TorchRuntime.CudaDevice(index) is { } name ? $"cuda:{index} {name}" : $"cuda:{index}")),
    };

    /// <summary>loss = Σ (x w)², so dloss/dw = 2 xᵀ (x w): recomputed here by plain loops.</summary>
    private static (Health, string, string?) Gradients()
    {
        const int n = 3, m = 4;
        var before = TensorScope.LiveTensors;
        var worst = 0.0;
        using (TensorScope.Begin())
        {
            var xs = Enumerable.Range(0, n * m).Select(i => Math.Sin(i + 1)).ToArray();
            var ws = Enumerable.Range(0, m).Select(i => Math.Cos(i + 1)).ToArray();
            var x = Tensor.From(xs, n, m);
            var w = Tensor.From(ws, m, 1);
            w.RequiresGrad = true;
            var y = x.MatMul(w);
            var actual = Autograd.Grad([(y * y).Sum()], [w])[0]!.ToArray<double>();
            for (var j = 0; j < m; j++)
            {
                var expected = 0.0;
                for (var i = 0; i < n; i++)
                {
                    var product = 0.0;
                    for (var k = 0; k < m; k++) { product += xs[i * m + k] * ws[k]; }
                    expected += 2 * xs[i * m + j] * product;
                }
                worst = Math.Max(worst, Math.Abs(expected - actual[j]));
            }
        }
        var left = TensorScope.LiveTensors - before;
        if (worst > 1e-12) { return (Health.Failed, string.Create(CultureInfo.InvariantCulture, $"a gradient is off by {worst:0.0e0}"), Rebuild); }
        return left == 0
            ? (Health.Ok, "product and gradient agree with plain loops; no tensor left behind", null)
            : (Health.Failed, $"{left} tensors were not freed", "report this as a bug");
    }
}
