namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>The order of axes that networks take, C, T, V, M, turned into that of clips.</summary>
internal static class ChannelsFirst
{
    /// <summary>
    /// [c][t][v][m] to [m][t][v][x, y, z]. Of a 2-dimensional layout z is 0, and a third channel is the joint's score: where it is 0 the
    /// joint was not seen, and its coordinates become 0.
    /// </summary>
    /// <param name="source">C·T·V·M numbers.</param>
    /// <param name="points">Takes M·T·V·3 numbers; those of frames beyond <paramref name="frames"/> are not given.</param>
    /// <param name="channels">C.</param>
    /// <param name="stored">T as stored.</param>
    /// <param name="frames">How many frames are taken.</param>
    /// <param name="joints">V.</param>
    /// <param name="persons">M.</param>
    /// <param name="dimensions">2 or 3.</param>
    public static void ToPoints(
        ReadOnlySpan<float> source, Span<double> points, int channels, int stored, int frames, int joints, int persons, int dimensions)
    {
        var plane = stored * joints * persons;
        for (var person = 0; person < persons; person++)
        {
            for (var at = 0; at < frames * joints; at++)
            {
                var from = at * persons + person;
                var to = (person * frames * joints + at) * 3;
                var seen = dimensions == 3 || channels == 2 || source[2 * plane + from] != 0;
                points[to] = seen ? source[from] : 0;
                points[to + 1] = seen ? source[plane + from] : 0;
                points[to + 2] = dimensions == 3 ? source[2 * plane + from] : 0;
            }
        }
    }
}
