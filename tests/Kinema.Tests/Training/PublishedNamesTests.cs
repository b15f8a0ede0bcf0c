using Kinema.Storage;
using Kinema.Tests.Encoders;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Tests.Training;

public sealed class PublishedNamesTests : TensorTest
{
    [Theory]
    [InlineData("")]
    [InlineData("module.")]
    [InlineData("module.model.")]
    [InlineData("encoder_q.")]
    [InlineData("module.encoder_q.")]
    public void What_all_names_begin_with_is_taken_off(string prefix)
    {
        using var network = Networks.StGcn();
        var stored = StateFiles.Save(network).ToDictionary(tensor => prefix + tensor.Name);
        Assert.Equal(network.State().Select(entry => entry.Name), PublishedNames.Match(stored, network, "f.pt").Keys);
    }

    [Theory, InlineData(""), InlineData("module.")]
    public void Of_a_momentum_contrast_the_query_encoder_is_taken_and_the_rest_keeps_its_name(string prefix)
    {
        using var network = Networks.StGcn();
        var stored = new Dictionary<string, StoredTensor> { [$"{prefix}queue"] = One("queue") };
        foreach (var tensor in StateFiles.Save(network))
        {
            stored.Add($"{prefix}encoder_k.{tensor.Name}", tensor);
            stored.Add($"{prefix}encoder_q.{tensor.Name}", tensor);
        }

        var named = PublishedNames.Match(stored, network, "f.pt");

        Assert.Empty(network.State().Select(entry => entry.Name).Except(named.Keys));
        Assert.Equal(["queue", .. network.State().Select(entry => $"encoder_k.{entry.Name}").Order(StringComparer.Ordinal)],
            named.Keys.Except(network.State().Select(entry => entry.Name)).OrderBy(name => name != "queue").ThenBy(name => name, StringComparer.Ordinal));
    }

    [Fact]
    public void A_classifier_by_another_name_is_the_networks()
    {
        using var narrow = Networks.StGcn();                                              // fcn
        using var other = Networks.Agcn();                                                // fc
        Assert.Equal(narrow.State().Select(entry => entry.Name), Match(narrow, "fcn.", "fc."));
        Assert.Equal(other.State().Select(entry => entry.Name), Match(other, "fc.", "fcn."));
        Assert.Contains("head.weight", Match(other, "fc.", "head."));                     // known to nobody

        static IEnumerable<string> Match(Kinema.Encoders.Recogniser network, string ours, string theirs) => PublishedNames.Match(
            StateFiles.Save(network).ToDictionary(
                tensor => tensor.Name.StartsWith(ours, StringComparison.Ordinal) ? theirs + tensor.Name[ours.Length..] : tensor.Name),
            network, "f.pt").Keys;
    }

    [Fact]
    public void Two_entries_of_one_name_are_refused()
    {
        using var network = Networks.StGcn();
        var stored = new Dictionary<string, StoredTensor> { ["encoder_q.queue"] = One("a"), ["queue"] = One("b"), ["encoder_k.A"] = One("c") };
        var error = Assert.Throws<KinemaException>(() => PublishedNames.Match(stored, network, "f.pt"));
        Assert.Equal(
            (ExitCode.Checkpoint, "f.pt: holds both queue and encoder_q.queue; which of them is the network's cannot be told"), (error.ExitCode, error.Message));
    }

    [Fact]
    public void Names_of_another_network_stay_as_they_are()
    {
        using var network = Networks.StGcn();
        Assert.Equal(["a.b", "c"], PublishedNames.Match(new Dictionary<string, StoredTensor> { ["a.b"] = One("a.b"), ["c"] = One("c") }, network, "f.pt").Keys);
    }

    private static StoredTensor One(string name) => StoredTensor.From(name, [1], [1.0]);
}
