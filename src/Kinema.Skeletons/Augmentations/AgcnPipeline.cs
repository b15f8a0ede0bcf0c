using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;
using Kinema.Storage;

namespace Kinema.Skeletons.Augmentations;

/// <summary>
/// The samples of 2s-AGCN (Shi et al., CVPR 2019), on which Shift-GCN and MS-G3D were trained too: a clip repeated to fill T frames, centred on
/// the spine of its first person frame by frame, standing upright and facing forward (<see cref="PreNormalization"/>), then joint, bone or motion.
/// Their code does all of it once for the whole data set, of the two bodies that move most, as the preparation <c>skeleton-contrast</c> of NTU RGB+D
/// keeps them. Nothing is drawn: their training does not augment either.
/// </summary>
public sealed class AgcnPipeline : FixedPipeline
{
    private readonly PreNormalization normalization;

    /// <summary>A pipeline for a layout that has the joints hip-center, spine, left-shoulder and right-shoulder.</summary>
    /// <param name="layout">The layout of the clips.</param>
    /// <param name="stream">What of the joints the network is shown.</param>
    /// <param name="variant">Whose streams.</param>
    /// <param name="frames">T, the frames of a sample; 300 in the papers. Frames of a clip beyond them are not shown.</param>
    /// <param name="persons">M, the persons of a sample; those of a clip beyond them are not shown.</param>
    /// <param name="topology">Whether the topology of the joints follows each clip.</param>
    /// <exception cref="KinemaException">The layout lacks one of the four joints (<see cref="ExitCode.Configuration"/>).</exception>
    public AgcnPipeline(
        SkeletonLayout layout, SkeletonStream stream, StreamVariant variant = StreamVariant.Ctr, int frames = 300, int persons = 2, bool topology = false)
        : base(layout, stream, variant, frames, persons, topology) => normalization = new PreNormalization(layout, frames, persons);

    private protected override void Make(SkeletonClip clip, Span<double> bodies) => normalization.Apply(clip, bodies);
}
