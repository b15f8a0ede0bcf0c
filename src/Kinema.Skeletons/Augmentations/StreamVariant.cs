namespace Kinema.Skeletons.Augmentations;

/// <summary>Whose joint and bone streams a pipeline makes.</summary>
public enum StreamVariant
{
    /// <summary>CTR-GCN's and AGCN's: joints as they are, the root's bone zero.</summary>
    Ctr,

    /// <summary>
    /// That of Hyperformer in the released CSRE code: joints relative to the root of their frame, and the root itself, in joint and bone
    /// streams, keeps its coordinates, so that it carries the path of the body.
    /// </summary>
    Csre,
}
