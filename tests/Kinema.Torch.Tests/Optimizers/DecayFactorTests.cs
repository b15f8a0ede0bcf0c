namespace Kinema.Torch.Tests.Optimizers;

public sealed class DecayFactorTests : TensorTest
{
    [Theory]
    [InlineData("sgd"), InlineData("adam"), InlineData("adamw")]
    public void Weight_decay_may_be_multiplied_for_some_parameters(string kind)
    {
        foreach (var (factor, type) in new[] { (0.0, ScalarType.Float32), (10, ScalarType.Float32), (0, ScalarType.Float64), (10, ScalarType.Float64) })
        {
            using var plain = Make(0.01 * factor, null, out var expected);
            using var scaled = Make(0.01, name => name == "other" ? 1 : factor, out var actual);
            using var together = Make(0.01, name => name == "other" ? 1 : factor, out var listed);
            for (var step = 0; step < 3; step++)
            {
                foreach (var parameter in (Parameter[])[expected, actual, listed]) parameter.Value.Grad = Numbers(5, [40], type);
                plain.Step(0.1);
                scaled.Step(0.1);
                together.StepTogether(0.1);
            }

            Assert.Equal(expected.Value.ToArray<double>(), actual.Value.ToArray<double>());
            AssertClose(expected.Value, listed.Value, type == ScalarType.Float32 ? 1e-5 : 1e-12);
            foreach (var parameter in plain.Parameters.Concat(scaled.Parameters).Concat(together.Parameters)) parameter.Dispose();

            Optimizer Make(double decay, Func<string, double>? factors, out Parameter first)
            {
                first = new Parameter(Numbers(4, [40], type));
                var other = new Parameter(Numbers(6, [40], type));
                other.Value.Grad = Numbers(7, [40], type);
                (string, Parameter)[] parameters = [("first", first), ("other", other)];
                return kind == "sgd"
                    ? new Sgd(parameters, new SgdOptions(WeightDecay: decay, DecayFactor: factors))
                    : new AdamW(parameters, new AdamWOptions(WeightDecay: decay, Decoupled: kind == "adamw", DecayFactor: factors));
            }
        }
    }
}
