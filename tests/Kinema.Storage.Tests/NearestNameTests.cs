namespace Kinema.Storage.Tests;

public sealed class NearestNameTests
{
    private static readonly string[] Known = ["learning-rate", "epochs", "batch-size", "ctr-gcn", "agcn", "nw-ucla"];

    [Theory]
    [InlineData("epoch", "epochs")]
    [InlineData("ctrgcn", "ctr-gcn")]
    [InlineData("CTR-GCN", "ctr-gcn")]
    [InlineData("abtch-size", "batch-size")]
    [InlineData("learnign_rate", "learning-rate")]
    [InlineData("ucla", "nw-ucla")]
    public void A_slip_finds_what_was_meant(string wanted, string expected) => Assert.Equal(expected, NearestName.Find(wanted, Known));

    [Theory]
    [InlineData("transformer")]
    [InlineData("x")]
    [InlineData("")]
    public void A_name_that_is_near_to_none_finds_none(string wanted) => Assert.Null(NearestName.Find(wanted, Known));

    [Fact]
    public void The_nearer_of_two_wins_whatever_their_order()
    {
        Assert.Equal("joint", NearestName.Find("jont", ["joint", "bone", "point"]));
        Assert.Equal("joint", NearestName.Find("jont", ["point", "bone", "joint"]));
    }
}
