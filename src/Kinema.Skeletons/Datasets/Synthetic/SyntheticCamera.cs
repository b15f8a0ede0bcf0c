namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>
/// A depth camera: coordinates in metres with the camera at the origin, y up, z away from it. As with the Kinect, x grows towards the
/// right side of a person who faces the camera.
/// </summary>
internal sealed class SyntheticCamera
{
    private readonly Rotation orientation;
    private readonly Vector3D offset;

    /// <param name="yaw">Direction to the stage, radians: a person facing front is seen turned to the left by this angle.</param>
    /// <param name="pitch">How far the camera looks down, radians.</param>
    /// <param name="height">Above the floor, metres.</param>
    /// <param name="distance">To the middle of the stage, metres.</param>
    public SyntheticCamera(double yaw, double pitch, double height, double distance)
    {
        var down = Rotation.Bend(pitch);
        orientation = down.After(Rotation.Turn(yaw));
        offset = down.Apply(new(0, -height, distance));
    }

    /// <summary>Camera <paramref name="index"/> of <paramref name="count"/>: in order on an arc of 80° around the stage.</summary>
    public static SyntheticCamera Draw(int index, int count, ref Draws draws)
    {
        const double arc = 80 * Math.PI / 180;
        var place = count == 1 ? 0 : (double)index / (count - 1) - 0.5;
        var yaw = place * arc + draws.Around(0, 0.08);
        return new SyntheticCamera(yaw, draws.Between(0.02, 0.22), draws.Between(0.8, 1.5), draws.Between(2.6, 3.1));
    }

    /// <summary>A point of the stage (metres; floor y = 0, middle at the origin) as the camera measures it.</summary>
    public Vector3D ToCamera(Vector3D point) => orientation.Apply(point) + offset;
}
