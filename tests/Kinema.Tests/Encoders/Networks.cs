using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

/// <summary>Small networks for tests.</summary>
internal static class Networks
{
    /// <summary>A CTR-GCN with a classifier, uninitialised.</summary>
    public static Recogniser CtrGcn(string layout = "nw-ucla", int width = 16, int frames = 8, int persons = 1, int classes = 4) =>
        new(new CtrGcn(new EncoderInput(Layouts.Get(layout), 3, frames, persons), new CtrGcnOptions(width)), classes);

    /// <summary>A 2s-AGCN with a classifier, uninitialised.</summary>
    public static Recogniser Agcn(string layout = "nw-ucla", int width = 8, int frames = 8, int persons = 1, int classes = 4) =>
        new(new Agcn(new EncoderInput(Layouts.Get(layout), 3, frames, persons), new AgcnOptions(width)), classes);

    /// <summary>An ST-GCN with a classifier, uninitialised. It drops nothing unless told to.</summary>
    public static Recogniser StGcn(
        string layout = "nw-ucla", int width = 8, int frames = 8, int persons = 1, int classes = 4, double dropout = 0, Generator? random = null) =>
        new(new StGcn(new EncoderInput(Layouts.Get(layout), 3, frames, persons), new StGcnOptions(width, dropout, random)), classes);

    /// <summary>An ST-GCN++ with a classifier, uninitialised.</summary>
    public static Recogniser StGcnPp(string layout = "nw-ucla", int width = 8, int frames = 8, int persons = 1, int classes = 4) =>
        new(new StGcnPp(new EncoderInput(Layouts.Get(layout), 3, frames, persons), new StGcnPpOptions(width)), classes);

    /// <summary>An HCN with a classifier, uninitialised; without options it drops nothing.</summary>
    public static Recogniser Hcn(
        string layout = "nw-ucla", int width = 8, int frames = 16, int persons = 1, int classes = 4, HcnOptions? options = null) =>
        new(new Hcn(new EncoderInput(Layouts.Get(layout), 3, frames, persons), (options ?? new HcnOptions()) with { Width = width }), classes);

    /// <summary>A Hyperformer with a classifier, uninitialised.</summary>
    public static Recogniser Hyperformer(
        string layout = "nw-ucla", int heads = 3, int headChannels = 8, int frames = 8, int persons = 1, int classes = 4) =>
        new(new Hyperformer(new EncoderInput(Layouts.Get(layout), 3, frames, persons), new HyperformerOptions(heads, headChannels)), classes);

    /// <summary>A BlockGCN with a classifier, uninitialised.</summary>
    public static Recogniser BlockGcn(
        string layout = "nw-ucla", int width = 16, int frames = 8, int persons = 1, int classes = 4, bool ownTopology = false) =>
        new(new BlockGcn(new EncoderInput(Layouts.Get(layout), 3, frames, persons), new BlockGcnOptions(width, ownTopology)), classes);

    /// <summary>An InfoGCN with a classifier, uninitialised; without a source of noise it draws none.</summary>
    public static Recogniser InfoGcn(
        string layout = "nw-ucla", int width = 8, int frames = 8, int persons = 1, int classes = 4, int hops = 1, Generator? random = null) =>
        new(new InfoGcn(new EncoderInput(Layouts.Get(layout), 3, frames, persons), new InfoGcnOptions(width, hops, Random: random)), classes);

    /// <summary>Fills a network as the paper does.</summary>
    public static Recogniser Initialised(this Recogniser network, ulong seed = 1)
    {
        using var random = new Generator(seed);
        network.Initialise(random);
        return network;
    }

    /// <summary>Fills a network so that every part has a say: the paper's start switches the graph branch and the refinement off.</summary>
    public static Recogniser Randomised(this Recogniser network, ulong seed = 1)
    {
        using var scope = TensorScope.Begin();
        using var random = new Generator(seed);
        network.Initialise(random);
        foreach (var (name, value) in network.State())
        {
            var (mean, deviation) = name.Split('.') switch
            {
                [.., "running_mean"] => (0, 0.2),
                [.., "alpha"] => (0.7, 0.1),
                [.., "PA" or "A" or "outer"] or [.., "gcn1", "fc1"] => (0.05, 0.2),
                ["edge_importance", ..] => (1, 0.3),
                [.., "gcn1", "rpe"] => (0, 1),
                [.., "rpe" or "w1"] => (0.1, 0.4),
                [.., "shared_topology"] => (0.3, 0.3),
                [.., "to_qk", "weight"] => (0, 0.3), // larger, and one joint takes all
                [.., "bias"] => (0, 0.2),
                [.., "weight"] when value.Value.Dims == 1 => (1, 0.2),
                _ => (0, 0.0),
            };
            if (name.EndsWith("running_var", StringComparison.Ordinal)) Init.Uniform(value, 0.5, 1.5, random);
            else if (deviation > 0) Init.Normal(value, mean, deviation, random);
        }

        return network;
    }

    /// <summary>The state by checkpoint name, in double precision.</summary>
    public static Dictionary<string, double[]> Numbers(this Module module) =>
        module.State().ToDictionary(entry => entry.Name, entry => entry.Value.Value.ToArray<double>());

    /// <summary>
    /// Logits and gradients of a training pass in single precision, which the kernels compute, against double precision, which their twins do.
    /// Here and there a ReLU or a maximum decides otherwise, so that gradients are compared by length: each parameter's, and a hundredth of all
    /// of them together, since what is zero by mathematics is not so in digits.
    /// </summary>
    public static void AssertSinglePrecisionAgreesWithDouble(
        this Recogniser network, long[] shape, double tolerance = 1e-4, double gradientTolerance = 2e-2)
    {
        using var random = new Generator(2);
        var clips = Tensor.Randn(shape, random);
        var labels = Tensor.From<long>([.. Enumerable.Range(0, (int)shape[0]).Select(clip => (long)clip % 4)], shape[0]);
        var (singleLogits, single) = Run(clips);
        network.To(ScalarType.Float64);
        var (logits, gradients) = Run(clips.To(ScalarType.Float64));

        AssertNear("logits", logits, singleLogits, tolerance * Length(logits));
        var whole = Math.Sqrt(gradients.Values.Sum(gradient => Length(gradient) * Length(gradient)));
        foreach (var (name, gradient) in gradients)
            AssertNear(name, gradient, single[name], gradientTolerance * (Length(gradient) + (1e-2 * whole)));

        (double[] Logits, Dictionary<string, double[]> Gradients) Run(Tensor input)
        {
            var (scores, features) = network.Forward(input);
            var loss = Functional.CrossEntropy(scores, labels);
            foreach (var term in network.Encoder.AuxiliaryLosses(features, labels)) loss += term.Value * term.Weight;
            loss.Backward();
            var found = network.NamedParameters().Where(entry => entry.Parameter.Value.Grad is not null)
                .ToDictionary(entry => entry.Name, entry => entry.Parameter.Value.Grad!.ToArray<double>());
            network.ZeroGrad();
            return (scores.ToArray<double>(), found);
        }

        static void AssertNear(string name, double[] expected, double[] actual, double allowed)
        {
            var distance = Length([.. expected.Zip(actual, (left, right) => left - right)]);
            Assert.True(distance <= allowed, $"{name}, of length {Length(expected):R}, is {distance:R} away; allowed is {allowed:R}");
        }

        static double Length(double[] values) => Math.Sqrt(values.Sum(value => value * value));
    }

    /// <summary>Eight clips of noise with four labels, clips of eight frames of one person on NW-UCLA's joints: their loss goes to nothing.</summary>
    public static void AssertLearnsOneBatchByHeart(this Recogniser network, double rate = 0.05, int steps = 60)
    {
        using var random = new Generator(1);
        using var optimizer = new Sgd(network.NamedParameters(), new SgdOptions(0.9, true, 0));
        var input = Tensor.Randn([8, 3, 8, 20, 1], random);
        var labels = Tensor.From<long>([0, 1, 2, 3, 0, 1, 2, 3], 8);
        var (loss, correct) = (double.NaN, 0.0);
        for (var step = 0; step < steps && !(loss < 0.02); step++)
        {
            using var scope = TensorScope.Begin();
            var logits = network.Forward(input).Logits;
            var cost = Functional.CrossEntropy(logits, labels);
            cost.Backward();
            optimizer.Step(rate);
            network.ZeroGrad();
            (loss, correct) = (cost.Item(), logits.ArgMax(1).Eq(labels).Sum().Item());
        }

        Assert.True(loss < 0.05, $"the loss is still {loss}");
        Assert.Equal(8, correct);
    }
}
