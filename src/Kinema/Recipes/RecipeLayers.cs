using Kinema.Storage;
using YamlDotNet.RepresentationModel;

namespace Kinema.Recipes;

/// <summary>
/// Collects values layer by layer, weakest first, and every fault on the way; nothing throws before <see cref="Resolve"/>, so that all
/// are told at once.
/// </summary>
internal sealed class RecipeLayers(string currentFolder)
{
    private readonly Dictionary<string, object?> values = [];
    private readonly Dictionary<string, RecipeOrigin> origins = [];
    private readonly List<string> faults = [];

    /// <summary>One text being read: how messages name it, where its relative paths start, and what it may do.</summary>
    private sealed record Source(string Name, string Folder, bool IsFile, bool MaySetName);

    public void NameAfter(string file)
    {
        values["name"] = Path.GetFileNameWithoutExtension(file);
        origins["name"] = new(file);
    }

    public void AddFile(string path) => AddFile(path, new(path, "", IsFile: true, MaySetName: true), []);

    public void AddText(string text, string shownAs) =>
        Collect(() => Walk(RecipeYaml.Read(text, shownAs), "", new(shownAs, currentFolder, IsFile: true, MaySetName: true)));

    public void AddValue(string path, string yaml, string origin) =>
        Collect(() => Assign(RecipeYaml.Read(yaml, $"{origin} {path}={yaml}"), path,
            new(origin, currentFolder, IsFile: false, MaySetName: true), null));

    public (Recipe Recipe, IReadOnlyDictionary<string, RecipeOrigin> Origins) Resolve()
    {
        var recipe = RecipeKeys.All
            .Where(key => values.ContainsKey(key.Path))
            .Aggregate(new Recipe(), (made, key) => key.With(made, values[key.Path]));
        if (faults.Count == 0)
            faults.AddRange(RecipeRules.Broken(recipe).Select(broken =>
                $"{origins.GetValueOrDefault(broken.Path, RecipeOrigin.Default)}: {broken.Path} {broken.Fault}"));
        if (faults.Count == 0)
            return (recipe, origins);

        var all = faults.Distinct().ToList();       // a file reached twice tells its faults once
        throw new KinemaException(ExitCode.Configuration,
            all.Count == 1 ? all[0] : $"{all.Count} faults in the configuration:\n  {string.Join("\n  ", all)}");
    }

    private void AddFile(string path, Source source, string[] above)
    {
        var full = Path.GetFullPath(path, currentFolder);
        if (above.Contains(full))
        {
            var circle = string.Join(" -> ", above.SkipWhile(file => file != full).Append(full).Select(Path.GetFileName));
            faults.Add($"{source.Name}: extends itself: {circle}; break the circle");
            return;
        }

        Collect(() =>
        {
            var root = RecipeYaml.ReadFile(full, source.Name);
            var here = source with { Folder = Path.GetDirectoryName(full)! };
            if (Extended(root, here) is { } parent)
            {
                var shown = Path.Combine(Path.GetDirectoryName(source.Name) ?? "", parent);
                AddFile(Path.Combine(here.Folder, parent), new(shown, "", IsFile: true, MaySetName: false), [.. above, full]);
            }

            Walk(root, "", here);
        });
    }

    private string? Extended(YamlNode root, Source source)
    {
        var extends = new YamlScalarNode("extends");
        if (root is not YamlMappingNode map || !map.Children.TryGetValue(extends, out var node) || RecipeValues.IsNull(node))
            return null;
        if (node is YamlScalarNode { Value: { Length: > 0 } parent })
            return parent;
        faults.Add($"{At(node, source)}: extends must be the path of one recipe file; got {RecipeValues.Found(node)}");
        return null;
    }

    /// <summary>Goes through a section of a file; "" is the top.</summary>
    private void Walk(YamlNode node, string section, Source source)
    {
        if (RecipeValues.IsNull(node))
            return;
        if (node is not YamlMappingNode map)
        {
            var what = section.Length == 0 ? "a recipe" : section;
            faults.Add($"{At(node, source)}: {what} must be a section with {Names(section)}; got {RecipeValues.Found(node)}");
            return;
        }

        foreach (var (name, value) in map.Children)
        {
            if (name is not YamlScalarNode { Value: { } text })
                faults.Add($"{At(name, source)}: a key must be a name; got {RecipeValues.Found(name)}");
            else if (section.Length > 0 || text != "extends" || !source.IsFile)
                Assign(value, section.Length == 0 ? text : $"{section}.{text}", source, name);
        }
    }

    /// <summary>Puts a value at a path; <paramref name="name"/> is the node to point at when the path does not exist.</summary>
    private void Assign(YamlNode value, string path, Source source, YamlNode? name)
    {
        if (RecipeKeys.Find(path) is { } key)
        {
            var origin = At(value, source);
            if (!key.Read(value, out var read, out var fault))
                faults.Add($"{origin}: {path} {fault}");
            else if (path != "name" || source.MaySetName)
                (values[path], origins[path]) = (FromFolder(path, read, source.Folder), origin);
        }
        else if (RecipeKeys.NamesIn(path) is not null)
            Walk(value, path, source);
        else
            faults.Add($"{At(name, source)}: unknown key {path}{Hint(path, source)}");
    }

    private static object? FromFolder(string path, object? value, string folder) => (path, value) switch
    {
        ("data.path" or "data.labels", string given) => Path.GetFullPath(given, folder),
        ("data.layout", string given) when Path.GetExtension(given) is ".yaml" or ".yml" => Path.GetFullPath(given, folder),
        _ => value,
    };

    private static string Hint(string path, Source source)
    {
        if (path == "extends" && !source.IsFile)
            return "; extends works inside a recipe file, --config FILE adds one here";
        var dot = path.LastIndexOf('.');
        var (section, name) = dot < 0 ? ("", path) : (path[..dot], path[(dot + 1)..]);
        if (RecipeKeys.NamesIn(section) is { } names && NearestName.Find(name, names) is { } sibling)
            return $"; did you mean {(section.Length == 0 ? sibling : $"{section}.{sibling}")}?";
        return RecipeKeys.All.FirstOrDefault(key => key.Path.EndsWith("." + name, StringComparison.Ordinal))?.Path is { } elsewhere
            ? $"; did you mean {elsewhere}?"
            : RecipeKeys.Nearest(path) is { } near ? $"; did you mean {near}?"
            : RecipeKeys.NamesIn(section) is null ? $"; the sections are {Names("")}" : $"; known here: {Names(section)}";
    }

    private static string Names(string section) => string.Join(", ", RecipeKeys.NamesIn(section)!);

    private static RecipeOrigin At(YamlNode? node, Source source) =>
        source.IsFile && node is not null ? new(source.Name, (int)node.Start.Line, (int)node.Start.Column) : new(source.Name);

    private void Collect(Action read)
    {
        try
        {
            read();
        }
        catch (KinemaException error)
        {
            faults.Add(error.Message);
        }
    }
}
