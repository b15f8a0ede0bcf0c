using Kinema.Torch;

namespace Kinema.Tests.Encoders.Kernels;

/// <summary>The normalisations and convolutions of the branches, with numbers everywhere.</summary>
internal sealed class BranchParts : Module
{
    internal BranchParts(int c, int stride, bool training, ScalarType type)
    {
        Norms = [.. Enumerable.Range(0, 3).Select(i => Add($"norm{i}", new BatchNorm(c)))];
        Convolutions = [.. Enumerable.Range(1, 2).Select(d => Add($"conv{d}", new Conv2d(c, c, (5, 1), (stride, 1), (2 * d, 0), (d, 1))))];
        using var random = new Generator(5);
        Initialise(random);
        foreach (var norm in Norms)
        {
            Init.Uniform(norm.Weight, 0.5, 1.5, random);
            Init.Uniform(norm.Bias, -0.5, 0.5, random);
            Init.Uniform(norm.RunningMean, -0.5, 0.5, random);
            Init.Uniform(norm.RunningVariance, 0.5, 1.5, random);
        }

        To(type);
        if (!training) Eval();
    }

    internal BatchNorm[] Norms { get; }

    internal Conv2d[] Convolutions { get; }
}
