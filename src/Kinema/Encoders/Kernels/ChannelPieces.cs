using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// A map cut along the channels into pieces that are dense in memory, as kernels want them. Autograd would make a whole map of zeros for each
/// piece's gradient and add them two at a time; here the gradients are laid side by side once.
/// </summary>
internal sealed class ChannelPieces : CustomFunction
{
    private readonly long n, t, v;
    private readonly long[] widths;
    private readonly ScalarType type;
    private readonly Device device;

    private ChannelPieces(Tensor x, long[] widths)
    {
        (n, _, t, v) = x.Sizes4();
        (this.widths, type, device) = (widths, x.Type, x.Device);
    }

    /// <summary>Cuts a map.</summary>
    /// <param name="x">(N, C, T, V).</param>
    /// <param name="widths">Channels of each piece; they add up to C.</param>
    /// <returns>(N, width, T, V) each, channels-last in memory.</returns>
    /// <exception cref="ArgumentException">The widths do not add up to C.</exception>
    public static Tensor[] Of(Tensor x, params long[] widths)
    {
        if (widths.Sum() != x.Size(1)) throw new ArgumentException($"pieces of {string.Join(" + ", widths)} channels do not make up {x.ShapeText()}");
        return RecordMany(new ChannelPieces(x, widths), [x], () => Cut(x, widths));
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var pieces = new Tensor[widths.Length];
        for (var i = 0; i < pieces.Length; i++) pieces[i] = grads[i] ?? Tensor.Zeros([n, widths[i], t, v], type, device);
        return [Tensor.Cat(1, pieces)];
    }

    private static Tensor[] Cut(Tensor x, long[] widths)
    {
        var pieces = new Tensor[widths.Length];
        long start = 0;
        for (var i = 0; i < pieces.Length; i++)
        {
            pieces[i] = x.Narrow(1, start, widths[i]).Contiguous(MemoryFormat.ChannelsLast).Detach();
            start += widths[i];
        }

        return pieces;
    }
}
