using System.Collections;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>Clips that have no names but numbers, part after part; made when asked for, since there are up to millions.</summary>
internal sealed class NumberedItems(IReadOnlyList<(string Part, int Count, long Bytes)> parts) : IReadOnlyList<SourceItem>
{
    public int Count { get; } = parts.Sum(part => part.Count);

    public SourceItem this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            foreach (var (part, count, bytes) in parts)
            {
                if (index < count)
                    return new SourceItem(ClipNames.Numbered(part, index), bytes);
                index -= count;
            }
            throw new ArgumentOutOfRangeException(nameof(index));
        }
    }

    public IEnumerator<SourceItem> GetEnumerator() => Enumerable.Range(0, Count).Select(index => this[index]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
