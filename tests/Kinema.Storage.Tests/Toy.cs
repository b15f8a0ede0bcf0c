namespace Kinema.Storage.Tests;

/// <summary>A folder of its own for one test, deleted afterwards.</summary>
public sealed class Toy : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kinema-storage-");

    public string Folder => folder.FullName;

    public string File(string name) => Path.Combine(folder.FullName, name);

    public string File(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(File(name), content);
        return File(name);
    }

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>The message of the one-line error that the action must end with.</summary>
    public static string Refusal(Action action, ExitCode exitCode = ExitCode.Checkpoint)
    {
        var error = Assert.Throws<KinemaException>(action);
        Assert.Equal(exitCode, error.ExitCode);
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }
}
