using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Storage;
using Kinema.Storage.Numpy;
using Kinema.Storage.Pickles;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>What is wrong with an array or pickle that is none of the forms that <see cref="ForeignFiles"/> reads.</summary>
internal static class WrongArray
{
    /// <summary>Whether a path is a single file with the ending of an array or pickle.</summary>
    public static bool IsOne(string path) => LeftAside.Endings.Contains(Path.GetExtension(path).ToLowerInvariant()) && File.Exists(path);

    /// <summary>What to say of one: what its reader says, if that refuses it; else what is missing in it. Nothing in it is run.</summary>
    /// <exception cref="KinemaException">The refusal of its reader (<see cref="ExitCode.Data"/>).</exception>
    public static KinemaException Refusal(string path)
    {
        if (new FileInfo(path).Length == 0)
            return Wrong(path, "the file is empty");
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".npy":
                using (var array = NpyReader.Open(path))
                {
                    return Wrong(path, $"an array of shape ({string.Join(", ", array.Shape)}) is no clip (C, T, V, M) or (C, T, V) with C = 2 or 3; one of "
                        + $"many clips (N, C, T, V, M) is called {PaddedArrays.Wanted}");
                }
            case ".npz":
                using (var file = NpzFile.Open(path))
                    return Wrong(path, $"holds no array x_train or x_test (CTR-GCN){(file.Names.Count > 0 ? $", but {OneLine.Some(file.Names)}" : "")}");
            default:
                using (var pickle = OpenPickle.Open(path))
                    return Wrong(path, $"holds no annotations (PYSKL, MMAction2), but {pickle.Root.Kind}");
        }
    }

    private static KinemaException Wrong(string path, string what) => new(ExitCode.Data, $"{path}: {what}");
}
