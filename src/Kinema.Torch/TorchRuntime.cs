using Kinema.Torch.Interop;

namespace Kinema.Torch;

/// <summary>The installed libtorch, its threads and its accelerators.</summary>
public static unsafe class TorchRuntime
{
    /// <summary>The version of libtorch, as in <c>1.13.1</c>.</summary>
    public static string Version { get; } = Native.Text((text, capacity) => NativeMethods.kt_torch_version((byte*)text, capacity));

    /// <summary>How this libtorch was built: BLAS, oneDNN, OpenMP, vector units.</summary>
    public static string BuildConfiguration => Native.Text((text, capacity) => NativeMethods.kt_torch_config((byte*)text, capacity));

    /// <summary>
    /// The file whose single-precision product (<c>sgemm_</c>) libtorch calls; null where no file offers one, or the system does not tell. That a
    /// BLAS is loaded says nothing: a plain one may serve the products while another file, LAPACK's say, brings in OpenBLAS.
    /// </summary>
    public static string? ProductLibrary => Native.FileOf("sgemm_");

    /// <summary>
    /// Begins to load libtorch, which takes most of a second, on a thread of its own, so that files can be read meanwhile. The first call
    /// that needs it waits; it also is the one that fails where libtorch cannot be loaded.
    /// </summary>
    public static void Preload() => new Thread(() =>
    {
        try
        {
            _ = NativeMethods.kt_abi();
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            // Said by the first call that needs it.
        }
    }) { IsBackground = true, Name = "Kinema libtorch" }.Start();

    /// <summary>Threads that one operator, or one of our kernels, may use.</summary>
    public static int Threads
    {
        get => NativeMethods.kt_threads();
        set => Native.Check(NativeMethods.kt_set_threads(value));
    }

    /// <summary>Which instructions multiply bf16 in kernels of ours on this processor.</summary>
    public static BFloat16Unit BFloat16Unit => NativeMethods.kt_bf16_unit();

    /// <summary>
    /// Bytes of the processor's memory that large tensors (128 KiB and more) lie in: of those alive, and of the range that holds them and what
    /// was freed among them. Both are 0 where libtorch's own allocator serves all sizes.
    /// </summary>
    public static (long InUse, long Span) LargeMemory
    {
        get
        {
            NativeMethods.kt_memory_use(out var inUse, out var span);
            return (inUse, span);
        }
    }

    /// <summary>Gives memory that large tensors left free back to the system, which otherwise is kept for the next ones.</summary>
    public static void TrimMemory() => NativeMethods.kt_memory_trim();

    /// <summary>Whether this libtorch was built with CUDA, whatever devices there are.</summary>
    public static bool HasCuda => NativeMethods.kt_cuda_built() != 0;

    /// <summary>The number of CUDA devices, 0 without CUDA.</summary>
    public static int CudaDevices => NativeMethods.kt_cuda_devices();

    /// <summary>Name and memory of a CUDA device, as in <c>NVIDIA H100 80GB HBM3, 85.0 GB</c>; null where its driver does not say.</summary>
    /// <param name="device">Its index.</param>
    public static string? CudaDevice(int device) => CudaDriver.Describe(device);

    /// <summary>Waits until a CUDA device has done all it was asked to.</summary>
    /// <param name="device">Its index.</param>
    public static void CudaSynchronize(int device = 0) => Native.Check(NativeMethods.kt_cuda_synchronize(device));

    /// <summary>Waits for a device where work is queued; on the processor there is nothing to wait for.</summary>
    public static void Synchronize(Device device)
    {
        if (device.Kind == DeviceKind.Cuda) CudaSynchronize(Math.Max(0, device.Index));
    }
}
