using System.Text.RegularExpressions;
using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Tests.Encoders;

/// <summary>What the pages in docs/encoders say of an encoder is what it does.</summary>
public sealed class EncoderCardTests : TensorTest
{
    public static TheoryData<string> Names => [.. EncoderRegistry.All.Select(model => model.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_card_says_which_widths_and_how_many_clips_its_encoder_takes(string name)
    {
        var card = Card(name);
        using var encoder = EncoderRegistry.Get(name).Create(new EncoderInput(Layouts.NwUcla, 3, 16, 1), new EncoderSettings(32));

        Assert.True(
            Regex.IsMatch(card, @"\| `model\.channels` \|.*; a multiple of (16 up to 1,024|32,)"),
            $"docs/encoders/{name}.md wants a row '| `model.channels` | what it is; a multiple of 16 up to 1,024 |'");
        var clips = $"N ≥ {encoder.LeastClips} clips at a time";
        Assert.True(
            encoder.LeastClips > 1 == card.Contains(clips, StringComparison.Ordinal),
            $"docs/encoders/{name}.md {(encoder.LeastClips > 1 ? "is to say" : "has no reason to say")} '{clips}': LeastClips is {encoder.LeastClips}");
    }

    [Fact]
    public void The_layout_file_of_hyperformers_card_groups_joints_as_its_authors_do_for_the_bone_streams_of_nw_ucla()
    {
        int[] authors = [0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 2, 2, 2, 0, 2, 2, 2];
        const string groups = "hyperedges:\n(  - .*\n)+";
        var printed = Assert.Single(Regex.Matches(Card("hyperformer"), groups)).Value;

        var layout = Layouts.Parse(Regex.Replace(Layouts.NwUcla.Yaml, groups, printed), "bone.yaml");

        Assert.Equal(authors, Enumerable.Range(0, 20).Select(joint => layout.Hyperedges.ToList().FindIndex(group => group.Contains(joint))));
        using var network = new Recogniser(Hyperformer.Create(new EncoderInput(layout, 3, 8, 1), new EncoderSettings(32)), 10).Initialised();
        Assert.Equal("(2, 10)", network.Forward(Tensor.Zeros([2, 3, 8, 20, 1])).Logits.ShapeText());
    }

    // docs/adding-an-encoder.md: the source of noise is for every encoder; dropout before the classifier stays unless the encoder drops inside.
    [Theory, InlineData(0.0), InlineData(0.5)]
    public void An_encoder_that_draws_noise_keeps_the_dropout_before_its_classifier(double dropout)
    {
        var recipe = new Recipe
        {
            Name = "noisy", Data = new() { Frames = 8 }, Model = new() { Name = "infogcn", Channels = 16, Dropout = dropout },
        };
        using var random = new Generator(1);
        using var network = TrainedModel.Create(recipe, Layouts.NwUcla, ["a", "b"], random).Network.Initialised();
        network.Train();
        var clips = Tensor.Randn([2, 3, 8, 20, 1], random);

        var (logits, features) = network.Forward(clips);

        Assert.False(network.Encoder.DropsInside);
        var pooled = features.Pooled.ToArray<float>();
        Assert.NotEqual(pooled, network.Forward(clips).Features.Pooled.ToArray<float>());    // noise is drawn
        var state = network.State().ToDictionary(entry => entry.Name, entry => entry.Value.Value);
        var (weight, bias) = (state["decoder.weight"].ToArray<float>(), state["decoder.bias"].ToArray<float>());
        var width = pooled.Length / 2;
        var firstLogit = bias[0] + Enumerable.Range(0, width).Sum(d => weight[d] * pooled[d]); // of the first clip, nothing dropped
        Assert.Equal(dropout > 0, Math.Abs(firstLogit - logits.ToArray<float>()[0]) > 1e-3);
    }

    private static string Card(string name)
    {
        var path = Path.Combine(Repository.Root, "docs", "encoders", name + ".md");
        Assert.True(File.Exists(path), $"the encoder {name} has no card: write docs/encoders/{name}.md; docs/adding-an-encoder.md says what it holds");
        return File.ReadAllText(path);
    }
}
