using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace Kinema.Cli.Tests;

/// <summary>What the assemblies may know of each other and of the machine, read from the built files themselves, and what their namespaces may.</summary>
public sealed class ArchitectureTests
{
    // References run one way.
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["Kinema.Storage"] = [],
        ["Kinema.Torch"] = ["Kinema.Storage"],
        ["Kinema.Skeletons"] = ["Kinema.Storage"],
        ["Kinema"] = ["Kinema.Storage", "Kinema.Torch", "Kinema.Skeletons"],
        ["Kinema.Cli"] = ["Kinema.Storage", "Kinema.Torch", "Kinema.Skeletons", "Kinema"],
    };

    // So do those between the namespaces of the method: each may know those before it.
    private static readonly string[] Namespaces =
        ["Encoders", "Evaluation", "Contrast", "Recipes", "Verification", "Runs", "Plots", "Training", "Benchmarks"];

    // Results must not depend on the hour, the place or the run; who collects garbage by hand hides a leak.
    private static readonly string[] Banned =
        ["System.DateTime.get_Now", "System.DateTimeOffset.get_Now", "System.GC.Collect", "System.Random.get_Shared", "System.Random..ctor()"];

    public static TheoryData<string> Assemblies() => [.. MayReference.Keys];

    public static TheoryData<string> Libraries() => [.. MayReference.Keys.Where(name => name != "Kinema.Cli")];

    [Theory, MemberData(nameof(Assemblies))]
    public void References_run_one_way(string assembly)
    {
        var known = Read(assembly, metadata => metadata.AssemblyReferences
            .Select(reference => metadata.GetString(metadata.GetAssemblyReference(reference).Name))
            .Where(name => name == "Kinema" || name.StartsWith("Kinema.", StringComparison.Ordinal))
            .ToList());
        Assert.Empty(known.Except(MayReference[assembly]));
    }

    [Fact]
    public void Namespaces_of_the_method_refer_to_each_other_one_way()
    {
        var (found, declared) = NamespaceReferences();
        Assert.Contains(("Recipes", "Encoders"), found); // or it sees nothing
        Assert.Empty(found.Where(one => Place(one.From) < Place(one.To)).Select(one => $"{one.From} refers to {one.To}"));
        Assert.Equal(Namespaces.Order(), declared.Order());

        static int Place(string name) => Array.IndexOf(Namespaces, name);
    }

    [Fact]
    public void Every_assembly_of_ours_beside_the_program_has_its_place_in_the_order() =>
        Assert.Empty(Directory.GetFiles(AppContext.BaseDirectory, "Kinema*.dll")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Where(name => !name.EndsWith(".Tests", StringComparison.Ordinal))
            .Except(MayReference.Keys));

    [Theory, MemberData(nameof(Libraries))]
    public void Libraries_write_to_no_console(string assembly) => Assert.DoesNotContain("System.Console", TypesUsedBy(assembly));

    [Fact]
    public void The_program_writes_to_the_console() => Assert.Contains("System.Console", TypesUsedBy("Kinema.Cli")); // or the test above sees nothing

    [Theory, MemberData(nameof(Assemblies))]
    public void Nothing_asks_for_local_time_unseeded_numbers_or_a_collection_of_garbage(string assembly) =>
        Assert.Empty(Read(assembly, metadata => metadata.MemberReferences.Select(reference => Called(metadata, reference)).ToList()).Intersect(Banned));

    [Fact]
    public void The_tensor_library_has_never_heard_of_a_skeleton()
    {
        var names = Read("Kinema.Torch", metadata => metadata.TypeDefinitions.Select(type => metadata.GetString(metadata.GetTypeDefinition(type).Name))
            .Concat(metadata.MethodDefinitions.Select(method => metadata.GetString(metadata.GetMethodDefinition(method).Name))).ToList());
        Assert.Contains("Tensor", names);
        names.RemoveAll(name => name.Contains("ClipNorm", StringComparison.Ordinal)); // PyTorch's word for shortening gradients
        Assert.DoesNotContain(names, name => new[] { "Skeleton", "Joint", "Clip" }.Any(word => name.Contains(word, StringComparison.Ordinal)));
    }

    [Fact]
    public void Skeletons_are_read_without_libtorch() => // data can be prepared, inspected and tested where libtorch is not installed
        Assert.DoesNotContain("kinema_torch", Read("Kinema.Skeletons", ModuleReferences).Concat(Read("Kinema.Storage", ModuleReferences)));

    // Each pair once, and the namespaces that files are in. Read from the sources: of a constant, a nameof or what is caught the built files keep no trace.
    private static (HashSet<(string From, string To)> References, HashSet<string> Declared) NamespaceReferences()
    {
        var known = string.Join('|', Namespaces);
        var reference = new Regex($@"(?<![\w.])(Kinema\.(?<to>{known})\b|(?<to>{known})\.[A-Z])"); // recipe.Training is a property
        var (references, declared) = (new HashSet<(string, string)>(), new HashSet<string>());
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Kinema"), "*.cs", SearchOption.AllDirectories))
        {
            var code = string.Join('\n', File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));
            var section = Regex.Match(code, @"^namespace Kinema\.(\w+)", RegexOptions.Multiline).Groups[1].Value;
            declared.Add(section);
            references.UnionWith(reference.Matches(code).Select(match => (section, match.Groups["to"].Value)).Where(pair => pair.section != pair.Value));
        }

        return (references, declared);
    }

    private static List<string> TypesUsedBy(string assembly) =>
        Read(assembly, metadata => [.. metadata.TypeReferences.Select(reference => FullName(metadata, reference))]);

    private static List<string> ModuleReferences(MetadataReader metadata) =>
        [.. Enumerable.Range(1, metadata.GetTableRowCount(TableIndex.ModuleRef))
            .Select(row => metadata.GetString(metadata.GetModuleReference(MetadataTokens.ModuleReferenceHandle(row)).Name))];

    private static List<string> Read(string assembly, Func<MetadataReader, List<string>> read)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll")));
        return read(file.GetMetadataReader());
    }

    // "Namespace.Type.Member", and "()" after a constructor without arguments.
    private static string Called(MetadataReader metadata, MemberReferenceHandle handle)
    {
        var member = metadata.GetMemberReference(handle);
        var name = metadata.GetString(member.Name);
        if (member.Parent.Kind != HandleKind.TypeReference) return name;
        var arguments = "";
        if (name == ".ctor")
        {
            var signature = metadata.GetBlobReader(member.Signature);
            _ = signature.ReadSignatureHeader();
            if (signature.ReadCompressedInteger() == 0) arguments = "()";
        }

        return $"{FullName(metadata, (TypeReferenceHandle)member.Parent)}.{name}{arguments}";
    }

    private static string FullName(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
    }
}
