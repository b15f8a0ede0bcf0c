using System.Diagnostics;
using System.Globalization;
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
        yield return HealthCheck.Of("products by", Rebuild, () => Acceleration.Blas(configuration, LoadedLibraries()));
        yield return HealthCheck.Of("convolutions by", Rebuild, () => Acceleration.OneDnn(configuration));
        var single = 0.0;
        yield return HealthCheck.Of("matrix products", Rebuild, () => Speed(out single));
        yield return HealthCheck.Of(
            "bf16 products", Rebuild, () => Acceleration.BFloat16(TorchRuntime.BFloat16Unit, single, Products(512, ScalarType.BFloat16)));
        yield return HealthCheck.Of("self-test", Rebuild, Gradients);
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

    /// <summary>A BLAS without vector code stays below what is enough, a tuned one is well above.</summary>
    private static (Health, string, string?) Speed(out double best)
    {
        const double enough = 5;                                 // GFLOP/s a thread
        best = Products(1024, ScalarType.Float32);
        var found = string.Create(CultureInfo.InvariantCulture, $"{best:0} GFLOP/s in float32 (1024 x 1024)");
        return best >= enough * TorchRuntime.Threads
            ? (Health.Ok, found, null)
            : (Health.Warning, found, "install libopenblas0-pthread: without it libtorch multiplies matrices many times slower; if it is installed, the machine was busy: run doctor again");
    }

    private static double Products(int n, ScalarType type)
    {
        using var scope = TensorScope.Begin();
        using var quiet = Autograd.NoGrad();
        var a = Tensor.Ones([n, n], type);
        var best = 0.0;
        for (var round = 0; round < 4; round++)                  // the first warms up; the best is least disturbed by others
        {
            var start = Stopwatch.GetTimestamp();
            using var product = a.MatMul(a);
            best = Math.Max(best, 2.0 * n * n * n / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }
        return best;
    }

    private static HashSet<string> LoadedLibraries() => File.Exists("/proc/self/maps")
        ? [.. File.ReadLines("/proc/self/maps").Select(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries)).Where(cells => cells.Length == 6).Select(cells => cells[5])]
        : [];

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
