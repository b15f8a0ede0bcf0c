using Kinema.Recipes;

namespace Kinema.Tests.Recipes;

public class CsreSettingsTests
{
    [Fact]
    public void The_code_s_weighting_is_a_half_each_and_the_paper_s_one_each()
    {
        Assert.Equal((0.5, 0.5), Factors(new()));
        Assert.Equal((1.0, 1.0), Factors(new() { Weighting = CsreWeighting.Paper }));
        Assert.Equal((0.5, 0.0), Factors(new() { TemporalWeight = 0 }));
        Assert.Equal((3.0, 1.0), Factors(new() { Weighting = CsreWeighting.Paper, SpatialWeight = 3 }));

        static (double, double) Factors(CsreSettings settings) => (settings.SpatialFactor, settings.TemporalFactor);
    }

    [Theory]
    [InlineData(480, 4480)]         // NW-UCLA: 96 clips x 5 of 1,020 x 5
    [InlineData(374, 62_354)]       // NTU120 X-Sub
    [InlineData(597, 37_014)]       // NTU60 X-View
    public void Published_data_sets_keep_the_published_counts(int smallestClass, int fewestNegatives) =>
        Assert.Equal(new CsreCounts(128, 512, 512), new CsreSettings().CountsFor(smallestClass, fewestNegatives));

    [Fact]
    public void A_small_training_set_lowers_the_counts_to_half_of_what_its_bank_offers()
    {
        Assert.Equal(new CsreCounts(20, 180, 180), new CsreSettings().CountsFor(40, 360));
        Assert.Equal(new CsreCounts(1, 1, 1), new CsreSettings().CountsFor(1, 1));
        Assert.Equal(new CsreCounts(128, 512, 512), new CsreSettings { ScaleCounts = false }.CountsFor(40, 360));
    }
}
