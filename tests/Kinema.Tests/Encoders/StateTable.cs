using System.Globalization;

namespace Kinema.Tests.Encoders;

/// <summary>A table of names and shapes as the authors' state dictionary has them, written down from their rules.</summary>
internal sealed class StateTable
{
    private readonly List<string> lines = [];

    /// <summary>The lines in order of their text, each a name and a shape.</summary>
    public IEnumerable<string> Lines => lines.Order(StringComparer.Ordinal);

    public void Entry(string name, params int[] shape) =>
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"{name} ({string.Join(", ", shape)})"));

    public void Convolution(string name, int to, int from, int taps = 1)
    {
        Entry($"{name}.weight", to, from, taps, 1);
        Entry($"{name}.bias", to);
    }

    public void Norm(string name, int features)
    {
        foreach (var part in (string[])["weight", "bias", "running_mean", "running_var"]) Entry($"{name}.{part}", features);
        Entry($"{name}.num_batches_tracked");
    }
}
