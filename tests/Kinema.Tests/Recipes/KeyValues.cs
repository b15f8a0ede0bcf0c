using Kinema.Recipes;
using YamlDotNet.RepresentationModel;

namespace Kinema.Tests.Recipes;

/// <summary>Values for tests that change a key, whatever it is.</summary>
internal static class KeyValues
{
    // Four divides what batch sizes become by it.
    private static readonly string[] Common = ["other", "4", "16", "0.5", "0.25", "[1]", "cuda:1"];

    /// <summary>A value, as YAML, that the key allows and does not have by default; of a choice the first.</summary>
    /// <exception cref="InvalidOperationException">None of those that are tried here is one.</exception>
    public static string OtherThanDefault(RecipeKey key) =>
        Common.Concat(key.Allowed.Split(" or ")).FirstOrDefault(text => text != key.Default && Reads(key, text))
            ?? throw new InvalidOperationException($"{key.Path} takes {key.Allowed}: KeyValues knows no value for that, add one");

    private static bool Reads(RecipeKey key, string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return key.Read(yaml.Documents[0].RootNode, out _, out _);
    }
}
