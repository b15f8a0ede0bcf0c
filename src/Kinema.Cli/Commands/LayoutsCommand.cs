using System.CommandLine;
using Kinema.Skeletons.Graphs;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema layouts list|show</c>: which joints a skeleton has and how they hang together.</summary>
internal static class LayoutsCommand
{
    public static Command Create() => new Verb("layouts", "the joint layouts: built-in ones and your own YAML files")
    {
        List(),
        Show(),
    }.Describe(["kinema layouts list", "kinema layouts show nw-ucla", "kinema layouts show my-suit.yaml"], "docs/data.md");

    private static Verb List() => new Verb("list", "the built-in layouts")
    {
        CommonOptions.Json(),
    }.With(["kinema layouts list", "kinema layouts list --json"], "kinema layouts show", (_, terminal) =>
    {
        if (terminal.Json)
        {
            Json.Write(terminal, "kinema.layouts", new { Layouts = Layouts.All.Select(Summary) });
            return;
        }
        var table = new TextTable("layout", "joints", "dimensions", "parts", "hyperedges", "centre") { RightAligned = [1, 2, 3, 4] };
        foreach (var layout in Layouts.All)
        {
            table.Add(layout.Name, $"{layout.JointCount}", $"{layout.Dimensions}", $"{layout.Parts.Count}", Hyperedges(layout), layout.Joints[layout.Center]);
        }
        table.Write(terminal.Out);
    });

    private static Verb Show()
    {
        var name = new Argument<string>("layout") { Description = "a built-in name, or the path of a YAML file (which is checked)" };
        var yaml = new Option<bool>("--yaml") { Description = "the layout as YAML, to start your own from" };
        return new Verb("show", "joints, bones and parts of one layout, or its YAML")
        {
            name,
            yaml,
            CommonOptions.Json(),
        }.With(
            ["kinema layouts show ntu", "kinema layouts show nw-ucla --yaml > my-suit.yaml"],
            "kinema layouts list; docs/data.md",
            (parse, terminal) => Show(Layouts.Get(parse.GetRequiredValue(name)), parse.GetValue(yaml), terminal));
    }

    private static void Show(SkeletonLayout layout, bool yaml, Terminal terminal)
    {
        if (terminal.Json)
        {
            Json.Write(terminal, "kinema.layout", Detail(layout));
            return;
        }
        if (yaml)
        {
            terminal.Out.Write(layout.Yaml);
            return;
        }
        terminal.Out.WriteLine($"{layout.Name}: {layout.JointCount} joints, {layout.Bones.Count} bones, {layout.Dimensions} dimensions; "
            + $"root {layout.Joints[layout.Root]}, centre {layout.Joints[layout.Center]}");
        terminal.Out.WriteLine();
        var twins = layout.LeftRight.SelectMany(pair => new[] { (pair.Left, pair.Right), (pair.Right, pair.Left) }).ToDictionary();
        var table = new TextTable("joint", "name", "parent", "part", "hyperedge", "mirror image") { RightAligned = [0, 4] };
        for (var joint = 0; joint < layout.JointCount; joint++)
        {
            table.Add(
                $"{joint}", layout.Joints[joint], joint == layout.Root ? "-" : layout.Joints[layout.Parents[joint]],
                string.Join(", ", layout.Parts.Where(part => part.Joints.Contains(joint)).Select(part => part.Name)),
                Group(layout, joint),
                twins.TryGetValue(joint, out var twin) ? layout.Joints[twin] : "");
        }
        table.Write(terminal.Out);
    }

    private static string Hyperedges(SkeletonLayout layout) => layout.Hyperedges.Count == 0 ? "-" : $"{layout.Hyperedges.Count}";

    private static string Group(SkeletonLayout layout, int joint) =>
        layout.Hyperedges.Count == 0 ? "-" : $"{layout.Hyperedges.ToList().FindIndex(edge => edge.Contains(joint))}";

    private static object Summary(SkeletonLayout layout) => new
    {
        layout.Name, Joints = layout.JointCount, layout.Dimensions, Parts = layout.Parts.Select(part => part.Name), Hyperedges = layout.Hyperedges.Count,
        Center = layout.Joints[layout.Center],
    };

    private static object Detail(SkeletonLayout layout) => new
    {
        layout.Name, layout.Dimensions, layout.Joints, layout.Root, layout.Center,
        Bones = layout.Bones.Select(bone => new[] { bone.Child, bone.Parent }),
        Parts = layout.Parts.ToDictionary(part => part.Name, part => part.Joints),
        layout.Hyperedges,
        LeftRight = layout.LeftRight.Select(pair => new[] { pair.Left, pair.Right }),
    };
}
