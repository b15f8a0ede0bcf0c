using Kinema.Storage;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Kinema.Recipes;

/// <summary>
/// Reads YAML text into nodes that know their line and column. No tag is resolved and no object made: text, lists and mappings only.
/// </summary>
internal static class RecipeYaml
{
    private const int LargestFile = 1 << 20;    // bytes; a recipe is a page of text
    private const int DeepestNesting = 16;      // a recipe needs 4; the reader beneath recurses, so the depth must be bounded

    /// <summary>The root of a YAML file.</summary>
    /// <exception cref="KinemaException"><see cref="ExitCode.Configuration"/>: no such file, not readable, or not YAML.</exception>
    public static YamlNode ReadFile(string path, string shownAs)
    {
        try
        {
            if (Directory.Exists(path))
                throw new KinemaException(ExitCode.Configuration, $"{shownAs}: is a folder; give the recipe file in it");
            if (new FileInfo(path).Length > LargestFile)
                throw new KinemaException(ExitCode.Configuration, $"{shownAs}: is larger than 1 MiB, so it is no recipe");
            return Read(File.ReadAllText(path), shownAs);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KinemaException(ExitCode.Configuration, $"{shownAs}: no such recipe file{Near(path)}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Configuration, $"{shownAs}: cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The root of YAML text; an empty text gives an empty node.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="shownAs">How messages name the text.</param>
    /// <exception cref="KinemaException"><see cref="ExitCode.Configuration"/>: not YAML, a key given twice, more than one
    /// document.</exception>
    public static YamlNode Read(string text, string shownAs)
    {
        try
        {
            RefuseDepth(text, shownAs);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count switch
            {
                0 => new YamlScalarNode("null") { Style = ScalarStyle.Plain },
                1 => stream.Documents[0].RootNode,
                _ => throw new KinemaException(ExitCode.Configuration,
                    $"{shownAs}: holds {stream.Documents.Count} YAML documents; keep one"),
            };
        }
        catch (YamlException error)
        {
            var what = error.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new KinemaException(ExitCode.Configuration,
                $"{shownAs}:{error.Start.Line}:{error.Start.Column}: not valid YAML: {what}", error);
        }
    }

    private static void RefuseDepth(string text, string shownAs)
    {
        var parser = new Parser(new StringReader(text));
        for (var depth = 0; parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > DeepestNesting + 2 && parser.Current is MappingStart or SequenceStart)     // + stream and document
            {
                var at = parser.Current.Start;
                throw new KinemaException(ExitCode.Configuration, $"{shownAs}:{at.Line}:{at.Column}: nested deeper than any recipe");
            }
        }
    }

    private static string Near(string path)
    {
        var folder = Path.GetDirectoryName(path);
        if (string.IsNullOrEmpty(folder) || !Directory.Exists(folder))
            return "";
        var names = Directory.EnumerateFiles(folder, "*.yaml").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);
        return NearestName.Find(Path.GetFileName(path), names) is { } near ? $"; did you mean {near}?" : "";
    }
}
