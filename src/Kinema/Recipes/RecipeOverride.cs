using Kinema.Storage;

namespace Kinema.Recipes;

/// <summary>One value given on the command line: <c>--set training.epochs=16</c>, or a flag that stands for a key.</summary>
/// <param name="Path">Dotted path of a key, or of a section if the value is a mapping.</param>
/// <param name="Value">The value as YAML.</param>
/// <param name="Origin">What the user typed it as, e.g. <c>--set</c> or <c>--seed</c>.</param>
public sealed record RecipeOverride(string Path, string Value, string Origin = "--set")
{
    /// <summary>Reads the <c>a.b=c</c> of <c>--set</c>.</summary>
    /// <exception cref="KinemaException"><see cref="ExitCode.Usage"/>: there is no '=' or no key before it.</exception>
    public static RecipeOverride Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new(text[..equals].Trim(), text[(equals + 1)..].Trim())
            : throw new KinemaException(ExitCode.Usage, $"--set {text}: expected KEY=VALUE, e.g. --set training.epochs=16");
    }
}
