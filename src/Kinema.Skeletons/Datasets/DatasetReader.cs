using System.Globalization;
using Kinema.Skeletons.Datasets.NwUcla;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>
/// Opens a data set of any kind Kinema reads: NW-UCLA as downloaded (its zip, or a folder with its clips at any depth), or a packed
/// <c>clips.safetensors</c> (the file, or the folder that holds it).
/// </summary>
/// <example><code>var clips = DatasetReader.Open("nw-ucla.zip");                                  // 1,484 clips</code></example>
public static class DatasetReader
{
    private const string Kinds = $"give an NW-UCLA zip or folder, or a packed {PackedDataset.FileName}";

    /// <summary>Opens a data set for training or evaluation: it must be whole.</summary>
    /// <param name="path">A file or folder.</param>
    /// <param name="layout">The layout of its joints; null takes the set's own.</param>
    /// <param name="protocol">How it is divided, such as <c>xsub</c>; null takes the set's first protocol.</param>
    /// <exception cref="KinemaException">
    /// It is missing, damaged, of another layout, nothing trains or nothing tests, a class that tests never trains (<see cref="ExitCode.Data"/>), or
    /// it has no such protocol.
    /// </exception>
    public static ClipDataset Open(string path, SkeletonLayout? layout = null, string? protocol = null)
    {
        var (whole, faults) = Read(path, layout, compareChecksum: false);
        var dataset = whole.Under(protocol);
        var missing = MissingClasses.In(dataset, path, emptySplit: FaultSeverity.Error, several: whole.Protocols.Count > 1);
        Refuse(path, [.. faults.Concat(missing).Where(fault => fault.Severity == FaultSeverity.Error)]);
        return dataset;
    }

    private static void Refuse(string path, IReadOnlyList<DatasetFault> errors)
    {
        if (errors.Count == 0)
            return;
        var more = errors.Count > 1
            ? string.Create(CultureInfo.InvariantCulture, $" (and {Plural.Of(errors.Count - 1, "more fault")}; 'kinema data inspect {path}' lists them)")
            : "";
        throw new KinemaException(ExitCode.Data, errors[0].Message + more);
    }

    /// <summary>
    /// Opens a data set of which a part is enough, to evaluate a split of it or to know its joints and classes: what is there must be
    /// sound, but splits may be empty and classes without clips.
    /// </summary>
    /// <param name="path">A file or folder.</param>
    /// <param name="layout">The layout of its joints; null takes the set's own.</param>
    /// <param name="protocol">How it is divided, such as <c>xsub</c>; null takes the set's first protocol.</param>
    /// <exception cref="KinemaException">It is missing, damaged, of another layout (<see cref="ExitCode.Data"/>), or it has no such protocol.</exception>
    public static ClipDataset OpenPart(string path, SkeletonLayout? layout = null, string? protocol = null) => OpenWhole(path, layout).Under(protocol);

    /// <summary>Opens a data set as <see cref="OpenPart"/> does, with all its protocols and none of them chosen (<see cref="ClipDataset.Under"/>).</summary>
    /// <param name="path">A file or folder.</param>
    /// <param name="layout">The layout of its joints; null takes the set's own.</param>
    /// <param name="compareChecksum">
    /// Whether the stored checksum is compared even of a large packed set, for which all of it is read: for whoever writes another set from it,
    /// whose checksum would vouch for what has changed.
    /// </param>
    /// <exception cref="KinemaException">It is missing, damaged or of another layout (<see cref="ExitCode.Data"/>).</exception>
    public static ClipDataset OpenWhole(string path, SkeletonLayout? layout = null, bool compareChecksum = false)
    {
        var (whole, faults) = Read(path, layout, compareChecksum);
        Refuse(path, [.. faults.Where(fault => fault.Severity == FaultSeverity.Error)]);
        return whole;
    }

    /// <summary>
    /// Reads what can be read and lists what is wrong, a changed checksum included: for inspection, not for training. A class that is tested and
    /// never trains is an error only if no protocol is without one.
    /// </summary>
    /// <param name="path">A file or folder.</param>
    /// <param name="layout">The layout of its joints; null takes the set's own.</param>
    /// <param name="compareChecksum">Whether the stored checksum is compared even of a large packed set, for which all of it is read.</param>
    /// <exception cref="KinemaException">Nothing can be read at all (<see cref="ExitCode.Data"/>).</exception>
    public static ExaminedDataset Examine(string path, SkeletonLayout? layout = null, bool compareChecksum = true)
    {
        var (dataset, faults) = Read(path, layout, compareChecksum);
        return new ExaminedDataset(dataset, [.. faults, .. MissingClasses.InEvery(dataset, path)]);
    }

    /// <summary>Whether a layout fits a set that is open, as it would have been asked when the set was opened with it. Nothing is read again.</summary>
    /// <param name="dataset">The set, as it was opened with its own layout.</param>
    /// <param name="path">The file or folder it was opened from.</param>
    /// <param name="layout">The other layout.</param>
    /// <exception cref="KinemaException">The set has other joints, or another number of coordinates (<see cref="ExitCode.Data"/>).</exception>
    public static void CheckLayout(ClipDataset dataset, string path, SkeletonLayout layout)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(layout);
        if (PackedFile(path) is { } packed) PackedReader.CheckLayout(dataset.Layout, packed, layout);
        else CheckNwUcla(path, layout);
    }

    private static ExaminedDataset Read(string path, SkeletonLayout? layout, bool compareChecksum)
    {
        var isFolder = Directory.Exists(path);
        if (!isFolder && !File.Exists(path))
            throw new KinemaException(ExitCode.Data, $"{path}: no such data set; {Kinds}");
        if (PackedFile(path) is { } packed)
            return PackedReader.Read(packed, layout, compareChecksum);
        return isFolder || HasExtension(path, ".zip")
            ? ReadNwUcla(path, layout)
            : throw new KinemaException(ExitCode.Data, $"{path}: no known kind of data set; {Kinds}; {PackedDataset.OthersFirst}");
    }

    // The packed file that a path is or holds; null where it is none.
    private static string? PackedFile(string path)
    {
        if (!Directory.Exists(path))
            return HasExtension(path, ".safetensors") ? path : null;
        var packed = Path.Combine(path, PackedDataset.FileName);
        return File.Exists(packed) ? packed : null;
    }

    private static bool HasExtension(string path, string extension) => Path.GetExtension(path).Equals(extension, StringComparison.OrdinalIgnoreCase);

    private static ExaminedDataset ReadNwUcla(string path, SkeletonLayout? layout)
    {
        layout ??= Layouts.NwUcla;
        CheckNwUcla(path, layout);
        return new NwUclaReader(layout, OfficialList.Clips).Read(ClipFiles.Open(path));
    }

    private static void CheckNwUcla(string path, SkeletonLayout layout)
    {
        if (layout.JointCount == Layouts.NwUcla.JointCount && layout.Dimensions == 3)
            return;
        throw new KinemaException(ExitCode.Data,
            $"{path}: NW-UCLA has 20 joints of 3 coordinates; layout {layout.Name} has {layout.JointCount} of {layout.Dimensions}: "
            + $"leave the layout away; {PackedDataset.OthersFirst}");
    }
}
