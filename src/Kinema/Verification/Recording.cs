using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Verification;

/// <summary>
/// A recorded file of a reference implementation: parameters <c>param.*</c>, an input, and the results to be met. Its metadata
/// <c>base</c> may name another file, relative to its own folder, whose parameters it inherits except those in <c>base_ignore</c>; a base
/// may have a base. All files are only ever read.
/// </summary>
public sealed class Recording : IDisposable
{
    private const string ParameterPrefix = "param.";
    private const int DeepestChain = 16;

    private readonly SafeTensorsFile file;
    private readonly Dictionary<string, StoredTensor> parameters = new(StringComparer.Ordinal);
    private readonly HashSet<string> read = new(StringComparer.Ordinal);

    private readonly Device device;

    private Recording(string path, int depth, Device device = default)
    {
        this.device = device;
        if (depth > DeepestChain)
            throw new KinemaException(
                ExitCode.Checkpoint, $"{path}: the chain of base files is longer than {DeepestChain}; does a file name itself as its base?");
        Path = path;
        file = SafeTensorsFile.Open(path);
        try
        {
            ReadParameters(depth);
        }
        catch
        {
            file.Dispose();                            // a file that is refused must not stay mapped
            throw;
        }
    }

    private void ReadParameters(int depth)
    {
        if (file.Metadata.TryGetValue("base", out var relative))
        {
            if (System.IO.Path.IsPathRooted(relative))
                throw new KinemaException(
                    ExitCode.Checkpoint, $"{Path}: its base is the absolute path '{relative.ReplaceLineEndings(" ")}'; a base is named relative to the recording");
            var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;
            var place = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, relative));
            if (!File.Exists(place))
                throw new KinemaException(
                    ExitCode.Checkpoint, $"{Path}: takes its parameters from its base {place}, which does not exist; put it there");
            using var basis = new Recording(place, depth + 1);
            var ignored = (file.Metadata.GetValueOrDefault("base_ignore") ?? "").Split(
                ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            foreach (var (name, tensor) in basis.parameters) parameters[name] = tensor;
            foreach (var name in ignored) parameters.Remove(name);
        }

        foreach (var name in file.Names.Where(name => name.StartsWith(ParameterPrefix, StringComparison.Ordinal)))
        {
            var key = name[ParameterPrefix.Length..];
            parameters[key] = file.Read(name).Named(key);
        }
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>The file's name without folder and ending.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The texts beside the tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata => file.Metadata;

    /// <summary>The names of the tensors in this file itself.</summary>
    public IReadOnlyList<string> Names => file.Names;

    /// <summary>
    /// What this file itself holds beside parameters and nobody has read: after a replay, the results it knows nothing of and did not compare.
    /// </summary>
    public IReadOnlyList<string> Unread =>
        [.. Names.Where(name => !name.StartsWith(ParameterPrefix, StringComparison.Ordinal) && !read.Contains(name)).Order(StringComparer.Ordinal)];

    /// <summary>The parameters by checkpoint name, inherited ones included.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Parameters => parameters;

    /// <summary>Where it is replayed.</summary>
    public Device Device => device;

    /// <summary>Opens a recording and reads its parameters.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where it is to be replayed; tensors are read to there.</param>
    /// <exception cref="KinemaException">The file or one of its bases is missing or damaged.</exception>
    public static Recording Open(string path, Device device = default) => new(path, 0, device);

    /// <summary>Opens a recording that lies in the same folder.</summary>
    /// <param name="names">Without ending; the first that is there is opened.</param>
    /// <exception cref="KinemaException">There is none; the message says which recording needs it.</exception>
    public Recording Sibling(params IReadOnlyList<string> names)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;
        string[] paths = [.. names.Select(name => System.IO.Path.Combine(folder, name + System.IO.Path.GetExtension(Path)))];
        return paths.FirstOrDefault(File.Exists) is { } path
            ? Open(path, device)
            : throw new KinemaException(
                ExitCode.Checkpoint,
                $"{Path}: takes its encoder, input and decomposition from {string.Join(" or ", paths)}, which does not exist; put the two side by side");
    }

    /// <summary>Whether this file itself holds a tensor.</summary>
    public bool Contains(string name) => file.Contains(name);

    /// <summary>A tensor of this file as it is stored.</summary>
    /// <exception cref="KinemaException">There is none of this name.</exception>
    public StoredTensor Stored(string name)
    {
        var tensor = file.Read(name);
        read.Add(name);
        return tensor;
    }

    /// <summary>A tensor of this file on the recording's device, floating-point ones in the wanted type.</summary>
    /// <exception cref="KinemaException">There is none of this name.</exception>
    public Tensor Read(string name, ScalarType type)
    {
        var tensor = Stored(name).ToTensor();
        return (tensor.Type is ScalarType.Float16 or ScalarType.Float32 or ScalarType.Float64 ? tensor.To(type) : tensor).To(device);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();
}
