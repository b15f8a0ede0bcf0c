namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>How a person moves: part belongs to the subject, part to the one performance.</summary>
internal sealed record Style
{
    /// <summary>Width of a movement, about 1.</summary>
    public required double Size { get; init; }

    /// <summary>How much the trunk takes part, about 1.</summary>
    public required double Trunk { get; init; }

    /// <summary>Hands further out or in, arm lengths about 0.</summary>
    public required double Outward { get; init; }

    /// <summary>Hands higher or lower, arm lengths about 0.</summary>
    public required double Upward { get; init; }

    /// <summary>Hands further or nearer, arm lengths about 0.</summary>
    public required double Forward { get; init; }

    /// <summary>Added to every elbow's swivel, about 0.</summary>
    public required double Elbow { get; init; }

    /// <summary>Distance between the feet, leg lengths.</summary>
    public required double Stance { get; init; }

    /// <summary>In [0, 1): how often a repeated movement is done, between the least and the most its action allows.</summary>
    public required double Repeat { get; init; }

    /// <summary>In [-1, 1]: moves the middle of the action in time.</summary>
    public required double Timing { get; init; }

    /// <summary>In [0, 1): phases of the idle sway.</summary>
    public required double Phase { get; init; }

    /// <summary>What the other hand does that has nothing to do.</summary>
    public required FreeHand FreeHand { get; init; }

    /// <summary>Where the acting hand comes from and goes back to.</summary>
    public required FreeHand ActingHand { get; init; }

    /// <summary>What the legs do if the action leaves them free.</summary>
    public required Legs Legs { get; init; }

    /// <summary>Height of the seat or speed of the walk, in [-1, 1].</summary>
    public required double Pace { get; init; }

    /// <summary>A movement is done between <paramref name="least"/> and <paramref name="most"/> times.</summary>
    public int Times(int least, int most) => least + (int)(Repeat * (most - least + 1));

    /// <summary>The lasting part: what one subject does in all its performances.</summary>
    public static Style Draw(ref Draws draws) => new()
    {
        Size = draws.Around(1, 0.3),
        Trunk = draws.Around(1, 0.5),
        Outward = draws.Around(0, 0.1),
        Upward = draws.Around(0, 0.1),
        Forward = draws.Around(0, 0.1),
        Elbow = draws.Between(-0.05, 0.25),
        Stance = draws.Between(0.12, 0.2),
        Repeat = draws.Between(0, 1),
        Timing = draws.Around(0, 1),
        Phase = draws.Between(0, 1),
        FreeHand = (FreeHand)draws.Below(4),
        ActingHand = (FreeHand)draws.Below(4),
        Legs = (Legs)Math.Max(0, draws.Below(5) - 2),                          // three in five stand
        Pace = draws.Around(0, 1),
    };

    /// <summary>One performance: half the subject's lasting style, half of the moment; counts and free hands are of the moment.</summary>
    public Style Perform(ref Draws draws)
    {
        var moment = Draw(ref draws);
        return moment with
        {
            Size = 0.5 * (Size + moment.Size),
            Trunk = 0.5 * (Trunk + moment.Trunk),
            Outward = 0.5 * (Outward + moment.Outward),
            Upward = 0.5 * (Upward + moment.Upward),
            Forward = 0.5 * (Forward + moment.Forward),
            Elbow = 0.5 * (Elbow + moment.Elbow),
            Stance = 0.5 * (Stance + moment.Stance),
        };
    }
}

/// <summary>Where a hand rests that an action does not use.</summary>
internal enum FreeHand
{
    /// <summary>Beside the thigh.</summary>
    Hangs,

    /// <summary>A little bent, in front of the thigh.</summary>
    Loose,

    /// <summary>On the hip, elbow out.</summary>
    OnHip,

    /// <summary>In front of the belly.</summary>
    OnBelly,
}

/// <summary>What the legs do during an action of the arms.</summary>
internal enum Legs
{
    /// <summary>Stand.</summary>
    Stand,

    /// <summary>Are those of someone seated.</summary>
    Sit,

    /// <summary>Walk ahead.</summary>
    Walk,
}
