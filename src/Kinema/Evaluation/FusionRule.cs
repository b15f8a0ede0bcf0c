using Kinema.Storage;

namespace Kinema.Evaluation;

/// <summary>
/// Fixed stream weights as one publication uses them: prediction = argmax Σ_s w_s · logits_s. They were not chosen on the labels
/// being scored, so the accuracy they give is an honest one.
/// </summary>
/// <param name="Name">How the command line calls it.</param>
/// <param name="Source">Whose weights these are.</param>
/// <param name="Weights">The weight of each stream when all are fused; a subset keeps its members' weights.</param>
public sealed record FusionRule(string Name, string Source, IReadOnlyDictionary<string, double> Weights)
{
    private const string Joint = "joint", Bone = "bone", JointMotion = "joint-motion", BoneMotion = "bone-motion";

    /// <summary>CTR-GCN (all data sets) and SkeletonGCL: J + B; 0.6, 0.6, 0.4; 0.6, 0.6, 0.4, 0.4. The default.</summary>
    public static FusionRule CtrGcn { get; } = Of("ctr-gcn", "CTR-GCN's release, all data sets", 0.6, 0.6, 0.4, 0.4);

    /// <summary>BlockGCN on NTU: 0.6, 0.7, 0.35, 0.2. CSRE's released script names the same numbers but searches others.</summary>
    public static FusionRule BlockGcnNtu { get; } = Of("blockgcn-ntu", "BlockGCN's release, NTU RGB+D", 0.6, 0.7, 0.35, 0.2);

    /// <summary>BlockGCN on NW-UCLA: 0.7, 0.5, 0.6, 0.2.</summary>
    public static FusionRule BlockGcnNwUcla { get; } = Of("blockgcn-nw-ucla", "BlockGCN's release, NW-UCLA", 0.7, 0.5, 0.6, 0.2);

    /// <summary>Hyperformer on NTU: 0.4, 0.6, 0.2, 0.2.</summary>
    public static FusionRule HyperformerNtu { get; } = Of("hyperformer-ntu", "Hyperformer's release, NTU RGB+D", 0.4, 0.6, 0.2, 0.2);

    /// <summary>Hyperformer on NW-UCLA: 0.4, 0.4, 0.3, 0.2.</summary>
    public static FusionRule HyperformerNwUcla { get; } = Of("hyperformer-nw-ucla", "Hyperformer's release, NW-UCLA", 0.4, 0.4, 0.3, 0.2);

    /// <summary>InfoGCN: positions 1.5, motion 1.</summary>
    public static FusionRule InfoGcn { get; } = Of("infogcn", "InfoGCN's release", 1.5, 1.5, 1, 1);

    /// <summary>ST-GCN++ in PYSKL: 1 : 1 and 2 : 2 : 1 : 1.</summary>
    public static FusionRule Pyskl { get; } = Of("pyskl", "PYSKL (ST-GCN++)", 2, 2, 1, 1);

    /// <summary>The plain sum of all logits.</summary>
    public static FusionRule Sum { get; } = Of("sum", "the plain sum", 1, 1, 1, 1);

    /// <summary>Every rule above.</summary>
    public static IReadOnlyList<FusionRule> All { get; } =
        [CtrGcn, BlockGcnNtu, BlockGcnNwUcla, HyperformerNtu, HyperformerNwUcla, InfoGcn, Pyskl, Sum];

    /// <summary>The rule called <paramref name="name"/>.</summary>
    /// <exception cref="KinemaException">There is none; the message lists them.</exception>
    public static FusionRule Get(string name) =>
        All.FirstOrDefault(rule => rule.Name == name) ?? throw new KinemaException(ExitCode.Usage,
            $"no fusion weights are called '{name}'; use one of {string.Join(", ", All.Select(rule => rule.Name))}");

    /// <summary>
    /// The weights of the given streams. One stream alone weighs 1, and joint + bone weigh 1 and <paramref name="boneFactor"/>
    /// whatever they weigh among four: so do all the sources.
    /// </summary>
    /// <param name="streams">Stream names, e.g. <c>joint</c>, <c>bone-motion</c>.</param>
    /// <param name="boneFactor">The factor of B in J + factor·B; the sources' default is 1.</param>
    /// <exception cref="KinemaException">The rule has no weight for one of several streams.</exception>
    public double[] For(IReadOnlyList<string> streams, double boneFactor = 1)
    {
        if (streams.Count == 1) { return [1]; }
        if (streams.Count == 2 && streams.Contains(Joint) && streams.Contains(Bone))
        {
            return [.. streams.Select(stream => stream == Joint ? 1 : boneFactor)];
        }
        return [.. streams.Select(stream => Weights.TryGetValue(stream, out var weight) ? weight : throw new KinemaException(ExitCode.Usage,
            $"the weights '{Name}' know no stream '{stream}'; " +
            $"they are for {string.Join(", ", Weights.Keys)}: give the weights by number"))];
    }

    private static FusionRule Of(string name, string source, double j, double b, double jm, double bm) =>
        new(name, source, new Dictionary<string, double> { [Joint] = j, [Bone] = b, [JointMotion] = jm, [BoneMotion] = bm });
}
