using System.IO.Compression;
using Kinema.Skeletons.Datasets.Ntu;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Tests.Datasets.Ntu;

public sealed class NtuSetTests
{
    private const string Lists = "data/ntu-statistics.zip";

    [Theory]
    [InlineData("ntu60", 60, 56_880, 302)]
    [InlineData("ntu120", 120, 114_480, 535)]
    public void Official_names_and_the_list_of_missing_ones_have_the_published_sizes(string name, int classes, int files, int missing)
    {
        var set = Set(name);
        var official = set.Official.ToList();

        Assert.Equal((classes, classes), (set.Classes.Count, set.Classes.Distinct(StringComparer.Ordinal).Count()));
        Assert.Equal((files, missing), (official.Count, set.Missing.Count));
        Assert.Equal(official.Order().Distinct(), official);
        Assert.Subset(official.ToHashSet(), set.Missing.ToHashSet());
        Assert.All(official, clip => Assert.Null(set.Foreign(clip)));
    }

    [Theory]
    [InlineData("ntu60", "xsub", 40_091, 16_487)]
    [InlineData("ntu60", "xview", 37_646, 18_932)]
    [InlineData("ntu120", "xsub", 63_026, 50_919)]
    [InlineData("ntu120", "xset", 54_468, 59_477)]
    public void Protocols_divide_the_set_as_published(string name, string protocol, int train, int test)
    {
        var set = Set(name);
        var chosen = set.Protocols.Single(known => known.Name == protocol);

        var sides = set.Official.Where(clip => !set.Missing.Contains(clip)).CountBy(clip => chosen.Side(Facts(clip))!).ToDictionary();

        Assert.Equal(train, sides["train"]);
        Assert.Equal(test, sides["test"]);
        Assert.Equal(2, sides.Count);
    }

    [SharedFact(Lists)]
    public void Usable_names_are_those_of_the_published_lists()
    {
        Assert.Equal(ReadList("ntu/skes_available_name.txt"), Usable(NtuSet.Ntu60));
        Assert.Equal(ReadList("ntu120/skes_available_name.txt"), Usable(NtuSet.Ntu120));

        static IEnumerable<string> Usable(NtuSet set) => set.Official.Where(clip => !set.Missing.Contains(clip)).Select(clip => $"{clip}");
    }

    [SharedFact("specs/ntu60-missing-skeletons.txt")]
    public void Missing_names_of_the_first_set_are_those_of_its_own_list() => Assert.Equal(
        File.ReadLines(Repository.Shared("specs/ntu60-missing-skeletons.txt")).Where(line => line.Length > 0).Order(StringComparer.Ordinal),
        NtuSet.Ntu60.Missing.Order().Select(name => $"{name}"));

    [Theory]
    [InlineData("ntu60", "S001C001P001R001A061", "NTU RGB+D 60 has no action 61: they are 1 to 60")]
    [InlineData("ntu60", "S018C001P001R001A001", "NTU RGB+D 60 has no setup 18: they are 1 to 17")]
    [InlineData("ntu120", "S001C001P001R001A121", "NTU RGB+D 120 has no action 121: they are 1 to 120")]
    [InlineData("ntu120", "S001C004P001R001A001", "NTU RGB+D 120 has no camera 4: they are 1 to 3")]
    [InlineData("ntu120", "S001C001P000R001A001", "NTU RGB+D 120 has no performer 0: they are 1 to 106")]
    [InlineData("ntu60", "S001C001P001R003A001", "NTU RGB+D 60 has no replication 3: they are 1 to 2")]
    public void A_clip_of_another_set_is_told_why(string set, string clip, string reason) =>
        Assert.Equal(reason, Set(set).Foreign(NtuName.Parse(clip)!.Value));

    [Theory]
    [InlineData(1, "drink water")]
    [InlineData(24, "kicking something")]
    [InlineData(50, "punch/slap")]
    [InlineData(60, "walking apart")]
    [InlineData(61, "put on headphone")]
    [InlineData(80, "squat down")]
    [InlineData(99, "run on the spot")]
    [InlineData(120, "rock-paper-scissors")]
    public void Actions_have_their_official_numbers(int action, string name) => Assert.Equal(name, NtuSet.Ntu120.Classes[action - 1]);

    private static NtuSet Set(string name) => name == "ntu60" ? NtuSet.Ntu60 : NtuSet.Ntu120;

    private static ClipFacts Facts(NtuName clip) => new($"{clip}", clip.Label, clip.Performer, clip.Camera, clip.Setup, 1, 1);

    private static List<string> ReadList(string name)
    {
        using var archive = ZipFile.OpenRead(Repository.Shared(Lists));
        using var reader = new StreamReader(archive.GetEntry(name)!.Open());
        return [.. reader.ReadToEnd().Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
    }
}
