using System.Globalization;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>What a published pipeline makes of the raw bodies of a file, up to what its reader does anew in every epoch.</summary>
internal abstract class NtuPreparation
{
    private static readonly NtuPreparation[] All = [new CtrGcnPreparation(), new SkeletonContrastPreparation(), new StGcnPreparation()];

    /// <summary>The names, without versions; the first is the one meant where none is named.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(preparation => preparation.Name)];

    /// <summary>Such as <c>ctr-gcn</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Raised when the same files give other numbers.</summary>
    public abstract int Version { get; }

    /// <exception cref="KinemaException">There is none of this name (<see cref="ExitCode.Usage"/>).</exception>
    public static NtuPreparation Get(string name) => Array.Find(All, preparation => preparation.Name == name)
        ?? throw new KinemaException(ExitCode.Usage,
            $"unknown preparation '{name}'{Suggestion.For(name, Names)}: for NTU RGB+D there are {string.Join(", ", Names)}");

    /// <summary>One clip, or why there is none.</summary>
    /// <param name="bodies">The file's content.</param>
    /// <param name="name">The clip.</param>
    /// <param name="where">The file, for messages.</param>
    public abstract ItemClips Prepare(NtuBodies bodies, NtuName name, string where);

    /// <summary>A note on frames without a body, if there are any.</summary>
    protected static IEnumerable<SkippedClip> EmptyFrames(NtuBodies bodies, NtuName name, string where)
    {
        var empty = Enumerable.Range(0, bodies.Frames).Count(frame => bodies.Frame(frame) is var (first, end) && first == end);
        return empty == 0 ? []
            : [new($"{name}", "empty-frames", string.Create(CultureInfo.InvariantCulture, $"{where}: {empty} of {bodies.Frames} frames without a body"))];
    }

    protected static ItemClips Skip(NtuName name, string kind, string reason) => new([], [new SkippedClip($"{name}", kind, reason)], []);

    protected static ItemClips Keep(NtuName name, int frames, int persons, double[] coordinates, IReadOnlyList<SkippedClip> notes) => new(
        [
            new SkeletonClip($"{name}", frames, NtuBodies.Joints, persons, coordinates)
            {
                Label = name.Label,
                Subject = name.Performer,
                Camera = name.Camera,
                Setup = name.Setup,
            },
        ],
        [], notes);
}
