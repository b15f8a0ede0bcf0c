using Kinema.Torch;

namespace Kinema.Encoders.Layers;

/// <summary>
/// The door of InfoGCN and its descendants: joints lifted to E channels, each joint's own place added, a norm for each person, joint and channel.
/// </summary>
internal sealed class JointEmbedding : Module<Tensor, Tensor>
{
    private readonly Parameter position;
    private readonly Linear lift;
    private readonly BatchNorm norm;

    internal JointEmbedding(EncoderInput input, int width)
    {
        position = Add("pos_embedding", new Parameter(1, input.Joints, width));
        lift = Add("to_joint_embedding", new Linear(input.Channels, width));
        norm = Add("data_bn", new BatchNorm(input.Persons * input.Joints * width));
    }

    public override Tensor Forward(Tensor input)                                         // (N, C, T, V, M) to (N·M, E, T, V)
    {
        // The norm takes out what the joint's own place adds, but checkpoints hold it.
        var lifted = Pointwise.Rows(input.Permute(0, 2, 4, 3, 1), lift) + position.Value; // (N, T, M, V, E)
        return DataNorm.Apply(lifted.Permute(0, 4, 1, 3, 2), norm);
    }

    protected override void ResetParameters(Generator random) => Init.Normal(position, 0, 1, random);
}
