namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>One subject: a body and lasting habits.</summary>
internal sealed record Subject(Body Body, Style Habits, double Tempo, bool LeftHanded)
{
    public static Subject Draw(ref Draws draws) =>
        new(Body.Draw(ref draws), Style.Draw(ref draws), draws.Between(0.85, 1.2), draws.Chance(0.25));
}

/// <summary>One subject doing one action once: exact positions on the stage, before any camera or noise.</summary>
internal sealed record Performance
{
    private double start, end, warp, facing, drift;

    public required Subject Subject { get; init; }

    public required SyntheticAction Action { get; init; }

    public required Style Style { get; init; }

    /// <summary>Done with left and right exchanged.</summary>
    public required bool Mirrored { get; init; }

    /// <summary>T, at 30 a second.</summary>
    public required int Frames { get; init; }

    /// <summary>Where on the stage, metres from its middle.</summary>
    public required Vector3D Place { get; init; }

    public static Performance Draw(Subject subject, SyntheticAction action, SyntheticOptions options, ref Draws draws)
    {
        var start = draws.Between(-3 * options.Trim, options.Trim);
        var end = 1 + draws.Between(-options.Trim, 3 * options.Trim);
        var seconds = draws.Between(action.Shortest, action.Longest) * (end - start) / (subject.Tempo * draws.Between(0.85, 1.2));
        var mirrored = draws.Chance(0.1) != subject.LeftHanded;
        return new Performance
        {
            Subject = subject,
            Action = action,
            Style = subject.Habits.Perform(ref draws),
            Mirrored = action.Side == Side.Preferred ? mirrored : action.Side == Side.Left,
            Frames = Math.Clamp((int)Math.Round(seconds * SyntheticDataset.FramesPerSecond), options.MinFrames, options.MaxFrames),
            Place = new(draws.Around(0, 0.5), 0, draws.Around(0, 0.4)),
            start = start,
            end = end,
            warp = draws.Around(0, 0.6),
            facing = draws.Around(0, 0.8),
            drift = draws.Around(0, 0.3),
        };
    }

    /// <summary>The controls of the figure in one frame.</summary>
    public Pose PoseAt(int frame)
    {
        var x = Frames == 1 ? 0.5 : (double)frame / (Frames - 1);
        x += warp * x * (1 - x) * (0.5 - x);                                  // hurried in the middle or at the ends; monotone
        var seconds = frame / SyntheticDataset.FramesPerSecond;
        var pose = Motion.Rest(Style, seconds);
        Action.Move(start + (end - start) * x, Style, ref pose);
        if (Action.Posture == Posture.Any)
        {
            Motion.Settle(Style, seconds - 0.5 * Frames / SyntheticDataset.FramesPerSecond, ref pose);
        }

        if (Mirrored)
        {
            pose = pose.Mirrored();
        }

        pose.Turn += facing + drift * x;
        return pose;
    }

    /// <summary>The landmarks on the stage in one frame, metres, floor at y = 0.</summary>
    public void Landmarks(int frame, Span<Vector3D> points)
    {
        Figure.Solve(Subject.Body, PoseAt(frame), points);
        foreach (ref var point in points)
        {
            point += Place;
        }
    }
}
