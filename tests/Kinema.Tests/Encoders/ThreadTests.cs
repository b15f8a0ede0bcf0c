using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

public sealed class ThreadTests : TensorTest
{
    // HCN's square convolutions are libtorch's, whose sums depend on the number of threads.
    public static TheoryData<string> Names => [.. TestedEncoders.All.Select(model => model.Name).Where(name => name != "hcn")];

    // As many rows as a real batch of NW-UCLA has: few of them and no library shares its sums out.
    [Theory, MemberData(nameof(Names))]
    public void A_step_of_a_real_batch_has_the_same_bits_on_any_number_of_threads(string name) => AssertSameBitsOnAnyNumberOfThreads(() =>
    {
        using var scope = TensorScope.Begin();
        using var random = new Generator(1);
        using var network = new Recogniser(
            TestedEncoders.Get(name).Create(new EncoderInput(Layouts.NwUcla, 3, 52, 1), new EncoderSettings(Width: 32, Dropout: 0)), classes: 10).Randomised();
        var clips = Tensor.Randn([16, 3, 52, 20, 1], random);
        var labels = Tensor.From<long>([.. Enumerable.Range(0, 16).Select(clip => (long)clip % 10)], 16);
        var (logits, features) = network.Forward(clips);
        network.Encoder.TotalLoss(Functional.CrossEntropy(logits, labels), features, labels).Backward();
        float[] bits = [.. logits.ToArray<float>(), .. network.NamedParameters().SelectMany(entry => entry.Parameter.Value.Grad?.ToArray<float>() ?? [])];
        network.ZeroGrad();
        return bits;
    });
}
