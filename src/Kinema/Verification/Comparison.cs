using Kinema.Torch;

namespace Kinema.Verification;

/// <summary>How far one result is from the recorded one.</summary>
/// <param name="Result">Its name in the recording.</param>
/// <param name="Shape">As in <c>(2, 10)</c>.</param>
/// <param name="Largest">The largest absolute value recorded.</param>
/// <param name="Absolute">The largest absolute difference.</param>
/// <param name="Relative">The largest absolute difference over the largest value recorded; over 1 where that is 0.</param>
/// <param name="RelativeNorm">
/// Euclidean length of the difference over that of the recorded tensor: the measure for gradients in single precision, where a few ReLU
/// decisions flip and the largest difference says little.
/// </param>
public sealed record Comparison(string Result, string Shape, double Largest, double Absolute, double Relative, double RelativeNorm)
{
    /// <summary>Whether the result is within a relative tolerance. NaN never is.</summary>
    public bool Within(double tolerance) => Relative <= tolerance;

    /// <summary>Compares a result with what was recorded.</summary>
    public static Comparison Of(string name, Tensor actual, Tensor expected)
    {
        ArgumentNullException.ThrowIfNull(actual);
        ArgumentNullException.ThrowIfNull(expected);
        var shape = expected.ShapeText();
        if (!actual.Sizes.SequenceEqual(expected.Sizes) && actual.Elements != expected.Elements)
            return new Comparison($"{name} is {actual.ShapeText()}", shape, double.NaN, double.NaN, double.NaN, double.NaN);
        return Of(name, shape, actual.ToArray<double>(), expected.ToArray<double>());
    }

    /// <summary>Compares numbers.</summary>
    public static Comparison Of(string name, string shape, ReadOnlySpan<double> actual, ReadOnlySpan<double> expected)
    {
        double largest = 0, absolute = 0, differences = 0, values = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = Math.Abs(actual[i] - expected[i]);
            if (double.IsNaN(difference)) return new Comparison(name, shape, double.NaN, double.NaN, double.NaN, double.NaN);
            absolute = Math.Max(absolute, difference);
            largest = Math.Max(largest, Math.Abs(expected[i]));
            differences += difference * difference;
            values += expected[i] * expected[i];
        }

        return new Comparison(name, shape, largest, absolute, absolute / (largest > 0 ? largest : 1), Math.Sqrt(differences / (values > 0 ? values : 1)));
    }
}
