using Kinema.Torch;

namespace Kinema.Encoders.Layers;

/// <summary>
/// Sets whole channels of a map to zero while training, each clip's by itself, and scales the others so that the mean stays; of (N, C) these
/// are single features.
/// </summary>
/// <param name="probability">Of a channel to be dropped, in [0, 1).</param>
/// <param name="random">Where the draws come from; needed only to train with dropout.</param>
internal sealed class ChannelDropout(double probability, Generator? random) : Module<Tensor, Tensor>
{
    public override Tensor Forward(Tensor x)                                             // (N, C, …)
    {
        if (!Training || probability == 0) return x;
        if (random is null)
            throw new InvalidOperationException($"a share of {probability} is dropped while training: that wants a source of random numbers, or dropout 0");
        long[] shape = [x.Size(0), x.Size(1), .. Enumerable.Repeat(1L, x.Dims - 2)];
        return x * DropMask.Of(shape, probability, random).To(x.Type).Upload(x.Device);
    }
}
