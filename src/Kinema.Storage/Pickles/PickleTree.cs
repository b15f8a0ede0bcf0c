namespace Kinema.Storage.Pickles;

/// <summary>
/// The last check of a tree. Sharing lets a file of a few hundred bytes describe a list of 2⁵⁰ items, or one that holds itself;
/// such a tree would make every later loop over it hang, so it is refused here once.
/// </summary>
public static class PickleTree
{
    /// <summary>Containers nested deeper than this are refused.</summary>
    public const int DeepestNesting = 100;

    /// <exception cref="FormatException">The tree is not finite, too deep, too large, or holds what is not data.</exception>
    internal static void Check(PickleValue root, long mostValues)
    {
        var done = new Dictionary<PickleValue, (long Size, int Height)?>(ReferenceEqualityComparer.Instance);
        if (Measure(root, 0).Size > mostValues)
        {
            throw new FormatException($"describes more than {mostValues} values");
        }

        (long Size, int Height) Measure(PickleValue value, int depth)
        {
            if (value is PickleTensor { View: null, InFile: null, HasElements: false } or PickleStorage or NumpyType)
            {
                throw new FormatException($"holds {(value is PickleTensor ? "an array without elements" : value.Kind)}");
            }

            if (value is not (PickleSequence or PickleDictionary))
            {
                return (1, 0);
            }

            if (done.TryGetValue(value, out var known))
            {
                return known ?? throw new FormatException($"holds {value.Kind} that contains itself");
            }

            done[value] = null;                                      // under way: meeting it again below is a cycle
            var (size, height) = (1L, 0);
            foreach (var child in Children(value))
            {
                if (depth >= DeepestNesting || height >= DeepestNesting)
                {
                    throw new FormatException($"is nested deeper than {DeepestNesting} levels");
                }

                var below = Measure(child, depth + 1);
                (size, height) = (Math.Min(size + below.Size, mostValues + 1), Math.Max(height, below.Height + 1));
            }

            done[value] = (size, height);
            return (size, height);
        }
    }

    /// <summary>Every tensor in a checked tree, once each.</summary>
    internal static IReadOnlyList<PickleTensor> Tensors(PickleValue root)
    {
        var seen = new HashSet<PickleValue>(ReferenceEqualityComparer.Instance);
        var tensors = new List<PickleTensor>();
        Visit(root);
        return tensors;

        void Visit(PickleValue value)
        {
            if (value is not (PickleTensor or PickleSequence or PickleDictionary) || !seen.Add(value))
            {
                return;
            }

            if (value is PickleTensor tensor)
            {
                tensors.Add(tensor);
            }

            foreach (var child in Children(value))
            {
                Visit(child);
            }
        }
    }

    private static IEnumerable<PickleValue> Children(PickleValue value) => value switch
    {
        PickleSequence sequence => sequence.Items,
        PickleDictionary dictionary => dictionary.Entries.SelectMany(entry => new[] { entry.Key, entry.Value }),
        _ => [],
    };
}
