using Kinema.Encoders;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Verification;

/// <summary>One kind of recording and how to replay it.</summary>
/// <param name="Name">What the file's name contains, such as <c>ctr-gcn</c> or <c>csre-contrast</c>.</param>
/// <param name="Replay">
/// Computes what is recorded and compares; what it does not know is left in <see cref="Recording.Unread"/>, to be told.
/// </param>
public sealed record RecordingKind(string Name, Func<Recording, ScalarType, IReadOnlyList<Comparison>> Replay)
{
    /// <summary>All kinds: one per registered encoder, and CSRE's parts.</summary>
    public static IReadOnlyList<RecordingKind> All { get; } =
    [
        .. EncoderRegistry.All.Select(model => new RecordingKind(model.Name, (recording, type) => EncoderReplay.Run(recording, model, type))),
        new("csre-stfd", CsreReplay.Decomposition),
        new("csre-contrast", CsreReplay.Contrast),
        .. EncoderRegistry.All.Select(model => new RecordingKind($"csre-e2e-{model.Name}", (recording, type) => CsreReplay.EndToEnd(recording, model, type))),
    ];

    /// <summary>Finds the kind of a recording.</summary>
    /// <param name="recording">The file.</param>
    /// <param name="name">The kind's name, or null to infer it from the file's name: the longest kind that it begins with, or else contains.</param>
    /// <exception cref="KinemaException">No such kind, or a name that tells nothing.</exception>
    public static RecordingKind Of(Recording recording, string? name)
    {
        ArgumentNullException.ThrowIfNull(recording);
        var known = string.Join(", ", All.Select(kind => kind.Name));
        if (name is not null)
        {
            var hint = NearestName.Find(name, All.Select(kind => kind.Name)) is { } near ? $"; did you mean '{near}'?" : ".";
            return All.FirstOrDefault(kind => kind.Name == name)
                ?? throw new KinemaException(ExitCode.Usage, $"no recording is of the kind '{name}'{hint} Known: {known}");
        }

        return Longest(kind => recording.Name.StartsWith(kind.Name, StringComparison.Ordinal))
            ?? Longest(kind => recording.Name.Contains(kind.Name, StringComparison.Ordinal))
            ?? throw new KinemaException(ExitCode.Usage, $"{recording.Path}: its name does not tell what was recorded; say it with --model ({known})");

        static RecordingKind? Longest(Func<RecordingKind, bool> named) => All.Where(named).MaxBy(kind => kind.Name.Length);
    }
}
