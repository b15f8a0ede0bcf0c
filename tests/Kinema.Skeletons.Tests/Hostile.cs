using System.Text;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests;

/// <summary>What the tests of parsers share: every damaged file is read or refused with one line, and nothing else happens.</summary>
internal static class Hostile
{
    /// <summary>The message of the one-line refusal that the action must end with.</summary>
    public static string Refusal(Action action, ExitCode exitCode = ExitCode.Data)
    {
        var error = Assert.Throws<KinemaException>(action);
        Assert.Equal(exitCode, error.ExitCode);
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }

    /// <summary>Reads damaged copies of a sound file, and the file cut off at every byte; at least a third of the copies must be refused.</summary>
    public static void Survives(string sound, Action<byte[]> read, int trials = 2000) => Survives(Encoding.UTF8.GetBytes(sound), read, trials);

    /// <inheritdoc cref="Survives(string, Action{byte[]}, int)"/>
    public static void Survives(byte[] sound, Action<byte[]> read, int trials = 2000)
    {
        read(sound);
        for (var length = 0; length < sound.Length; length += Math.Max(1, sound.Length / 2000)) Mutations.IsRefused(sound[..length], read);
        var refused = Mutations.Refused(sound, seed: 5, trials, read);
        Assert.InRange(refused, Mutations.Trials(trials) / 3, Mutations.Trials(trials));
    }

    /// <summary>Reads damaged copies of a sound file; how many are refused does not matter.</summary>
    public static void OnlyRefuse(byte[] sound, int trials, Action<byte[]> read) => Mutations.Refused(sound, seed: 5, trials, read);

    /// <summary>Reads a file cut off at every length.</summary>
    public static void OnlyRefuseCut(byte[] sound, Action<byte[]> read)
    {
        for (var length = 0; length < sound.Length; length++) Mutations.IsRefused(sound[..length], read);
    }

    /// <summary>The numbers of a clip as the sources give them: what was kept, skipped and noted, counted by kind.</summary>
    public static string Summary(ClipCollection read) => string.Join(' ',
    [
        $"clips={read.Clips.Count}",
        .. read.Skipped.CountBy(clip => clip.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal).Select(kind => $"skipped.{kind.Key}={kind.Value}"),
        .. read.Notes.CountBy(clip => clip.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal).Select(kind => $"noted.{kind.Key}={kind.Value}"),
    ]);
}
