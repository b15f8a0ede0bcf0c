using System.Runtime.InteropServices;
using System.Text;

namespace Kinema.Torch.Interop;

/// <summary>
/// The two questions that libtorch answers only through CUDA's own headers, put to the driver itself: what a device is called and how much
/// memory it has. The driver numbers devices as libtorch does, by <c>CUDA_VISIBLE_DEVICES</c>.
/// </summary>
internal static unsafe class CudaDriver
{
    private const string Library = "libcuda.so.1";

    /// <summary>Such as <c>NVIDIA H100 80GB HBM3, 85.0 GB</c>; null where the driver does not say.</summary>
    internal static string? Describe(int index)
    {
        if (!NativeLibrary.TryLoad(Library, out var driver)) return null;      // stays loaded: libtorch has it open too
        if (!NativeLibrary.TryGetExport(driver, "cuInit", out var init)
            || !NativeLibrary.TryGetExport(driver, "cuDeviceGet", out var get)
            || !NativeLibrary.TryGetExport(driver, "cuDeviceGetName", out var getName)
            || !NativeLibrary.TryGetExport(driver, "cuDeviceTotalMem_v2", out var getMemory)) return null;
        const int capacity = 256;
        var name = stackalloc byte[capacity];
        int device;
        nuint bytes;
        if (((delegate* unmanaged<uint, int>)init)(0) != 0
            || ((delegate* unmanaged<int*, int, int>)get)(&device, index) != 0
            || ((delegate* unmanaged<byte*, int, int, int>)getName)(name, capacity, device) != 0
            || ((delegate* unmanaged<nuint*, int, int>)getMemory)(&bytes, device) != 0) return null;
        var length = new ReadOnlySpan<byte>(name, capacity).IndexOf((byte)0);
        return string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(name, length < 0 ? capacity : length)}, {bytes / 1e9:0.0} GB");
    }
}
