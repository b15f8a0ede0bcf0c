using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

public sealed class RecogniserTests : TensorTest
{
    [Fact]
    public void A_map_of_another_shape_than_declared_is_refused_by_the_name_of_the_encoder()
    {
        using var network = new Recogniser(new Misdeclared(new EncoderInput(Layouts.NwUcla, 3, 8, 2)), 4);
        var error = Assert.Throws<KinemaException>(() => network.Forward(Tensor.Zeros([5, 3, 8, 20, 2])));
        Assert.Equal(ExitCode.Configuration, error.ExitCode);
        Assert.Equal(
            "Misdeclared: declares the map (N·M', C, T', V') = (N·2, 3, 4, 20) and returns (10, 3, 8, 20) for N = 5; mend its MapShape", error.Message);
    }

    private sealed class Misdeclared(EncoderInput input) : Encoder(input)
    {
        public override FeatureMapShape MapShape => new(3, 4, 20, 2);

        public override EncoderFeatures Forward(Tensor input)
        {
            var map = input.Permute(0, 4, 1, 2, 3).Reshape(-1, 3, 8, 20);
            return new EncoderFeatures(map, MeanOverAll(map));
        }

        public override IEnumerable<(string Name, Tensor Output)> Stages(Tensor input) => [];
    }
}
