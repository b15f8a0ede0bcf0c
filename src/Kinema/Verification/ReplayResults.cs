using Kinema.Torch;

namespace Kinema.Verification;

/// <summary>What a replay has compared with its recording so far.</summary>
internal sealed class ReplayResults(Recording recording)
{
    private readonly List<Comparison> all = [];

    internal IReadOnlyList<Comparison> All => all;

    /// <summary>Compares with what the recording holds under this name.</summary>
    internal void Compare(string name, Tensor actual) => Add(Comparison.Of(name, actual, recording.Read(name, ScalarType.Float64)));

    internal void Add(Comparison comparison) => all.Add(comparison);
}
