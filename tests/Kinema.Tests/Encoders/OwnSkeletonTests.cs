using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

/// <summary>Every encoder on skeletons that are none of the published data sets': two coordinates, 17 joints or 3, one person or three.</summary>
public sealed class OwnSkeletonTests : TensorTest
{
    private const string Arm = "name: arm\ndims: 2\ncenter: elbow\njoints: [shoulder, elbow, wrist]\nbones: [[elbow, shoulder], [wrist, elbow]]\n";
    private const string Groups = "hyperedges: [[shoulder], [elbow, wrist]]\n";
    private const int Clips = 4, Classes = 5;

    public static TheoryData<string, string, int, int> Cases()
    {
        var cases = new TheoryData<string, string, int, int>();
        foreach (var model in TestedEncoders.All)
            foreach (var layout in (string[])["coco-17", "arm"])
                foreach (var persons in (int[])[1, 3])
                    foreach (var frames in (int[])[16, 17]) cases.Add(model.Name, layout, persons, frames);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_training_pass_gives_finite_logits_and_gradients(string model, string layout, int persons, int frames)
    {
        using var random = new Generator(1);
        var joints = layout == "arm" ? Layouts.Parse(Arm + Groups, "arm.yaml") : Layouts.Get(layout);
        using var network = Network(model, joints, persons, frames, random).Initialised();
        var input = Numbers(2, [Clips, 2, frames, network.Encoder.Input.Joints, persons], ScalarType.Float32);
        var labels = Tensor.From<long>([0, 4, 2, 1], Clips);

        var (logits, features) = network.Forward(input);
        network.Encoder.TotalLoss(Functional.CrossEntropy(logits, labels), features, labels).Backward();

        Assert.Equal($"({Clips}, {Classes})", logits.ShapeText());
        Assert.All(logits.ToArray<float>(), value => Assert.True(float.IsFinite(value)));
        var shape = network.Encoder.MapShape;
        Assert.Equal($"({Clips * shape.Persons}, {shape.Channels}, {shape.Frames}, {shape.Joints})", features.Map.ShapeText());
        Assert.All(network.NamedParameters(), entry =>
        {
            var gradient = entry.Parameter.Value.Grad;
            Assert.True(gradient is not null, $"{entry.Name} has no gradient");
            Assert.True(gradient.IsFinite().All().Item() == 1, $"the gradient of {entry.Name} is not finite");
        });
        Assert.Contains(network.Encoder.NamedParameters().Take(4), entry => entry.Parameter.Value.Grad!.Abs().Max().Item() > 1e-6); // back to the door
        network.ZeroGrad();
    }

    // What mathematics does not give: attention by groups without groups, halving below one frame, steps along bones that are not there.
    [Theory]
    [InlineData("hyperformer", 16, null, "the layout arm has none: give its file the key hyperedges")]
    [InlineData("hcn", 15, null, "halves T 4 times and takes (N, 2, T, 3, 1) with T of 16 or more; got T = 15")]
    [InlineData("infogcn", 16, 3, "fewer than the V = 3 joints of arm; got k = 3")]
    public void What_cannot_be_is_refused_in_one_line(string model, int frames, int? hops, string why)
    {
        var arm = Layouts.Parse(Arm, "arm.yaml");
        var error = Assert.Throws<ArgumentException>(
            () => EncoderRegistry.Get(model).Create(new EncoderInput(arm, 2, frames, 1), new EncoderSettings(Hops: hops)));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory, MemberData(nameof(Models))]
    public void All_but_attention_by_groups_take_a_layout_without_groups(string model)
    {
        using var random = new Generator(1);
        using var network = Network(model, Layouts.Parse(Arm, "arm.yaml"), persons: 1, frames: 16, random);
        Assert.Equal(3, network.Encoder.Input.Joints);
    }

    public static TheoryData<string> Models => [.. TestedEncoders.All.Select(model => model.Name).Where(name => name != "hyperformer")];

    private static Recogniser Network(string model, SkeletonLayout layout, int persons, int frames, Generator random) => new(
        TestedEncoders.Get(model).Create(
            new EncoderInput(layout, 2, frames, persons), new EncoderSettings(Width: TestedEncoders.LeastWidth(model), Random: random)),
        Classes);
}
