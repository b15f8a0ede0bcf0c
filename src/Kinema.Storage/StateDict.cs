using System.Globalization;
using System.Text;
using Kinema.Storage.Pickles;

namespace Kinema.Storage;

/// <summary>Finds the weights in what a training script saved, and gives them flat names.</summary>
public static class StateDict
{
    private const int LongestName = 1024, MostTensors = 100_000;

    /// <summary>What published checkpoints call the dictionary of weights, most telling name first.</summary>
    private static readonly string[] Wrappers =
        ["model_state_dict", "state_dict", "model_state", "model", "weights", "net", "network", "params"];

    /// <summary>
    /// The dictionary of weights: the root itself when a tensor lies directly in it, else the one under a usual name such as
    /// <c>state_dict</c>, up to three levels down; the root when there is none.
    /// </summary>
    public static PickleValue Find(PickleValue root)
    {
        var found = root;
        for (var level = 0; level < 3 && found is PickleDictionary dictionary && !HoldsTensor(dictionary); level++)
        {
            var inner = Wrappers
                .Select(name => dictionary.TryGet(name, out var value) ? value as PickleDictionary : null)
                .FirstOrDefault(value => value is not null);
            if (inner is null)
            {
                break;
            }

            found = inner;
        }

        return found is PickleDictionary weights && HoldsTensor(weights) ? found : root;
    }

    /// <summary>
    /// Every tensor below a value under its path joined by dots: keys of dictionaries, places in lists from 0. Other values are skipped.
    /// </summary>
    /// <param name="root">What <see cref="PyTorchFile.Read(string)"/> or <see cref="PickleFile.Read"/> returned, or a part of it.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="KinemaException">Two tensors have one name, or there are absurdly many.</exception>
    public static IReadOnlyDictionary<string, StoredTensor> Flatten(PickleValue root, string path)
    {
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        Visit(root, new StringBuilder());
        return tensors;

        void Visit(PickleValue value, StringBuilder name)
        {
            switch (value)
            {
                case PickleTensor tensor:
                    Add(name.ToString(), tensor.Tensor);
                    break;
                case PickleDictionary dictionary:
                    foreach (var (key, item) in dictionary.Entries)
                    {
                        Below(item, name, Part(key));
                    }

                    break;
                case PickleSequence sequence:
                    for (var i = 0; i < sequence.Items.Count; i++)
                    {
                        Below(sequence.Items[i], name, i.ToString(CultureInfo.InvariantCulture));
                    }

                    break;
                default:
                    break;
            }
        }

        void Below(PickleValue item, StringBuilder name, string part)
        {
            if (item is not (PickleTensor or PickleDictionary or PickleSequence))
            {
                return;
            }

            var length = name.Length;
            name.Append(length == 0 ? "" : ".").Append(part);
            Visit(item, name);
            name.Length = length;
        }

        void Add(string name, StoredTensor tensor)
        {
            if (name.Length > LongestName || tensors.Count == MostTensors)
            {
                throw new KinemaException(
                    ExitCode.Checkpoint, $"{path}: refuses more than {MostTensors} tensors or a name longer than {LongestName}");
            }

            if (!tensors.TryAdd(name, tensor.Named(name)))
            {
                throw new KinemaException(ExitCode.Checkpoint, $"{path}: two tensors are named '{Printable.Of(name)}'");
            }
        }
    }

    private static bool HoldsTensor(PickleDictionary dictionary) => dictionary.Entries.Any(entry => entry.Value is PickleTensor);

    private static string Part(PickleValue key) => key switch
    {
        PickleText text => text.Value,
        PickleInteger integer => integer.Value.ToString(CultureInfo.InvariantCulture),
        _ => key.Kind,
    };
}
