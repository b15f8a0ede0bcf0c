namespace Kinema.Skeletons.Augmentations;

/// <summary>What random numbers are for. The numbers are part of every seed's meaning: add new ones, never renumber.</summary>
public enum RandomPurpose
{
    /// <summary>First weights of a network.</summary>
    Initialisation = 1,

    /// <summary>The order of clips in an epoch.</summary>
    Order = 2,

    /// <summary>Augmentation of one clip in one epoch.</summary>
    Augmentation = 3,

    /// <summary>Dropout masks.</summary>
    Dropout = 4,

    /// <summary>Sampling of positives and negatives.</summary>
    Negatives = 5,

    /// <summary>Made-up clips.</summary>
    Synthesis = 6,

    /// <summary>Splits and label fractions.</summary>
    Split = 7,
}

/// <summary>
/// Random numbers as a pure function of (seed, epoch, instance, purpose), so that they do not depend on who asks first, on the number of
/// workers, or on where a run was interrupted. Philox4x32-10 (Salmon et al., SC 2011): key = seed, counter = (block, instance, epoch,
/// purpose); every stream has 2³² blocks of four 32-bit words. Integers and IEEE operations only, so every platform draws the same numbers.
/// </summary>
/// <example>
/// <code>
/// var random = new ClipRandom(seed: 0, epoch: 3, instance: 17, RandomPurpose.Augmentation);
/// var degrees = random.NextInt(-60, 61);
/// </code>
/// </example>
public struct ClipRandom
{
    private readonly ulong key;
    private readonly uint instance, epoch, purpose;
    private uint block;
    private UInt128 words;                 // what is left of the current block, lowest word next
    private int left;

    /// <summary>The stream of one instance in one epoch for one purpose.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch, 0-based; 0 where there are no epochs.</param>
    /// <param name="instance">The instance: usually a clip's number in its split, repeats included.</param>
    /// <param name="purpose">What the numbers are for.</param>
    public ClipRandom(long seed, int epoch, int instance, RandomPurpose purpose)
    {
        key = (ulong)seed;
        this.epoch = (uint)epoch;
        this.instance = (uint)instance;
        this.purpose = (uint)purpose;
    }

    /// <summary>32 random bits.</summary>
    public uint NextUInt32()
    {
        if (left == 0)
        {
            words = Philox(block++, instance, epoch, purpose, key);
            left = 4;
        }
        var word = (uint)words;
        words >>= 32;
        left--;
        return word;
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        ulong low = NextUInt32();
        return (ulong)NextUInt32() << 32 | low;
    }

    /// <summary>Uniform in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [low, high).</summary>
    /// <param name="low">The lower end.</param>
    /// <param name="high">The upper end.</param>
    public double NextDouble(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>Uniform in 0 .. count - 1, every value equally likely.</summary>
    /// <param name="count">The number of values, at least 1.</param>
    public int NextInt(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        // Lemire 2019: the high half of a 64-bit product; the few low halves that would favour some values are drawn again.
        var range = (uint)count;
        var product = (ulong)NextUInt32() * range;
        if ((uint)product < range)
        {
            var unfair = (0u - range) % range;
            while ((uint)product < unfair)
                product = (ulong)NextUInt32() * range;
        }
        return (int)(product >> 32);
    }

    /// <summary>Uniform in low .. high - 1, as .NET's own generator counts.</summary>
    /// <param name="low">The lowest value.</param>
    /// <param name="high">One above the highest value.</param>
    public int NextInt(int low, int high) => low + NextInt(checked(high - low));

    /// <summary>Normal with mean 0 and standard deviation 1 (Marsaglia's polar method; the second number of a pair is not kept).</summary>
    public double NextGaussian()
    {
        while (true)
        {
            var x = 2 * NextDouble() - 1;
            var y = 2 * NextDouble() - 1;
            var s = x * x + y * y;
            if (s > 0 && s < 1)
                return x * Math.Sqrt(-2 * Logarithm(s) / s);
        }
    }

    /// <summary>Puts the items into random order (Fisher–Yates), every order equally likely.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="items">The items.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>Ten rounds of Philox4x32; word i of the result is at bits 32·i.</summary>
    internal static UInt128 Philox(uint c0, uint c1, uint c2, uint c3, ulong key)
    {
        var (k0, k1) = ((uint)key, (uint)(key >> 32));
        for (var round = 0; round < 10; round++)
        {
            var p0 = 0xD2511F53UL * c0;
            var p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return new UInt128((ulong)c3 << 32 | c2, (ulong)c1 << 32 | c0);
    }

    // The natural logarithm of 0 < x < 1 by +, -, ·, / alone: Math.Log may differ in the last bit between platforms.
    // x = m·2^e with m in [√½, √2), then ln m = 2 artanh(z), z = (m - 1)/(m + 1), |z| < 0.172.
    internal static double Logarithm(double x)
    {
        var exponent = Math.ILogB(x);
        var m = Math.ScaleB(x, -exponent);
        if (m > 1.4142135623730951)
        {
            m /= 2;
            exponent++;
        }
        var z = (m - 1) / (m + 1);
        var z2 = z * z;
        var series = 0.0;
        for (var n = 21; n >= 1; n -= 2)
            series = series * z2 + 1.0 / n;
        return 2 * z * series + exponent * 0.69314718055994531;
    }
}
