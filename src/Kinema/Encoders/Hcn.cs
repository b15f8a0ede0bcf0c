using Kinema.Encoders.Kernels;
using Kinema.Encoders.Layers;
using Kinema.Torch;

namespace Kinema.Encoders;

/// <summary>Options of <see cref="Hcn"/>; the paper's values are the defaults.</summary>
/// <param name="Width">
/// Channels of the first layer, even; the third has half as many, the map four times and the pooled features eight times as many.
/// </param>
/// <param name="Dropout">Share of the channels dropped behind conv4, conv5 and conv6, and of the features behind fc7.</param>
/// <param name="Random">Source of what is dropped; needed only to train with dropout.</param>
/// <param name="MapPerPerson">
/// Whether the feature map is of each person, (N·M, C, T', V'), and not of the clip, behind the maximum over persons: how CSRE is put on this
/// network is not published, and both can be meant.
/// </param>
public sealed record HcnOptions(int Width = 64, double Dropout = 0.5, Generator? Random = null, bool MapPerPerson = false);

/// <summary>
/// HCN: Co-occurrence Feature Learning from Skeleton Data for Action Recognition and Detection with Hierarchical Aggregation (Li et al.,
/// IJCAI 2018, arXiv:1804.06055), as its well-known reproduction in PyTorch has it. Positions and motion each go through four convolutions,
/// before the third of which joints become channels, so that every filter sees all of them at once; then through two more together. No graph,
/// no normalisation. 1,697,202 parameters on NW-UCLA with 10 classes (T = 52), 2,647,868 on NTU RGB+D 60 (T = 64).
/// <para>
/// Same numbers, other order of work: persons are rows of one batch instead of passes of their own; the resizing of the motion is its closed
/// form; ReLU and dropout come behind the pooling and not before it, since a maximum commutes with what is monotone, on a quarter of the
/// numbers. Departures: any number of persons, also one (there must be two in the reproduction); any T from 16. Checkpoint names and shapes
/// are the reproduction's. Axis 3 of the map is no longer joints but what conv2 made of them.
/// </para>
/// </summary>
[EncoderModel(
    "hcn",
    Paper = "Co-occurrence Feature Learning from Skeleton Data for Action Recognition and Detection with Hierarchical Aggregation, Li et al., IJCAI 2018",
    Link = "https://arxiv.org/abs/1804.06055",
    Takes = "any layout, T from 16",
    Keys = ["model.map-per-person"])]
public sealed class Hcn : Encoder
{
    private const string Title = "HCN";
    private const int Halvings = 4;                                                      // of T: one behind each of conv3 to conv6

    private readonly Torch.Buffer frames;                                                // 0 … T-1
    private readonly Branch position, motion;
    private readonly Conv2d conv5, conv6;
    private readonly Linear fc7;
    private readonly ChannelDropout dropout;

    /// <summary>Builds the network.</summary>
    /// <exception cref="ArgumentException">The width is not a positive even number, or no frame is left of so few.</exception>
    public Hcn(EncoderInput input, HcnOptions options)
        : base(input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        var c = CheckWidth(Title, options.Width, 2);
        if (options.Dropout is not (>= 0 and < 1)) throw new ArgumentException($"the dropout of {Title} is from 0 to below 1; got {options.Dropout}");
        var side = input.Frames >> Halvings;
        if (side < 1)
            throw new ArgumentException(
                $"{Title} halves T {Halvings} times and takes (N, {input.Channels}, T, {input.Joints}, {input.Persons}) with T of {1 << Halvings} or more; got T = {input.Frames}");
        MapPerPerson = options.MapPerPerson;
        MapShape = new FeatureMapShape(4 * c, side, side, MapPerPerson ? input.Persons : 1);
        frames = Add("frames", new Torch.Buffer(Tensor.Arange(input.Frames), persistent: false));
        position = Add("", new Branch("", input, options));
        motion = Add("", new Branch("m", input, options));
        conv5 = Add("conv5.0", Square(2 * c, 2 * c));
        conv6 = Add("conv6.0", Square(2 * c, 4 * c));
        fc7 = Add("fc7.0", new Linear(4L * c * side * side, 8L * c));
        dropout = Add("", new ChannelDropout(options.Dropout, options.Random));
    }

    /// <inheritdoc/>
    public override FeatureMapShape MapShape { get; }

    /// <summary>Whether the map is of each person, and not of the clip.</summary>
    public bool MapPerPerson { get; }

    /// <inheritdoc/>
    public override bool DropsInside => true;

    /// <summary>Builds the network as the registry does.</summary>
    public static Encoder Create(EncoderInput input, EncoderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var options = new HcnOptions();
        return new Hcn(
            input,
            new HcnOptions(settings.Width ?? options.Width, settings.Dropout ?? options.Dropout, settings.Random, settings.MapPerPerson));
    }

    /// <inheritdoc/>
    public override (string Name, Module<Tensor, Tensor> Layer) Classifier(int classes) => ("fc8", new Scores(fc7.Weight.Value.Size(0), classes));

    /// <inheritdoc/>
    public override EncoderFeatures Forward(Tensor input)                                // (N, C, T, V, M)
    {
        Input.Check(input, Title);
        var (x, moved) = Streams(input);                                                 // (N·M, C, T, V) each
        var both = Tensor.Cat(1, position.Forward(x), motion.Forward(moved));            // (N·M, 2·width, T/4, T/4)
        var map = Through(both, Together());                                             // (N·M, 4·width, T/16, T/16)
        var overall = OverPersons(map);                                                  // (N, 4·width, T/16, T/16)
        return new EncoderFeatures(MapPerPerson ? map : overall, Pooled(overall));       // (N, 8·width)
    }

    /// <summary>The output of each layer, of the first person up to the maximum over persons.</summary>
    /// <param name="input">(N, C, T, V, M).</param>
    public override IEnumerable<(string Name, Tensor Output)> Stages(Tensor input)
    {
        Input.Check(input, Title);
        var (x, moved) = Streams(input);
        foreach (var (name, output) in position.Steps(x))
        {
            x = output;
            yield return (name, FirstPerson(output));
        }

        foreach (var (name, output) in motion.Steps(moved))
        {
            moved = output;
            yield return (name, FirstPerson(output));
        }

        var map = Tensor.Cat(1, x, moved);
        foreach (var (name, output) in Along(map, Together()))
        {
            map = output;
            yield return (name, FirstPerson(output));
        }

        yield return ("fc7", Pooled(OverPersons(map)));
    }

    /// <inheritdoc/>
    protected override void ResetParameters(Generator random)
    {
        Fill(conv5.Weight, conv5.Bias!, random);
        Fill(conv6.Weight, conv6.Bias!, random);
        Fill(fc7.Weight, fc7.Bias!, random);
    }

    private static void Fill(Parameter weight, Parameter bias, Generator random)
    {
        Init.XavierUniform(weight, random);
        Init.Constant(bias, 0);
    }

    private static Conv2d Square(int inChannels, int outChannels) => new(inChannels, outChannels, (3, 3), padding: (1, 1));

    private static Tensor Halve(Tensor x) => Functional.MaxPool2d(x, [2, 2], [2, 2], [0, 0]);

    // Positions, and the motion d[t] = x[t+1] - x[t], T-1 frames that are resized to T between half-pixel centres: frame t lies at
    // s = (t + ½)(T-1)/T - ½ = t - (t + ½)/T, which is between the differences t-1 and t, and nothing lies beyond the first and the last:
    //   m[t] = f d[t-1] + (1 - f) d[t],   f = (t + ½)/T,   d[-1] = d[0],   d[T-1] = d[T-2]
    private (Tensor Position, Tensor Motion) Streams(Tensor clips)                       // (N, C, T, V, M)
    {
        long rows = clips.Size(0) * Input.Persons, t = Input.Frames;
        var x = clips.Permute(0, 4, 2, 3, 1).Reshape(rows, t, Input.Joints, Input.Channels); // (N·M, T, V, C)
        var d = x.Narrow(1, 1, t - 1) - x.Narrow(1, 0, t - 1);                           // (N·M, T-1, V, C)
        d = Tensor.Cat(1, d.Narrow(1, 0, 1), d, d.Narrow(1, t - 2, 1));                  // (N·M, T+1, V, C), d[-1] to d[T-1]
        var (before, after) = (d.Narrow(1, 0, t), d.Narrow(1, 1, t));
        var share = ((frames.Value.To(x.Type) + 0.5) * (1.0 / t)).Reshape(t, 1, 1);      // f
        var moved = after + ((before - after) * share);                                  // (N·M, T, V, C)
        return (x.Permute(0, 3, 1, 2), moved.Permute(0, 3, 1, 2));
    }

    // conv5 and conv6, over the channels of both branches.
    private IEnumerable<(string Name, Func<Tensor, Tensor> Run)> Together() =>           // (N·M, 2·width, T/4, T/4)
    [
        ("conv5", x => dropout.Forward(Halve(conv5.Forward(x)).Relu())),                 // (N·M, 2·width, T/8, T/8)
        ("conv6", x => dropout.Forward(Halve(conv6.Forward(x)).Relu())),                 // (N·M, 4·width, T/16, T/16)
    ];

    private Tensor OverPersons(Tensor map) => Input.Persons == 1 ? map : map.Reshape([-1, Input.Persons, .. map.Sizes[1..]]).Max(1);

    private Tensor FirstPerson(Tensor rows) => Input.Persons == 1 ? rows : rows.Slice(0, 0, step: Input.Persons);

    private Tensor Pooled(Tensor map) => dropout.Forward(fc7.Forward(map.Reshape(map.Size(0), -1)).Relu()); // (N, 8·width)

    /// <summary>Positions or motion by themselves: joint by joint first, then all joints at once as the channels of a convolution.</summary>
    private sealed class Branch : Module<Tensor, Tensor>
    {
        private readonly string suffix;
        private readonly Conv2d conv1, conv2, conv3, conv4;
        private readonly ChannelDropout dropout;

        internal Branch(string suffix, EncoderInput input, HcnOptions options)
        {
            this.suffix = suffix;
            var c = options.Width;
            conv1 = Add($"conv1{suffix}.0", new Conv2d(input.Channels, c, (1, 1)));
            conv2 = Add($"conv2{suffix}", new Conv2d(c, input.Frames, (3, 1), padding: (1, 0)));
            conv3 = Add($"conv3{suffix}.0", Square(input.Joints, c / 2));
            conv4 = Add($"conv4{suffix}.0", Square(c / 2, c));
            dropout = Add("", new ChannelDropout(options.Dropout, options.Random));
        }

        public override Tensor Forward(Tensor x) => Through(x, Named());                 // (N·M, C, T, V) to (N·M, width, T/4, T/4)

        internal IEnumerable<(string Name, Tensor Output)> Steps(Tensor x) => Along(x, Named()); // (N·M, C, T, V)

        private IEnumerable<(string Name, Func<Tensor, Tensor> Run)> Named() =>
        [
            ($"conv1{suffix}", x => Pointwise.Apply(x, conv1).Relu()),                   // (N·M, width, T, V)
            ($"conv2{suffix}", x => TemporalConvolution.Apply(x, conv2)),                // (N·M, W, T, V), W = T in number
            // (N·M, V, T, W), from here on in C order, to (N·M, width/2, T/2, W/2)
            ($"conv3{suffix}", x => Halve(conv3.Forward(x.Permute(0, 3, 2, 1).Contiguous()))),
            ($"conv4{suffix}", x => dropout.Forward(Halve(conv4.Forward(x)))),           // (N·M, width, T/4, W/4)
        ];

        protected override void ResetParameters(Generator random)
        {
            foreach (var convolution in (Conv2d[])[conv1, conv2, conv3, conv4]) Fill(convolution.Weight, convolution.Bias!, random);
        }
    }

    /// <summary>fc8, the classifier.</summary>
    private sealed class Scores : Module<Tensor, Tensor>
    {
        private readonly Linear linear;

        internal Scores(long features, int classes) => linear = Add("", new Linear(features, classes));

        public override Tensor Forward(Tensor pooled) => linear.Forward(pooled);          // (N, 8·width) to (N, K)

        protected override void ResetParameters(Generator random) => Fill(linear.Weight, linear.Bias!, random);
    }
}
