namespace Kinema.Skeletons.Clips;

/// <summary>Where the coordinates of clips lie: an array of their own, or a stretch of a file.</summary>
internal abstract class CoordinateStore
{
    /// <summary>The coordinates as one array, if they lie in one already; null where reading means converting.</summary>
    public virtual double[]? Array => null;

    /// <summary>Fills the destination with the clip's coordinates [m][t][v][x, y, z].</summary>
    public abstract void Read(Span<double> destination);
}

/// <summary>Coordinates in an array.</summary>
internal sealed class ArrayStore(double[] coordinates) : CoordinateStore
{
    public override double[] Array => coordinates;

    public override void Read(Span<double> destination) => coordinates.CopyTo(destination);
}
