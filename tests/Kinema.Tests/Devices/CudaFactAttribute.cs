using Kinema.Tests.Recipes;
using Kinema.Torch;

namespace Kinema.Tests.Devices;

/// <summary>A fact that needs a CUDA device, and perhaps a recording; skipped, and it says so, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CudaFactAttribute : FactAttribute
{
    public CudaFactAttribute(string? recording = null)
    {
        if (TorchRuntime.CudaDevices == 0) Skip = "needs a CUDA device";
        else if (recording is not null) Skip = new GoldenFactAttribute(recording).Skip;
    }
}
