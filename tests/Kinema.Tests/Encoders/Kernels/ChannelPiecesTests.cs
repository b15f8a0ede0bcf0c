using Kinema.Encoders.Kernels;
using Kinema.Torch;

namespace Kinema.Tests.Encoders.Kernels;

public sealed class ChannelPiecesTests : TensorTest
{
    private static readonly long[] Widths = [4, 1, 2];

    [Theory, InlineData(ScalarType.Float32), InlineData(ScalarType.Float64)]
    public void Pieces_and_the_gradient_of_the_map_are_those_of_its_slices(ScalarType type)
    {
        foreach (var format in (MemoryFormat[])[MemoryFormat.Contiguous, MemoryFormat.ChannelsLast])
        {
            var (pieces, gradient) = Run(ChannelPieces.Of);
            var (slices, expected) = Run(Slices);
            Assert.Equal(slices.Select(slice => slice.ShapeText()), pieces.Select(piece => piece.ShapeText()));
            for (var i = 0; i < pieces.Length; i++) Assert.Equal(slices[i].ToArray<double>(), pieces[i].ToArray<double>());
            Assert.Equal(expected, gradient);

            (Tensor[] Pieces, double[] Gradient) Run(Func<Tensor, long[], Tensor[]> cut)
            {
                var x = Numbers(1, [2, 7, 3, 5], type).Contiguous(format);
                x.RequiresGrad = true;
                var parts = cut(x, Widths);
                parts.Select((part, i) => (part * Numbers((ulong)i + 2, part.Sizes.ToArray(), type)).Sum()).Aggregate((a, b) => a + b).Backward();
                return (parts, x.Grad!.ToArray<double>());
            }
        }
    }

    [Fact]
    public void A_piece_is_dense_in_channels_last_memory()
    {
        var x = SingleLeaf(1, 2, 7, 3, 5);
        foreach (var (piece, width) in ChannelPieces.Of(x, Widths).Zip(Widths)) Assert.Equal([5 * width, width], piece.Strides[2..]);
    }

    [Fact]
    public void A_piece_that_nobody_reads_gets_a_gradient_of_zeros()
    {
        var x = SingleLeaf(1, 2, 7, 3, 5);
        var pieces = ChannelPieces.Of(x, Widths);
        ((pieces[0] * 2).Sum() + (pieces[2] * pieces[2]).Sum()).Backward();
        AssertClose(Tensor.Cat(1, Tensor.Full([2, 4, 3, 5], 2), Tensor.Zeros([2, 1, 3, 5]), x.Detach().Narrow(1, 5, 2) * 2), x.Grad!, 1e-7);
    }

    [Fact]
    public void Widths_that_do_not_make_up_the_map_are_refused() =>
        Assert.Equal(
            "pieces of 4 + 2 channels do not make up (2, 7, 3, 5)",
            Assert.Throws<ArgumentException>(() => ChannelPieces.Of(Tensor.Zeros([2, 7, 3, 5]), 4, 2)).Message);

    [Fact]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads() => AssertSameBitsOnAnyNumberOfThreads(() =>
    {
        var x = SingleLeaf(1, 8, 7, 13, 20);
        var pieces = ChannelPieces.Of(x, Widths);
        ((pieces[0] * pieces[0]).Sum() + (pieces[1] * 3).Sum()).Backward();
        return [.. pieces.SelectMany(piece => piece.ToArray<float>()), .. x.Grad!.ToArray<float>()];
    });

    private static Tensor[] Slices(Tensor x, long[] widths) =>
        [.. widths.Select((width, i) => x.Narrow(1, widths[..i].Sum(), width))];
}
