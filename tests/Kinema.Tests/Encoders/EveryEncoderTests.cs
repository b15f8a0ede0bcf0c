using Kinema.Encoders;

namespace Kinema.Tests.Encoders;

/// <summary>What holds of the source of all encoders.</summary>
public sealed class EveryEncoderTests
{
    [Fact]
    public void Encoders_know_nothing_of_the_contrast()
    {
        var folder = Path.Combine(Repository.Root, "src", "Kinema", "Encoders");
        Assert.All(
            Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories),
            file => Assert.DoesNotContain("Contrast", File.ReadAllText(file), StringComparison.Ordinal));
        var members = typeof(Encoder).Assembly.GetTypes()
            .Where(type => type.Namespace is { } name && name.StartsWith("Kinema.Encoders", StringComparison.Ordinal))
            .SelectMany(type => type.GetMembers((System.Reflection.BindingFlags)(-1)))
            .Select(member => member.ToString()!)
            .ToList();
        Assert.NotEmpty(members);
        Assert.DoesNotContain(members, member => member.Contains("Kinema.Contrast", StringComparison.Ordinal));
    }
}
