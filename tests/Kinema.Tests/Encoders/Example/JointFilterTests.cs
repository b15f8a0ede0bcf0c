using Kinema.Contrast;
using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Tests.Encoders.Example;

/// <summary>The worked example of the manual: it is what the manual prints, and it does what the manual says.</summary>
public sealed class JointFilterTests : TensorTest
{
    [Fact]
    public void The_manual_prints_this_encoder()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "tests/Kinema.Tests/Encoders/Example/JointFilter.cs"));
        var inKinema = source.Replace("using Kinema.Encoders;\n", "", StringComparison.Ordinal)
            .Replace("namespace Kinema.Tests.Encoders.Example;", "namespace Kinema.Encoders;", StringComparison.Ordinal);
        Assert.Contains($"```csharp\n{inKinema}```", File.ReadAllText(Path.Combine(Repository.Root, "docs/adding-an-encoder.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_attribute_registers_it()
    {
        var model = Assert.Single(EncoderRegistry.In(typeof(JointFilter).Assembly.GetTypes()));
        Assert.Equal("joint-filter", model.Name);
        using var encoder = model.Create(new EncoderInput(Layouts.Ntu, 3, 9, 2), new EncoderSettings(Width: 8));
        Assert.IsType<JointFilter>(encoder);
    }

    [Fact]
    public void It_learns_one_batch_by_heart()
    {
        using var network = new Recogniser(new JointFilter(new EncoderInput(Layouts.NwUcla, 3, 8, 1), new JointFilterOptions(16)), 4).Initialised();
        network.AssertLearnsOneBatchByHeart();
    }

    [Fact]
    public void Csre_plugs_into_it_without_a_line_inside_it()
    {
        using var encoder = new JointFilter(new EncoderInput(Layouts.Ntu, 3, 9, 2), new JointFilterOptions(8));
        using var random = new Generator(1);
        encoder.Initialise(random);
        using var decomposition = new FeatureDecomposition(encoder.MapShape, dimension: 12, reduction: 4);
        decomposition.Initialise(random);
        var features = encoder.Forward(Tensor.Randn([2, 3, 9, 25, 2], random));
        Assert.Equal("(4, 16, 5, 25)", features.Map.ShapeText());
        Assert.Equal("(2, 16)", features.Pooled.ShapeText());
        var (spatial, temporal) = decomposition.Forward(features.Map);
        Assert.Equal(("(2, 12)", "(2, 12)"), (spatial.ShapeText(), temporal.ShapeText()));
    }
}
