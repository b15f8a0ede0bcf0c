namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>One or two actors side by side, a row a frame: the form in which the CTR-GCN preparation keeps a clip.</summary>
/// <param name="values">T·M·75 numbers, [t][m][v][x, y, z], metres; an actor who is absent is all zeros.</param>
/// <param name="persons">M, 1 or 2.</param>
internal sealed class ActorRows(float[] values, int persons)
{
    /// <summary>M.</summary>
    public int Persons => persons;

    /// <summary>T.</summary>
    public int Frames => values.Length / Width;

    /// <summary>All rows.</summary>
    public ReadOnlySpan<float> Values => values;

    private int Width => persons * NtuBodies.Values;

    /// <summary>The coordinates of an actor in a frame, [v][x, y, z].</summary>
    public Span<float> Actor(int frame, int person) => values.AsSpan(frame * Width + person * NtuBodies.Values, NtuBodies.Values);

    /// <summary>The sum of a row or of an actor in it; the reference takes zero for absence.</summary>
    public static double Sum(ReadOnlySpan<float> coordinates)
    {
        var sum = 0.0;
        foreach (var value in coordinates)
            sum += value;
        return sum;
    }

    /// <summary>The rows that do not sum to zero.</summary>
    public ActorRows WithoutEmptyFrames()
    {
        var kept = new List<float>(values.Length);
        for (var frame = 0; frame < Frames; frame++)
        {
            var row = values.AsSpan(frame * Width, Width);
            if (Sum(row) != 0)
                kept.AddRange(row);
        }
        return kept.Count == values.Length ? this : new ActorRows([.. kept], persons);
    }

    /// <summary>
    /// Moves the clip so that the middle of the spine (joint 2 of 25) of the first actor, in the first frame with any of that actor, is the
    /// origin; one shift for all frames and both actors. Of two actors, one who was absent is zero again afterwards.
    /// </summary>
    /// <returns>False if the first actor is nowhere.</returns>
    public bool MoveToOrigin()
    {
        // Not NtuPipeline's Centre, which is for any set: the reference subtracts in float32, takes a sum of zero for absence where there are two actors
        // (and clears such a frame), and moves every frame of an actor alone, zeros included; there it is double, and a frame of zeros stays.
        var first = 0;
        while (first < Frames && !Actor(first, 0).ContainsAnyExcept(0f))
            first++;
        if (first == Frames)
            return false;
        float[] origin = [.. Actor(first, 0).Slice(3, 3)];
        for (var frame = 0; frame < Frames; frame++)
        {
            for (var person = 0; person < persons; person++)
            {
                var actor = Actor(frame, person);
                if (persons == 2 && Sum(actor) == 0)
                    actor.Clear();
                else
                    Subtract(actor, origin);
            }
        }
        return true;
    }

    /// <summary>The coordinates as clips have them, [m][t][v][x, y, z].</summary>
    public double[] ToCoordinates()
    {
        var coordinates = new double[values.Length];
        for (var person = 0; person < persons; person++)
        {
            for (var frame = 0; frame < Frames; frame++)
            {
                var actor = Actor(frame, person);
                var destination = coordinates.AsSpan((person * Frames + frame) * NtuBodies.Values, NtuBodies.Values);
                for (var i = 0; i < NtuBodies.Values; i++)
                    destination[i] = actor[i];
            }
        }
        return coordinates;
    }

    private static void Subtract(Span<float> actor, float[] origin)
    {
        for (var i = 0; i < NtuBodies.Values; i += 3)
        {
            actor[i] -= origin[0];
            actor[i + 1] -= origin[1];
            actor[i + 2] -= origin[2];
        }
    }
}
