using System.Text;
using Kinema.Storage;
using Kinema.Storage.Numpy;
using Kinema.Storage.Pickles;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>
/// Names and labels of the clips of one array, from the file beside it: the pickle <c>(names, labels)</c> that ST-GCN began with, a pickle or
/// <c>.npy</c> of labels alone.
/// </summary>
/// <param name="Names">One for each clip; null where the file has none.</param>
/// <param name="Labels">One for each clip, -1 where it is none.</param>
internal sealed record ArrayLabels(IReadOnlyList<string?>? Names, int[] Labels)
{
    /// <summary>Reads the file.</summary>
    /// <exception cref="KinemaException">It is damaged, holds code, or is no such list (<see cref="ExitCode.Data"/>).</exception>
    public static ArrayLabels Read(string path)
    {
        if (NpyReader.IsNpy(path))
        {
            using var array = NpyReader.Open(path);
            return new ArrayLabels(null, LabelArray.Read(array, path).Values);
        }
        var root = PickleFile.Read(path);
        if (root is PickleSequence { Items: [var first, var second] } && Texts(first) is { } names)
        {
            return Numbers(second) is { } labels && labels.Length == names.Count
                ? new ArrayLabels(names, labels)
                : throw new KinemaException(ExitCode.Data, $"{path}: its {names.Count} names have not as many labels: {Describe(second)}");
        }
        return Numbers(root) is { } alone
            ? new ArrayLabels(null, alone)
            : throw new KinemaException(ExitCode.Data, $"{path}: expected (names, labels) or labels; got {Describe(root)}");
    }

    private static List<string?>? Texts(PickleValue value)
    {
        if (value is not PickleSequence sequence || !sequence.Items.All(item => item is PickleText or PickleBytes))
            return null;
        return [.. sequence.Items
            .Select(item => ClipNames.Clean(item is PickleText text ? text.Value : Encoding.UTF8.GetString(((PickleBytes)item).Value.Span)))];
    }

    private static int[]? Numbers(PickleValue value) => value switch
    {
        PickleTensor { Shape: [_] or [_, 1] } array => [.. array.Tensor.ToDoubles().Select(LabelArray.Number)],
        PickleSequence sequence when sequence.Items.All(item => item is PickleInteger or PickleReal) =>
            [.. sequence.Items.Select(item => LabelArray.Number(item is PickleInteger whole ? (double)whole.Value : ((PickleReal)item).Value))],
        _ => null,
    };

    private static string Describe(PickleValue value) => value is PickleSequence sequence
        ? FormattableString.Invariant($"{value.Kind} of {sequence.Items.Count}")
        : value.Kind;
}
