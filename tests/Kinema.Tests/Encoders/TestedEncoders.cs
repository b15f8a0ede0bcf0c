using Kinema.Encoders;
using JointFilter = Kinema.Tests.Encoders.Example.JointFilter;

namespace Kinema.Tests.Encoders;

/// <summary>The registered encoders, and the one of docs/adding-an-encoder.md, which is to pass what they pass.</summary>
internal static class TestedEncoders
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<EncoderModel> All { get; } =
        [.. EncoderRegistry.All.Concat(EncoderRegistry.In([typeof(JointFilter)])).DistinctBy(model => model.Name)];

    /// <summary>The encoder of a name.</summary>
    public static EncoderModel Get(string name) => All.Single(model => model.Name == name);

    /// <summary>The narrowest that each can be.</summary>
    public static int LeastWidth(string name) => name == "hyperformer" ? 32 : 16;
}
