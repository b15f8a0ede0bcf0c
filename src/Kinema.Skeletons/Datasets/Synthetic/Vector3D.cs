namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>A point or direction in double precision; metres unless its owner says otherwise.</summary>
internal readonly record struct Vector3D(double X, double Y, double Z)
{
    public static Vector3D operator +(Vector3D a, Vector3D b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    public static Vector3D operator -(Vector3D a, Vector3D b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    public static Vector3D operator *(Vector3D a, double s) => new(a.X * s, a.Y * s, a.Z * s);

    public double Length => Math.Sqrt(Dot(this, this));

    public static double Dot(Vector3D a, Vector3D b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;

    public static Vector3D Lerp(Vector3D a, Vector3D b, double k) => a + (b - a) * k;
}

/// <summary>A rotation, kept as the images of the three axes (right, up, back) of a figure that faces −z.</summary>
internal readonly record struct Rotation(Vector3D Right, Vector3D Up, Vector3D Back)
{
    /// <summary>About the vertical; a positive angle (radians) turns a figure to its left.</summary>
    public static Rotation Turn(double angle)
    {
        var (s, c) = PortableMath.SinCos(angle);
        return new(new(c, 0, -s), new(0, 1, 0), new(s, 0, c));
    }

    /// <summary>About the axis from left to right; a positive angle (radians) bends a figure forward.</summary>
    public static Rotation Bend(double angle)
    {
        var (s, c) = PortableMath.SinCos(angle);
        return new(new(1, 0, 0), new(0, c, -s), new(0, s, c));
    }

    /// <summary>About the axis from front to back; a positive angle (radians) leans a figure to its right.</summary>
    public static Rotation Lean(double angle)
    {
        var (s, c) = PortableMath.SinCos(angle);
        return new(new(c, -s, 0), new(s, c, 0), new(0, 0, 1));
    }

    /// <summary>The rotated vector.</summary>
    public Vector3D Apply(Vector3D v) => Right * v.X + Up * v.Y + Back * v.Z;

    /// <summary>First <paramref name="inner"/>, then this one.</summary>
    public Rotation After(Rotation inner) => new(Apply(inner.Right), Apply(inner.Up), Apply(inner.Back));
}
