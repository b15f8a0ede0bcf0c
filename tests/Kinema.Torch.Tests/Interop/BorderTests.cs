using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Kinema.Torch.Interop;

namespace Kinema.Torch.Tests.Interop;

public sealed partial class BorderTests
{
    private static readonly string[] Imports = [.. typeof(NativeMethods)
        .GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
        .Select(method => method.Name)
        .Where(name => name.StartsWith("kt_", StringComparison.Ordinal))];

    private static readonly string Header = File.ReadAllText(Path.Combine(Repository.Root, "native", "include", "kinema_torch.h"));

    [Fact]
    public void Every_import_has_its_export_in_the_built_library()
    {
        var library = NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "libkinema_torch.so"));
        Assert.NotEmpty(Imports);
        Assert.DoesNotContain(Imports, name => !NativeLibrary.TryGetExport(library, name, out _));
    }

    [Fact]
    public void Every_function_of_the_header_has_its_import_and_the_other_way_round()
    {
        var declared = Declaration().Matches(Header).Select(match => match.Groups["name"].Value).ToHashSet();
        Assert.True(
            declared.SetEquals(Imports), $"only in C: {string.Join(" ", declared.Except(Imports))}; only in C#: {string.Join(" ", Imports.Except(declared))}");
    }

    [Fact]
    public void Every_import_takes_as_many_arguments_as_its_function()
    {
        foreach (var match in Declaration().Matches(Header).Cast<Match>())
        {
            var parameters = match.Groups["parameters"].Value;
            var expected = parameters.Trim() == "void" ? 0 : parameters.Count(c => c == ',') + 1;
            var import = typeof(NativeMethods).GetMethod(match.Groups["name"].Value, BindingFlags.Static | BindingFlags.NonPublic)!;
            Assert.True(expected == import.GetParameters().Length, $"{import.Name} takes {expected} arguments in C, {import.GetParameters().Length} in C#");
        }
    }

    [Fact]
    public void Both_sides_speak_the_same_version_of_the_border()
    {
        Assert.Equal(NativeMethods.Abi, NativeMethods.kt_abi());
        Assert.Equal(NativeMethods.Abi, Constant("KT_ABI"));
        Assert.Equal(NativeMethods.MaxDims, Constant("KT_MAX_DIMS"));
    }

    [Fact]
    public void Numbers_of_statuses_and_tags_agree()
    {
        foreach (var status in Enum.GetValues<Status>()) Assert.Equal((int)status, Member($"KT_{status.ToString().ToUpperInvariant()}"));
        foreach (var unit in Enum.GetValues<BFloat16Unit>()) Assert.Equal((int)unit, Member($"KT_BF16_{unit.ToString().ToUpperInvariant()}"));
        foreach (var tag in Enum.GetValues<Tag>()) Assert.Equal((int)tag, Member($"KT_{tag.ToString().ToUpperInvariant()}"));
    }

    [Fact]
    public void Structures_have_the_size_and_the_fields_of_their_C_twins()
    {
        Assert.Equal(16, Unsafe.SizeOf<NativeValue>());                                     // two int32, one union of 8 bytes
        Assert.Equal(8, (int)Marshal.OffsetOf<NativeValue>(nameof(NativeValue.Bits)));
        Assert.Equal(6 * 4 + 8 + 8 + 2 * 8 * NativeMethods.MaxDims, Unsafe.SizeOf<TensorDescription>());
        Assert.Equal((10 * 8) + (6 * 4), Unsafe.SizeOf<Bf16Product>());
        Assert.Equal((7 * 8) + (4 * 4), Unsafe.SizeOf<Bf16Gradient>());

        using var tensor = Tensor.From<long>([1, 2, 3, 4, 5, 6], 2, 3); // a field out of place would show here
        var description = tensor.Read();
        Assert.Equal(
            (ScalarType.Int64, 0, 2, 0, 1, 6L),
            (description.Type, description.DeviceType, description.Dims, description.RequiresGrad, description.IsLeaf, description.Elements));
        Assert.Equal((2L, 3L, 3L, 1L), (description.Sizes[0], description.Sizes[1], description.Strides[0], description.Strides[1]));
        Assert.Equal(6, tensor.Memory<long>()[5]);
    }

    [Fact]
    public void The_version_of_libtorch_and_how_it_was_built_can_be_read()
    {
        Assert.Matches(@"^\d+\.\d+\.\d+", TorchRuntime.Version);
        Assert.Contains("OpenMP", TorchRuntime.BuildConfiguration, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Signals_that_become_exceptions_still_do_with_libtorch_loaded()
    {
        Assert.NotEmpty(TorchRuntime.Version);
        string? nothing = null;
        var zero = 0;
        Assert.Throws<NullReferenceException>(() => nothing!.Length);   // SIGSEGV
        Assert.Throws<DivideByZeroException>(() => 1 / zero);           // SIGFPE
    }

    private static int Constant(string name) =>
        int.Parse(Regex.Match(Header, $@"#define {name} (\d+)").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    private static int Member(string name) =>
        int.Parse(Regex.Match(Header, $@"\b{name} = (\d+)").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"KT_API\s+[\w ]+?\s(?<name>kt_\w+)\((?<parameters>[^)]*)\)", RegexOptions.Singleline)]
    private static partial Regex Declaration();
}
