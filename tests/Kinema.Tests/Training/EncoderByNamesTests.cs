using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Skeletons.Graphs;
using Kinema.Training;

namespace Kinema.Tests.Training;

public sealed class EncoderByNamesTests : TensorTest
{
    public static TheoryData<string> Names => [.. EncoderRegistry.All.Select(model => model.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Every_encoders_names_are_told_from_the_others(string name)
    {
        using TrainedModel theirs = Model(name), asked = Model(name == "ctr-gcn" ? "agcn" : "ctr-gcn");
        var names = theirs.Network.State().Select(entry => entry.Name).ToList();

        Assert.Equal(name, EncoderByNames.Guess(names, asked));
        Assert.Null(EncoderByNames.Guess(names, theirs)); // of other widths or classes, they are its own all the same
        Assert.Null(EncoderByNames.Guess(names.Take(names.Count * 4 / 5), asked));
        Assert.Null(EncoderByNames.Guess([.. names, .. names.Take(names.Count / 5).Select(one => $"{one}.more")], asked));
    }

    private static TrainedModel Model(string name) => TrainedModel.Create(
        new Recipe { Name = "test", Data = new() { Frames = 16 }, Model = new() { Name = name, Channels = 32 } }, Layouts.NwUcla, ["a", "b"]);
}
