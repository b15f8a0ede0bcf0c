namespace Kinema.Cli.Tests;

/// <summary>Libraries behind matrix products, which doctor (of libtorch) and bench/compare (of PyTorch) must judge alike.</summary>
public static class BlasCases
{
    public const int Threads = 2;

    /// <summary>GFLOP/s of a plain BLAS on these threads; of a tuned one on a busy machine.</summary>
    public const double Slow = 5;

    private const double Fast = 150;

    /// <summary>How libtorch was built, the file whose product it calls, GFLOP/s, and the name; null where it has none.</summary>
    public static TheoryData<string, string?, double, string?> Tuned => new()
    {
        { "BLAS_INFO=generic", "/usr/lib/openblas-pthread/libblas.so.3", Fast, "OpenBLAS" },
        { "BLAS_INFO=generic", "/usr/lib64/libopenblasp-r0.3.21.so", Slow, "OpenBLAS" },
        { "BLAS_INFO=open", null, Fast, "OpenBLAS" },
        { "BLAS_INFO=open", "/torch/lib/libtorch_cpu.so", Slow, "OpenBLAS" },
        { "BLAS_INFO=open", "/opt/mkl/libmkl_rt.so.2", Fast, "MKL" }, // took its place
        { "BLAS_INFO=mkl, USE_MKL=ON", "/torch/lib/libtorch_cpu.so", Fast, "MKL" },
        { "BLAS_INFO=mkl, USE_MKL=ON", "/usr/lib/blas/libblas.so.3.11.0", Fast, "MKL" }, // built in
        { "Intel(R) oneAPI Math Kernel Library Version 2022.2", null, Slow, "MKL" },
        { "BLAS_INFO=generic", "/opt/mkl/libmkl_rt.so.2", Fast, "MKL" },
        { "BLAS_INFO=generic", "/usr/lib/blis-pthread/libblas.so.3", Fast, "BLIS" },
        { "BLAS_INFO=nvpl", "/opt/nvpl/libnvpl_blas_lp64_gomp.so.0", Fast, "NVPL" },
        { "BLAS_INFO=accelerate", null, Fast, "Accelerate" },
        { "BLAS_INFO=generic", "/usr/lib64/libflexiblas.so.3", Fast, "/usr/lib64/libflexiblas.so.3" }, // no name is known, but it is fast
        { "BLAS_INFO=generic", null, Fast, null },
    };

    /// <summary>How libtorch was built, the file whose product it calls, and whether that is libtorch's own or not to be told.</summary>
    public static TheoryData<string, string?, bool> Plain => new()
    {
        { "BLAS_INFO=generic", "/usr/lib/blas/libblas.so.3.11.0", false },
        { "BLAS_INFO=open", "/usr/lib/blas/libblas.so.3.11.0", false }, // took its place
        { "BLAS_INFO=nvpl", "/usr/lib/blas/libblas.so.3.11.0", false },
        { "BLAS_INFO=generic", "/opt/libmkldnn.so.2", false },          // oneDNN is no MKL
        { "BLAS_INFO=generic", "/torch/lib/libtorch_cpu.so", true },
        { "BLAS_INFO=generic", null, true },
    };
}
