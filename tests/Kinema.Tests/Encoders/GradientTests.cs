using System.Text.RegularExpressions;
using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

/// <summary>Gradients of whole networks against central differences in double precision, on an arm of three joints and two persons.</summary>
public sealed partial class GradientTests : TensorTest
{
    private const int Clips = 3, Classes = 3;

    private static readonly double[] Steps = [1e-6, 1e-7, 1e-8];

    private const string Arm =
        "{name: arm, dims: 2, center: elbow, joints: [shoulder, elbow, wrist], bones: [[elbow, shoulder], [wrist, elbow]], "
        + "hyperedges: [[shoulder], [elbow, wrist]]}";

    public static TheoryData<string> Models => [.. TestedEncoders.All.Select(model => model.Name)];

    [Theory, MemberData(nameof(Models))]
    public void Agree_with_finite_differences_for_every_kind_of_parameter(string model)
    {
        var shape = new EncoderInput(Layouts.Parse(Arm, "arm.yaml"), 2, model == "hcn" ? 16 : 8, 2);
        var settings = new EncoderSettings(Width: TestedEncoders.LeastWidth(model), Dropout: 0, Hops: 1);
        using var network = new Recogniser(TestedEncoders.Get(model).Create(shape, settings), Classes).Randomised();
        network.To(ScalarType.Float64);
        var input = Numbers(2, [Clips, 2, shape.Frames, 3, 2]);
        var labels = Tensor.From<long>([1, 0, 2], Clips);
        Loss().Backward();

        var kinds = network.NamedParameters()
            .Where(entry => !entry.Name.EndsWith("ypos", StringComparison.Ordinal))      // a sign, as its authors have it, and no derivative
            .GroupBy(entry => Number().Replace(entry.Name, "#")).ToList();
        var moved = 0;
        foreach (var (i, kind) in kinds.Index())
        {
            var (name, parameter) = kind.ElementAt(i % kind.Count());                    // from block to block
            double[] gradient = parameter.Value.Grad?.ToArray<double>() ?? new double[parameter.Value.Elements];
            var at = Array.FindIndex(gradient, value => Math.Abs(value) == gradient.Max(Math.Abs));
            // A ReLU or a maximum that turns within a step spoils its difference; a shorter step may not reach it. A wrong gradient agrees with none.
            double[] expected = [.. Steps.Select(step => Difference(parameter.Value.Memory<double>(), at, step))];
            Assert.True(
                expected.Any(value => Math.Abs(gradient[at] - value) <= (1e-5 * Math.Abs(value)) + 1e-7),
                $"{name}[{at}]: {gradient[at]:R}, differences say {string.Join(", ", expected)}");
            if (Math.Abs(gradient[at]) > 1e-6) moved++;
        }

        Assert.True(moved >= kinds.Count / 2, $"only {moved} of {kinds.Count} kinds of parameters move the loss");
        network.ZeroGrad();

        Tensor Loss()
        {
            var (logits, features) = network.Forward(input);
            return network.Encoder.TotalLoss(Functional.CrossEntropy(logits, labels), features, labels);
        }

        double Difference(Span<double> memory, int at, double step)
        {
            using var scope = TensorScope.Begin();
            using var mode = Autograd.NoGrad();
            var value = memory[at];
            memory[at] = value + step;
            var above = Loss().Item();
            memory[at] = value - step;
            var below = Loss().Item();
            memory[at] = value;
            return (above - below) / (2 * step);
        }
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
