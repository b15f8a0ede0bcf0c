using System.Globalization;
using Kinema.Storage;

namespace Kinema.Torch;

/// <summary>Where a tensor lies.</summary>
/// <param name="Kind">Processor or accelerator.</param>
/// <param name="Index">Which accelerator; -1 for the current one.</param>
public readonly record struct Device(DeviceKind Kind, int Index = -1)
{
    /// <summary>What <see cref="TryParse"/> takes, in words.</summary>
    public const string Allowed = "cpu, cuda, or cuda:N with N from 0";

    /// <summary>The host's processor.</summary>
    public static Device Cpu => new(DeviceKind.Cpu);

    /// <summary>An NVIDIA accelerator.</summary>
    public static Device Cuda(int index = 0) => new(DeviceKind.Cuda, index);

    /// <summary>Reads <c>cpu</c>, <c>cuda</c> (the first one) or <c>cuda:1</c>. Whether there is such a device is another question.</summary>
    public static bool TryParse(string? text, out Device device)
    {
        const string cuda = "cuda";
        device = Cpu;
        if (text == "cpu") return true;
        if (text is null || !text.StartsWith(cuda, StringComparison.Ordinal)) return false;
        var index = 0;
        var good = text == cuda
            || (text[cuda.Length] == ':' && int.TryParse(text.AsSpan(cuda.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out index)
                    && index <= sbyte.MaxValue);
        if (good) device = Cuda(index);
        return good;
    }

    /// <summary>The device of a name, if this machine and this libtorch have it.</summary>
    /// <param name="text">As <see cref="TryParse"/> takes it.</param>
    /// <exception cref="KinemaException">No such device: the message says what is missing and what to do (<see cref="ExitCode.Configuration"/>).</exception>
    public static Device Require(string text)
    {
        if (!TryParse(text, out var device)) throw new KinemaException(ExitCode.Configuration, $"the device is {Allowed}; got '{text}'");
        return device.Kind == DeviceKind.Cpu ? device : Found(device, TorchRuntime.HasCuda, TorchRuntime.CudaDevices, TorchRuntime.Version);
    }

    /// <summary>Writes <c>cpu</c> or <c>cuda:0</c>.</summary>
    public override string ToString() => Kind == DeviceKind.Cpu ? "cpu" : Index < 0 ? "cuda" : $"cuda:{Index}";

    /// <summary>Refuses a CUDA device that is not there.</summary>
    internal static Device Found(Device device, bool built, int devices, string version)
    {
        var missing = !built ? $"libtorch {version} was built without CUDA; set KINEMA_LIBTORCH to one with it (docs/install.md)"
            : devices == 0 ? $"libtorch {version} finds no CUDA device; look at nvidia-smi for the card and its driver, and at CUDA_VISIBLE_DEVICES"
            : device.Index >= devices ? $"there {(devices == 1 ? "is one device, cuda:0" : $"are {devices} devices, cuda:0 to cuda:{devices - 1}")}"
            : null;
        return missing is null
            ? device
            : throw new KinemaException(ExitCode.Configuration, $"cannot compute on {device}: {missing}; or compute on the processor with --device cpu");
    }
}

/// <summary>The kinds of device; numbered as libtorch numbers them.</summary>
public enum DeviceKind
{
    /// <summary>The host's processor.</summary>
    Cpu = 0,

    /// <summary>An NVIDIA accelerator.</summary>
    Cuda = 1,
}
