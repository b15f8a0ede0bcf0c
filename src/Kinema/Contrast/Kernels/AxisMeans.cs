using Kinema.Torch;

namespace Kinema.Contrast.Kernels;

/// <summary>
/// The means of a feature map over its frames and over its joints, as rows of channels:
///   a[n,v,c] = 1/T Σ_t F[n,c,t,v],   b[n,t,c] = 1/V Σ_v F[n,c,t,v]
/// </summary>
internal static class AxisMeans
{
    /// <summary>Both means.</summary>
    /// <param name="map">F, (N, C, T, V).</param>
    /// <returns>(N, V, C) and (N, T, C).</returns>
    internal static (Tensor OverFrames, Tensor OverJoints) Apply(Tensor map) =>
        Floats.Take(map) ? AxisMeansKernel.Apply(map) : Twin(map);

    /// <summary>The same in plain operators: for other types and devices, and the reference of the kernel's test.</summary>
    internal static (Tensor OverFrames, Tensor OverJoints) Twin(Tensor map) => (map.Mean(2).Transpose(1, 2), map.Mean(3).Transpose(1, 2));
}
