using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// A convolution over time of a channels-last map, the temporal part of ST-GCN, 2s-AGCN and many after them:
///   y[n,o,t',v] = b[o] + Σ_k Σ_i W[o,i,k] x[n, i, t'·stride + dilation·(k - (K-1)/2), v],   zeros beyond both ends
/// </summary>
internal static class TemporalConvolution
{
    /// <summary>Convolves.</summary>
    /// <param name="x">(N, C, T, V).</param>
    /// <param name="convolution">Kernel (K, 1) with K odd, padded so that T' = ⌈T/stride⌉.</param>
    /// <returns>(N, C', ⌈T/stride⌉, V), channels-last in memory.</returns>
    /// <exception cref="ArgumentException">The kernel, its padding or the channels do not go together.</exception>
    public static Tensor Apply(Tensor x, Conv2d convolution)
    {
        var weight = convolution.Weight.Value;
        var (output, input, taps) = (weight.Size(0), weight.Size(1), weight.Size(2));
        var (stride, padding, dilation) = (convolution.Stride, convolution.Padding, convolution.Dilation);
        if (taps % 2 == 0 || weight.Size(3) != 1 || (stride.W, padding.W) != (1, 0) || padding.H != dilation.H * (taps - 1) / 2)
            throw new ArgumentException(
                $"a convolution over time has a kernel (K, 1) with K odd, padded by half of what it spans; got {weight.ShapeText()}, padding {padding.H}");
        // The kernel reads memory by these sizes: nothing else would notice.
        if (x.Dims != 4 || x.Size(1) != input) throw new ArgumentException($"the convolution takes (N, {input}, T, V); got {x.ShapeText()}");
        var bias = convolution.Bias?.Value;
        var taken = Floats.Take(x) && Floats.Take(weight) && (bias is null || Floats.Take(bias)) && x.Elements / input * output <= Floats.MaxElements;
        if (!taken) return Twin(x, convolution);
        var type = ProductTypes.Here;
        var spec = new TemporalTaps((int)taps, dilation.H, stride.H, (int)input, (int)output, type);
        return TemporalConvolutionKernel.Apply(spec, x, weight, bias);
    }

    /// <summary>The same in plain operators: for other types and devices, and the reference of the kernel's test.</summary>
    internal static Tensor Twin(Tensor x, Conv2d convolution) =>
        (x.Device.Kind == DeviceKind.Cpu ? convolution.Forward(x) : AsProduct(x, convolution)).Contiguous(MemoryFormat.ChannelsLast);

    // An accelerator has no fast convolution of few taps in channels-last single precision: there the taps lie side by side and are one product.
    internal static Tensor AsProduct(Tensor x, Conv2d convolution)
    {
        var (n, c, t, v) = x.Sizes4();
        var (taps, dilation, stride) = ((int)convolution.Weight.Value.Size(2), convolution.Dilation.H, convolution.Stride.H);
        var pad = Tensor.Zeros([n, convolution.Padding.H, v, c], x.Type, x.Device);
        var padded = Tensor.Cat(1, pad, x.Permute(0, 2, 3, 1), pad);                                         // (N, T + 2·pad, V, C)
        var sides = Enumerable.Range(0, taps).Select(tap => padded.Slice(1, tap * dilation, (tap * dilation) + t, stride));
        var weight = convolution.Weight.Value.Reshape(-1, c, taps).Transpose(1, 2).Reshape(-1, taps * c);   // (C', taps·C)
        var bias = convolution.Bias?.Value;
        return Functional.Linear(Tensor.Cat(3, [.. sides]), weight, bias).Permute(0, 3, 1, 2);
    }
}
