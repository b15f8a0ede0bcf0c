using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Previews;

/// <summary>What a preview is written as.</summary>
[Flags]
public enum PreviewFormats
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Stills as drawings that scale.</summary>
    Svg = 1,

    /// <summary>Stills as pixels.</summary>
    Png = 2,

    /// <summary>An animation of each clip.</summary>
    Gif = 4,

    /// <summary>One page that plays all clips.</summary>
    Html = 8,
}

/// <summary>How clips are previewed.</summary>
public sealed record PreviewOptions
{
    /// <summary>What is written.</summary>
    /// <value>Default <see cref="PreviewFormats.Html"/>.</value>
    public PreviewFormats Formats { get; init; } = PreviewFormats.Html;

    /// <summary>The frames a clip is shown by in stills.</summary>
    /// <value>1 to 64; default 8, and 3 on a sheet.</value>
    public int? Frames { get; init; }

    /// <summary>Whether the stills of all clips are on one sheet instead of a file each.</summary>
    public bool Sheet { get; init; }

    /// <summary>The rate of the sensor, for animations: clips do not say it.</summary>
    /// <value>0.1 to 1000 frames per second; default 30.</value>
    public double FramesPerSecond { get; init; } = 30;

    /// <summary>The rate of the sensor of a layout: the two sets that were recorded at 15 frames per second have layouts of their own.</summary>
    /// <param name="layout">The clips' joints.</param>
    public static double UsualRate(SkeletonLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return layout.Name is "sbu-15" or "msr-action3d-20" ? 15 : 30;
    }
}
