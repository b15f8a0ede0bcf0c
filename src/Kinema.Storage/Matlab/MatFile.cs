namespace Kinema.Storage.Matlab;

/// <summary>
/// The numeric arrays of a MATLAB 5 file (<c>.mat</c>, the format MATLAB writes with <c>-v6</c> and <c>-v7</c>, and SciPy's <c>savemat</c>),
/// compressed or not, of either byte order. Nothing in it is ever run.
/// </summary>
/// <remarks>
/// Source: The MathWorks, "MAT-File Format", the chapter on level 5. Texts, cells, structures, objects, sparse and complex arrays are not
/// read but named in <see cref="Skipped"/>. Files of MATLAB 4 and of version 7.3 (HDF5 inside) are refused.
/// </remarks>
/// <example><code>var joints = MatFile.Read(File.ReadAllBytes(path), path).Get("d_skel");                    // (20, 3, T)</code></example>
public sealed class MatFile
{
    /// <summary>What one file may unpack to, unless more is allowed: 64 MiB.</summary>
    public const long DefaultLimit = 64 << 20;

    private readonly string where;

    internal MatFile(string where, IReadOnlyList<MatArray> arrays, IReadOnlyList<SkippedVariable> skipped)
    {
        this.where = where;
        Arrays = arrays;
        Skipped = skipped;
    }

    /// <summary>The arrays of real numbers, in the order of the file.</summary>
    public IReadOnlyList<MatArray> Arrays { get; }

    /// <summary>The variables that are something else.</summary>
    public IReadOnlyList<SkippedVariable> Skipped { get; }

    /// <summary>Reads a file from memory.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="where">What to call it in messages: usually its path.</param>
    /// <param name="limit">
    /// The most bytes that may come out of it, counted twice: as they are unpacked, and as numbers of double precision.
    /// </param>
    /// <exception cref="KinemaException">It is no MATLAB 5 file, damaged, or too large (<see cref="ExitCode.Data"/>).</exception>
    public static MatFile Read(ReadOnlySpan<byte> content, string where, long limit = DefaultLimit) => new MatReader(where, limit).Read(content);

    /// <summary>An array by its name.</summary>
    /// <param name="name">The variable's name.</param>
    /// <exception cref="KinemaException">There is none, or it is not numeric (<see cref="ExitCode.Data"/>).</exception>
    public MatArray Get(string name)
    {
        if (Arrays.FirstOrDefault(array => array.Name == name) is { } found)
        {
            return found;
        }

        if (Skipped.FirstOrDefault(variable => variable.Name == name) is { } other)
        {
            throw new KinemaException(ExitCode.Data, $"{where}: the variable '{name}' is {other.Kind}, which is not read: numbers are");
        }

        const int most = 5;
        var names = Arrays.Select(array => array.Name).Concat(Skipped.Select(variable => variable.Name)).Take(most + 1).Select(Printable.Of).ToList();
        var there = names.Count switch
        {
            0 => "it holds none",
            > most => $"it holds {string.Join(", ", names.Take(most))} and more",
            _ => $"it holds {string.Join(", ", names)}",
        };
        throw new KinemaException(ExitCode.Data, $"{where}: has no variable '{name}'; {there}");
    }
}

/// <summary>One array of real numbers.</summary>
/// <param name="Name">The variable's name.</param>
/// <param name="Dimensions">Its sizes, at least two.</param>
/// <param name="Values">
/// The numbers, the first index running fastest, as MATLAB has them. Integers of 64 bits beyond 2^53 are rounded.
/// </param>
public sealed record MatArray(string Name, IReadOnlyList<int> Dimensions, double[] Values);

/// <summary>A variable that is no array of real numbers.</summary>
/// <param name="Name">The variable's name; empty where the file has none.</param>
/// <param name="Kind">What it is, such as <c>a cell array</c>.</param>
public sealed record SkippedVariable(string Name, string Kind);
