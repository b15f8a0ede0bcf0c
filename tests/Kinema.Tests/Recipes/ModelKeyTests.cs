using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;
using Kinema.Training;

namespace Kinema.Tests.Recipes;

/// <summary>What is easily forgotten when an encoder gets a recipe key of its own.</summary>
public sealed class ModelKeyTests : TensorTest
{
    public static TheoryData<string> Settings => [.. typeof(ModelSettings).GetProperties().Select(one => one.Name).Except([nameof(ModelSettings.Name)])];

    public static TheoryData<string> Keys => [.. RecipeKeys.All.Select(key => key.Path).Where(IsOfModel).Except(["model.name"])];

    [Theory, MemberData(nameof(Settings))]
    public void Every_setting_is_given_to_the_encoder_and_has_a_key(string setting)
    {
        var (property, standard, changed) = (typeof(ModelSettings).GetProperty(setting)!, new ModelSettings(), new ModelSettings());
        property.SetValue(changed, Other(property.PropertyType, property.GetValue(standard)));

        Assert.True(
            changed.ForEncoder() != standard.ForEncoder(),
            $"no encoder hears of ModelSettings.{setting}: hand it on in ForEncoder of src/Kinema/Recipes/ModelSettings.cs");
        Assert.True(
            RecipeDiff.Between(new Recipe(), new Recipe { Model = changed }).Count > 0,
            $"no recipe can say ModelSettings.{setting}: add a key to Model of src/Kinema/Recipes/RecipeKeys.cs");
    }

    [Theory, MemberData(nameof(Keys))]
    public void A_key_that_not_every_encoder_reads_is_among_the_keys_of_one(string path) => Assert.True(
        path is "model.channels" or "model.dropout" || EncoderRegistry.All.Any(model => model.Keys.Contains(path)),
        $"{path} is swallowed by encoders that do not read it: name it in the Keys of the [EncoderModel(…)] of the one that does");

    // 'models import' tells the values that no checkpoint does.
    [Theory, MemberData(nameof(Keys))]
    public void A_key_is_said_to_show_in_the_shapes_of_a_checkpoint_where_it_does(string path)
    {
        var key = RecipeKeys.Find(path)!;
        var encoder = EncoderRegistry.All.FirstOrDefault(model => model.Keys.Contains(path))?.Name ?? "ctr-gcn";

        var shows = Shapes(new RecipeOverride("model.name", encoder)) != Shapes(new("model.name", encoder), new(path, KeyValues.OtherThanDefault(key)));

        Assert.True(key.ShowsInShapes == shows, $"{path} {(shows ? "shows in the shapes: say inShapes: true" : "does not show in the shapes")}");
    }

    [Fact]
    public void No_key_but_the_encoders_shows_in_the_shapes_of_a_checkpoint() =>
        Assert.DoesNotContain(RecipeKeys.All, key => key.ShowsInShapes && !IsOfModel(key.Path));

    [Theory]
    [InlineData("model.hosp", "is none; did you mean 'model.hops'?")]
    [InlineData("my-own", "is none.")]
    public void A_key_that_an_encoder_is_registered_with_and_no_recipe_has_is_refused_with_the_nearest(string key, string why)
    {
        var model = EncoderRegistry.Get("infogcn") with { Keys = ["model.channels", key] };
        var error = Assert.Throws<KinemaException>(() => RecipeKeys.Of(model));
        Assert.Equal(
            (ExitCode.Configuration, $"the encoder 'infogcn' is registered with the recipe key '{key}', which {why} "
                + "Mend the Keys of its [EncoderModel(…)], or add the key as in docs/adding-an-encoder.md"),
            (error.ExitCode, error.Message));
    }

    private static bool IsOfModel(string path) => path.StartsWith("model.", StringComparison.Ordinal);

    private static string Shapes(params RecipeOverride[] overrides)
    {
        var recipe = RecipeLoader.Load(new() { Overrides = [new("data.frames", "16"), .. overrides] }).Recipe;
        using var model = TrainedModel.Create(recipe, Layouts.NwUcla, ["a", "b"]);
        return string.Join('\n', model.Network.State().Select(entry => $"{entry.Name} {entry.Value.Value.ShapeText()}"));
    }

    private static object Other(Type type, object? value) => (Nullable.GetUnderlyingType(type) ?? type, value) switch
    {
        ({ } whole, _) when whole == typeof(int) => value is 16 ? 32 : 16,
        ({ } number, _) when number == typeof(double) => value is 0.5 ? 0.25 : 0.5,
        (_, bool flag) => !flag,
        ({ } text, _) when text == typeof(string) => "other",
        ({ IsEnum: true } choice, _) => Enum.GetValues(choice).Cast<object>().First(one => !one.Equals(value)),
        _ => throw new InvalidOperationException($"ModelKeyTests knows no other value of the type {type}: add one"),
    };
}
