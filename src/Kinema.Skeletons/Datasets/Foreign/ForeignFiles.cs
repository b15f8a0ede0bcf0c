using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;
using Kinema.Storage.Numpy;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>The kinds of finished files that Kinema converts: those that others made, and its own.</summary>
public enum ForeignKind
{
    /// <summary>CTR-GCN's <c>NTU60_CS.npz</c> and its like: <c>x_train</c> (N, T, 150) and one-hot <c>y_train</c>.</summary>
    CtrGcnArchive,

    /// <summary>A folder of padded arrays (N, C, T, V, M) as of ST-GCN, 2s-AGCN, skeleton-contrast and AimCLR: <c>train_data_joint.npy</c>.</summary>
    PaddedArrays,

    /// <summary>A pickle of annotations of PYSKL or MMAction2.</summary>
    Annotations,

    /// <summary>Kinetics-skeleton: a folder or zip of JSON files below <c>train</c> and <c>val</c>.</summary>
    KineticsSkeleton,

    /// <summary>One clip (C, T, V, M) in a <c>.npy</c> file.</summary>
    SingleArray,

    /// <summary>A packed set of Kinema: its file, or the folder with it; for other joints or another unit.</summary>
    PackedSet,
}

/// <summary>The door to files that others made: which kind a path is, and a source that reads it.</summary>
/// <example><code>
/// using var source = ForeignFiles.Open("NTU60_CS.npz");
/// var dataset = ClipCollection.Of(source).ToDataset(source, "official");
/// </code></example>
public static class ForeignFiles
{
    /// <summary>What a file or folder is, by its content; null if it is none of the kinds. Nothing of it is run.</summary>
    /// <param name="path">A file or folder.</param>
    /// <exception cref="KinemaException">It is not there, or cannot be read (<see cref="ExitCode.Data"/>).</exception>
    public static ForeignKind? Recognise(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            return PaddedArrays.In(path).Count > 0 || PaddedArrays.FoldersIn(path).Count > 0 ? ForeignKind.PaddedArrays
                : PackedSource.FileOf(path) is { } packed && !HoldsClips(path, packed) ? ForeignKind.PackedSet
                : KineticsSource.Recognise(path) ? ForeignKind.KineticsSkeleton
                : null;
        }
        if (PackedSource.FileOf(path) is not null)
            return ForeignKind.PackedSet;
        var start = Start(path);
        if (start is [(byte)'P', (byte)'K', ..])
        {
            using var file = NpzFile.Open(path);
            return CtrGcnSource.Has(file) ? ForeignKind.CtrGcnArchive : KineticsSource.Recognise(path) ? ForeignKind.KineticsSkeleton : null;
        }
        if (start is [0x93, (byte)'N', ..] && NpyReader.IsNpy(path))
        {
            using var array = NpyReader.Open(path);
            return SingleArraySource.Fits(array.Shape) ? ForeignKind.SingleArray
                : array.Shape.Count == 5 && FolderOf(path) is not null ? ForeignKind.PaddedArrays
                : null;
        }
        return start is [0x80, >= 2 and <= 5, ..] && Names.Any(name => start.AsSpan().IndexOf(name) >= 0) ? ForeignKind.Annotations : null;
    }

    /// <summary>A source that reads the path.</summary>
    /// <param name="path">A file or folder; one array of a set of padded arrays stands for its folder.</param>
    /// <param name="options">What the files leave open; null for the defaults.</param>
    /// <exception cref="KinemaException">
    /// It is none of the kinds, or damaged (<see cref="ExitCode.Data"/>), or an option is out of range (<see cref="ExitCode.Usage"/>).
    /// </exception>
    public static ClipSource Open(string path, ForeignOptions? options = null)
    {
        options ??= new ForeignOptions();
        options.Shared.Validate();
        var source = OpenAsStored(path, options);
        try
        {
            var map = ConvertSources.MapOf(source.Layout, options.Shared);
            return map is null && options.Scale == 1 ? source : new MappedSource(source, map, options.Scale, path);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static ClipSource OpenAsStored(string path, ForeignOptions options) => Recognise(path) switch
    {
        ForeignKind.CtrGcnArchive => CtrGcnSource.Open(path, options),
        ForeignKind.PaddedArrays => PaddedArraySource.Open(Directory.Exists(path) ? path : FolderOf(path)!, options),
        ForeignKind.Annotations => AnnotationSource.Open(path, options),
        ForeignKind.KineticsSkeleton => KineticsSource.Open(path, options),
        ForeignKind.SingleArray => SingleArraySource.Open(path, options),
        ForeignKind.PackedSet => PackedSource.Open(path, options),
        _ => throw new KinemaException(ExitCode.Data, $"{path}: none of the forms that are read: "
            + "a .npz with x_train or x_test (CTR-GCN), "
            + $"a folder with {PaddedArrays.Wanted} (ST-GCN, 2s-AGCN, AimCLR), "
            + "a pickle with 'annotations' or 'keypoint' (PYSKL, MMAction2), "
            + "a folder or zip with train/*.json and val/*.json (Kinetics-skeleton), "
            + "a .npy of one clip (C, T, V, M), "
            + "a packed set of Kinema (--to, --map)"),
    };

    // A set that was written beside the files it was made of: the files are meant, as they were the first time. What Kinema writes of a set into
    // its folder is no reason: lists, and samples, unless the set has them by their path, which says that it was made of them. Ends at the first.
    private static bool HoldsClips(string folder, string packed)
    {
        HashSet<string>? names = null;
        try
        {
            return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Any(IsClips);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Data, $"{folder}: cannot be read: {error.Message}", error);
        }

        bool IsClips(string path)
        {
            var file = new InputFile(Path.GetRelativePath(folder, path).Replace('\\', '/'), 0, 0);
            return file.IsClips && !ClipFiles.IsHidden(file.Inside) && !OwnLists.IsOne(path) && !IsSample(file);
        }

        bool IsSample(InputFile file)
        {
            if (SampleClips.NameOf(file.Inside) is not { } name)
                return false;
            names ??= NamesIn(packed);
            return names.Contains(name) && !names.Contains(file.ClipName);
        }
    }

    // A damaged set is no reason to refuse the files that another is to be made of.
    private static HashSet<string> NamesIn(string packed)
    {
        try
        {
            return [.. PackedReader.NamesIn(packed)];
        }
        catch (KinemaException error) when (error.ExitCode == ExitCode.Data)
        {
            return [];
        }
    }

    // What the beginning of an annotation pickle names, in whatever order.
    private static readonly byte[][] Names = [[.. "annotations"u8], [.. "keypoint"u8], [.. "frame_dir"u8], [.. "split"u8]];

    private static byte[] Start(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var bytes = new byte[1 << 16];
            return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: no such file or folder", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: cannot be read: {error.Message}", error);
        }
    }

    // The folder of an array that is named as its family names them.
    private static string? FolderOf(string path) =>
        Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder
        && PaddedArrays.In(folder).Any(part => Path.GetFileName(part.Data) == Path.GetFileName(path))
            ? folder
            : null;
}
