using Kinema.Encoders.Kernels;
using Kinema.Encoders.Layers;
using Kinema.Torch;

namespace Kinema.Encoders;

/// <summary>Options of <see cref="ShiftGcn"/>; the paper's values are the defaults.</summary>
/// <param name="Width">Channels of the first stage; the second and third have twice and four times as many.</param>
public sealed record ShiftGcnOptions(int Width = 64);

/// <summary>
/// One stream of Shift-GCN: Skeleton-Based Action Recognition with Shift Graph Convolutional Network (Cheng et al., CVPR 2020). Ten blocks in which
/// joints and frames meet by shifts and not by sums: each channel is moved on by its own number of joints, and in time by a real number of
/// frames that it learns; between the shifts stand 1×1 convolutions. Any joint sees any other, so that there is no graph. 660,222
/// parameters on NW-UCLA with 10 classes, 693,107 on NTU RGB+D 60.
/// <para>
/// Same numbers as the authors' code, other order of work: maps are channels-last; a shift among joints takes its factor along; both shifts and
/// normalise-add-ReLU are kernels of our own. What they take for the derivative by a shift in time is not one, and is theirs
/// (<see cref="TemporalShift"/>). Checkpoint names and shapes are the authors', the index vectors and the shifts over joints of 1e-8 that do
/// nothing included. Departure: where a stage begins an odd T is halved upwards, which theirs cannot take. The release is for NTU alone; NW-UCLA is the
/// same with its joints.
/// </para>
/// </summary>
[EncoderModel(
    "shift-gcn",
    Paper = "Skeleton-Based Action Recognition with Shift Graph Convolutional Network, Cheng et al., CVPR 2020",
    Link = "https://openaccess.thecvf.com/content_CVPR_2020/html/"
        + "Cheng_Skeleton-Based_Action_Recognition_With_Shift_Graph_Convolutional_Network_CVPR_2020_paper.html")]
public sealed class ShiftGcn : GcnEncoder
{
    /// <summary>Builds the network.</summary>
    /// <exception cref="ArgumentException">The width is not positive.</exception>
    public ShiftGcn(EncoderInput input, ShiftGcnOptions options)
        : base(
            input, graph: null, "Shift-GCN", CheckWidth("Shift-GCN", (options ?? throw new ArgumentNullException(nameof(options))).Width),
            (inChannels, outChannels, stride, shortcut) => new ShiftGcnBlock(input.Joints, inChannels, outChannels, stride, shortcut))
    {
    }

    /// <summary>Ten times as much for the spatial convolutions, and none for what weights the joints, as in the authors' code.</summary>
    /// <inheritdoc/>
    public override double DecayFactor(string parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return parameter.EndsWith(".Linear_weight", StringComparison.Ordinal) ? 10 : parameter.EndsWith(".Feature_Mask", StringComparison.Ordinal) ? 0 : 1;
    }

    /// <summary>Builds the network as the registry does.</summary>
    public static Encoder Create(EncoderInput input, EncoderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var options = new ShiftGcnOptions();
        return new ShiftGcn(input, options with { Width = settings.Width ?? options.Width });
    }
}

/// <summary>One block: out = ReLU(temporal(spatial(x)) + shortcut(x)).</summary>
internal sealed class ShiftGcnBlock : Module<Tensor, Tensor>
{
    private readonly Spatial spatial;
    private readonly Temporal temporal;
    private readonly Projection? projection;
    private readonly bool shortcut;

    internal ShiftGcnBlock(int joints, int inChannels, int outChannels, int stride, bool shortcut)
    {
        this.shortcut = shortcut;
        spatial = Add("gcn1", new Spatial(joints, inChannels, outChannels));
        temporal = Add("tcn1", new Temporal(outChannels, stride));
        if (shortcut && (inChannels != outChannels || stride != 1))
            projection = Add("residual", new Projection(inChannels, outChannels, stride, "conv", "bn"));
    }

    public override Tensor Forward(Tensor x)                                             // (N, C, T, V)
    {
        var ways = FanOut.Ways(x, shortcut ? 3 : 2, projection?.Stride ?? 1);
        var residual = shortcut ? projection?.Forward(ways[2]) ?? ways[2] : null;
        return temporal.Forward(spatial.Forward(ways[0], ways[1]), residual);            // (N, C', T/stride, V)
    }

    /// <summary>
    /// Of each frame, with joints counted around:
    ///   y[v,c] = x[v+c, c] (tanh(M[v,c]) + 1)       channel c is taken from c joints on, and weighted by joint
    ///   z[v,:] = y[v,:] W + b
    ///   w[v,d] = z[v-d, d]                          and handed back
    ///   out    = ReLU(norm(w) + down(x))            the norm has statistics for every joint and channel
    /// </summary>
    private sealed class Spatial : Module
    {
        private readonly int outChannels;
        private readonly Parameter weight, bias, mask;
        private readonly Torch.Buffer shiftIn, shiftOut;
        private readonly Projection? down;
        private readonly BatchNorm norm;

        internal Spatial(int joints, int inChannels, int outChannels)
        {
            this.outChannels = outChannels;
            weight = Add("Linear_weight", new Parameter(inChannels, outChannels));
            bias = Add("Linear_bias", new Parameter(1, 1, outChannels));
            mask = Add("Feature_Mask", new Parameter(1, joints, inChannels));
            shiftIn = Add("shift_in", new Torch.Buffer(Places(joints, inChannels, towards: 1)));
            shiftOut = Add("shift_out", new Torch.Buffer(Places(joints, outChannels, towards: -1)));
            if (inChannels != outChannels) down = Add("down", new Projection(inChannels, outChannels, stride: 1, "0", "1"));
            norm = Add("bn", new BatchNorm(joints * outChannels));
        }

        // The map twice: for the shift, and for the way around it.
        internal Tensor Forward(Tensor x, Tensor around)                                 // (N, C, T, V)
        {
            var (n, _, t, v) = x.Sizes4();
            var y = JointShift.Apply(x, shiftIn, mask.Value.Tanh() + 1).Permute(0, 2, 3, 1); // (N, T, V, C)
            var z = Pointwise.Product(y, weight.Value.Transpose(0, 1), bias.Value.Reshape(-1)).Permute(0, 3, 1, 2); // (N, C', T, V)
            var w = Frames(JointShift.Apply(z, shiftOut));                               // (N·T, V·C', 1, 1)
            var residual = Frames(down is null ? around : down.Forward(around));
            return NormActivation.Apply(w, [norm], residual).Reshape(n, t, v, outChannels).Permute(0, 3, 1, 2);
        }

        protected override void ResetParameters(Generator random)
        {
            Init.Normal(weight, 0, Math.Sqrt(1.0 / outChannels), random);
            Init.Constant(bias, 0);
            Init.Constant(mask, 0);
        }

        // Every joint's every channel is a feature of its frame, v·C + c.
        private static Tensor Frames(Tensor map)
        {
            var (n, c, t, v) = map.Sizes4();
            return map.Permute(0, 2, 3, 1).Reshape(n * t, v * c, 1, 1);
        }

        // From where each number v·C + c of a frame is taken: the same channel, as many joints on (or back) as the channel's number says.
        private static Tensor Places(int joints, int channels, int towards)
        {
            var places = new long[joints * channels];
            for (var v = 0; v < joints; v++)
            {
                for (var c = 0; c < channels; c++)
                {
                    var from = (v + (towards * c)) % joints;
                    places[(v * channels) + c] = ((from < 0 ? from + joints : from) * channels) + c;
                }
            }

            return Tensor.From<long>(places, places.Length);
        }
    }

    /// <summary>Norm, shift in time, 1×1, ReLU, shift in time with the block's stride, norm; the shortcut and its ReLU are in that norm's kernel.</summary>
    private sealed class Temporal : Module
    {
        private readonly int stride;
        private readonly BatchNorm first, last;
        private readonly Shift shiftIn, shiftOut;
        private readonly Conv2d convolution;

        internal Temporal(int channels, int stride)
        {
            this.stride = stride;
            first = Add("bn", new BatchNorm(channels));
            last = Add("bn2", new BatchNorm(channels));
            shiftIn = Add("shift_in", new Shift(channels));
            shiftOut = Add("shift_out", new Shift(channels));
            convolution = Add("temporal_linear", new Conv2d(channels, channels, (1, 1)));
        }

        internal Tensor Forward(Tensor x, Tensor? residual)                              // (N, C, T, V)
        {
            var y = shiftIn.Forward(NormActivation.Apply(x, [first], relu: false), 1);
            y = shiftOut.Forward(Pointwise.Apply(y, convolution).Relu(), stride);
            return NormActivation.Apply(y, [last], residual);
        }

        protected override void ResetParameters(Generator random) => Init.KaimingNormalFanOut(convolution.Weight, random);
    }

    /// <summary>How far each channel is shifted, in time and, without effect, over joints.</summary>
    private sealed class Shift : Module
    {
        private const double Farthest = 1, Hardly = 1e-8;

        private readonly Parameter space, time;

        internal Shift(int channels)
        {
            space = Add("xpos", new Parameter(channels));
            time = Add("ypos", new Parameter(channels));
        }

        internal Tensor Forward(Tensor x, int stride) => TemporalShift.Apply(x, time.Value, space.Value, stride);

        protected override void ResetParameters(Generator random)
        {
            Init.Uniform(space, -Hardly, Hardly, random);
            Init.Uniform(time, -Farthest, Farthest, random);
        }
    }
}
