using Kinema.Encoders;
using System.Text.Json;
using Kinema.Recipes;

namespace Kinema.Tests.Recipes;

public class RecipeTextTests
{
    [Theory]
    [InlineData("plain words/with-marks.1")]
    [InlineData("null")]
    [InlineData("Yes")]
    [InlineData("12")]
    [InlineData("a: b # c")]
    [InlineData(" led by a space")]
    [InlineData("two\nlines\tand \"quotes\" and \\ 'more'")]
    [InlineData("naïve — τ = 0.8, 骨")]
    [InlineData("")]
    [InlineData("- not a list")]
    [InlineData("{not: a section}")]
    public void Any_text_reads_back_unchanged(string text)
    {
        var recipe = new Recipe { Paper = text, Data = new() { Layout = text.Length == 0 ? null : text } };

        var again = RecipeLoader.Parse(RecipeText.ToYaml(recipe), "config.yaml");

        Assert.Equal((text, recipe.Data.Layout), (again.Paper, again.Data.Layout));
    }

    [Theory, InlineData(0.1), InlineData(1e-7), InlineData(0.1 + 0.2), InlineData(99.999999999999986)]
    public void Numbers_read_back_to_the_last_bit(double number)
    {
        var recipe = new Recipe { Csre = new() { Temperature = number, SpatialWeight = number } };

        var again = RecipeLoader.Parse(RecipeText.ToYaml(recipe), "config.yaml");

        Assert.Equal((number, (double?)number, null), (again.Csre.Temperature, again.Csre.SpatialWeight, again.Csre.TemporalWeight));
    }

    [Fact]
    public void Every_key_can_be_changed_and_reads_back()
    {
        string[] own = [.. EncoderRegistry.All.SelectMany(model => model.Keys)];
        var changed = RecipeKeys.All.Where(key => !own.Contains(key.Path)).Select(key => (key.Path, Value: KeyValues.OtherThanDefault(key))).ToList();
        var recipe = RecipeLoader.Load(new() { Overrides = [.. changed.Select(item => new RecipeOverride(item.Path, item.Value))] }).Recipe;

        var again = RecipeLoader.Parse(RecipeText.ToYaml(recipe), "config.yaml");

        Assert.Equal(RecipeKeys.All.Select(key => key.Path).Except(own),
            RecipeDiff.Between(new(), again).Select(change => change.Path));
        Assert.Empty(RecipeDiff.Between(recipe, again));
    }

    [Fact]
    public void Every_key_of_one_encoder_can_be_changed_with_it_and_reads_back()
    {
        Assert.All(EncoderRegistry.All.Where(model => model.Keys.Count > 0), model => Assert.All(model.Keys, path =>
        {
            RecipeOverride[] overrides = [new("model.name", model.Name), new(path, KeyValues.OtherThanDefault(RecipeKeys.Find(path)!))];
            var recipe = RecipeLoader.Load(new() { Overrides = overrides }).Recipe;

            var again = RecipeLoader.Parse(RecipeText.ToYaml(recipe), "config.yaml");

            Assert.Equal(["model.name", path], RecipeDiff.Between(new(), again).Select(change => change.Path));
        }));
    }

    [Fact]
    public void Json_holds_the_same_tree()
    {
        var recipe = new Recipe { Name = "a/b", Csre = new() { Enabled = true, SpatialWeight = 0.25 } };

        using var json = JsonDocument.Parse(RecipeText.ToJson(recipe));
        var root = json.RootElement;

        Assert.Equal("a/b", root.GetProperty("name").GetString());
        Assert.Equal(0.25, root.GetProperty("csre").GetProperty("spatial-weight").GetDouble());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("csre").GetProperty("temporal-weight").ValueKind);
        Assert.Equal("steps", root.GetProperty("training").GetProperty("schedule").GetProperty("kind").GetString());
        Assert.Equal(55, root.GetProperty("training").GetProperty("schedule").GetProperty("steps")[1].GetInt32());
        Assert.Equal(RecipeKeys.All.Count, Leaves(root));
    }

    [Fact]
    public void A_resumed_run_s_changes_are_told_as_old_and_new()
    {
        var old = new Recipe();
        var @new = old with { Training = old.Training with { Epochs = 16, Schedule = old.Training.Schedule with { Steps = [10, 14] } } };

        Assert.Equal(["training.epochs: 65 -> 16", "training.schedule.steps: [35, 55] -> [10, 14]"],
            RecipeDiff.Between(old, @new).Select(change => change.ToString()));
    }

    private static int Leaves(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject().Sum(property => Leaves(property.Value)) : 1;
}
