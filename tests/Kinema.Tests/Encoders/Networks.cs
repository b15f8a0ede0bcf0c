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
        string layout = "nw-ucla", int width = 8, int frames = 8, int persons = 1, int classes = 4, double dropout = 0, Generator? random = null,
        int? last = null) =>
        new(new StGcn(new EncoderInput(Layouts.Get(layout), 3, frames, persons), new StGcnOptions(width, dropout, random, last)), classes);

    /// <summary>A Shift-GCN with a classifier, uninitialised.</summary>
    public static Recogniser ShiftGcn(string layout = "nw-ucla", int width = 8, int frames = 8, int persons = 1, int classes = 4) =>
        new(new ShiftGcn(new EncoderInput(Layouts.Get(layout), 3, frames, persons), new ShiftGcnOptions(width)), classes);

    /// <summary>An ST-GCN++ with a classifier, uninitialised.</summary>
    public static Recogniser StGcnPp(string layout = "nw-ucla", int width = 8, int frames = 8, int persons = 1, int classes = 4) =>
        new(new StGcnPp(new EncoderInput(Layouts.Get(layout), 3, frames, persons), new StGcnPpOptions(width)), classes);

    /// <summary>An HCN with a classifier, uninitialised; without options it drops nothing.</summary>
    public static Recogniser Hcn(
        string layout = "nw-ucla", int width = 8, int frames = 16, int persons = 1, int classes = 4, HcnOptions? options = null) =>
        new(new Hcn(new EncoderInput(Layouts.Get(layout), 3, frames, persons), (options ?? new HcnOptions(Dropout: 0)) with { Width = width }), classes);

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
        string layout = "nw-ucla", int width = 8, int frames = 8, int persons = 1, int classes = 4, int? hops = 1, Generator? random = null) =>
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
                [.., "Feature_Mask"] => (0.2, 0.5),
                [.., "ypos"] => (0, 1.5), // some beyond short clips
                [.., "gcn1", "rpe"] => (0, 1),
                [.., "rpe" or "w1"] => (0.1, 0.4),
                [.., "shared_topology"] => (0.3, 0.3),
                [.., "to_qk", "weight"] => (0, 0.3), // larger, and one joint takes all
                [.., "bias" or "Linear_bias"] => (0, 0.2),
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
}
