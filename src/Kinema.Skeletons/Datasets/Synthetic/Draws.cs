using Kinema.Skeletons.Augmentations;

namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>Random numbers of one thing that is made up: a subject, a camera or a clip.</summary>
internal struct Draws
{
    private ClipRandom random;

    private Draws(long seed, int kind, int number) => random = new ClipRandom(seed, kind, number, RandomPurpose.Synthesis);

    public static Draws ForClip(long seed, int clip) => new(seed, 0, clip);

    public static Draws ForSubject(long seed, int subject) => new(seed, 1, subject);

    public static Draws ForCamera(long seed, int camera) => new(seed, 2, camera);

    public double Between(double low, double high) => random.NextDouble(low, high);

    /// <summary>Uniform within <paramref name="spread"/> of <paramref name="middle"/>.</summary>
    public double Around(double middle, double spread) => random.NextDouble(middle - spread, middle + spread);

    /// <summary>Uniform in 0 .. count - 1.</summary>
    public int Below(int count) => random.NextInt(count);

    public bool Chance(double probability) => random.NextDouble() < probability;

    /// <summary>
    /// Three independent numbers with mean 0 and deviation 1: each the sum of two 10-bit numbers, a triangle no wider than ±√6. One random
    /// word pair makes all three, since noise is nearly all of what a clip draws.
    /// </summary>
    public Vector3D Noise()
    {
        var bits = random.NextUInt64();
        return new(Triangle(bits), Triangle(bits >> 20), Triangle(bits >> 40));
    }

    private static double Triangle(ulong bits) => ((double)((bits & 1023) + ((bits >> 10) & 1023)) / 1023 - 1) * 2.449489742783178;
}
