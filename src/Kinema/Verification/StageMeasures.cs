using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Verification;

/// <summary>What recordings keep of the outputs of blocks instead of the outputs: some rows and channels, moments, the first values.</summary>
internal static class StageMeasures
{
    /// <summary>A map in part: of the rows <c>feature.rows</c> the channels <c>feature.channels</c>.</summary>
    internal static Comparison Features(Recording recording, Tensor map, ScalarType type)
    {
        if (recording.Contains("feature.rows")) map = map.IndexSelect(0, recording.Read("feature.rows", type));
        if (recording.Contains("feature.channels")) map = map.IndexSelect(1, recording.Read("feature.channels", type));
        return Comparison.Of("feature.eval", map, recording.Read("feature.eval", ScalarType.Float64));
    }

    /// <summary>One row for each block in order: mean, mean of the absolute values, and standard deviation (unbiased) of its output.</summary>
    internal static Comparison Trace(Recording recording, string name, IEnumerable<(string Name, Tensor Output)> stages)
    {
        var expected = recording.Read(name, ScalarType.Float64);
        double[] actual = [.. stages.SelectMany(stage => Moments(stage.Output.ToArray<double>()))];
        return actual.Length == expected.Elements
            ? Comparison.Of(name, expected.ShapeText(), actual, expected.ToArray<double>())
            : throw new KinemaException(
                ExitCode.Checkpoint, $"{recording.Path}: {name} is {expected.ShapeText()}; this network has {actual.Length / 3} blocks");

        static double[] Moments(double[] values)
        {
            var mean = values.Average();
            return [mean, values.Average(value => Math.Abs(value)), Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1))];
        }
    }

    /// <summary>Mean, population standard deviation, and the first 32 values of a block's output.</summary>
    internal static Comparison Probe(Recording recording, string name, Dictionary<string, Tensor> stages)
    {
        var values = Stage(recording, name["probe.".Length..].Replace(".eval", "", StringComparison.Ordinal), stages).ToArray<double>();
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        var expected = recording.Read(name, ScalarType.Float64).ToArray<double>();
        return Comparison.Of(name, $"({expected.Length})", [mean, deviation, .. values.Take(expected.Length - 2)], expected);
    }

    /// <summary>The output of a block.</summary>
    /// <exception cref="KinemaException">The network has no block of this name.</exception>
    internal static Tensor Stage(Recording recording, string name, Dictionary<string, Tensor> stages) => stages.TryGetValue(name, out var output)
        ? output
        : throw new KinemaException(ExitCode.Checkpoint, $"{recording.Path}: records the output of {name}, which this network does not have");
}
