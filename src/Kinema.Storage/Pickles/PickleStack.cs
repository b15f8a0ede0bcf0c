namespace Kinema.Storage.Pickles;

/// <summary>
/// The machine's stack with its marks. What lies under the last mark belongs to an unfinished container and cannot be taken.
/// </summary>
internal sealed class PickleStack
{
    private readonly List<PickleValue> values = [];
    private readonly Stack<int> marks = new();

    /// <summary>The name nearest to the top, whatever lies above it: the class that an opcode about to be refused was meant for.</summary>
    internal string? LastName => values.OfType<PickleName>().LastOrDefault()?.Name;

    private int Floor => marks.TryPeek(out var mark) ? mark : 0;

    internal void Push(PickleValue value) => values.Add(value);

    internal void Mark() => marks.Push(values.Count);

    /// <summary>Removes a mark that lies on top; false when a value does.</summary>
    internal bool Unmark() => values.Count == Floor && marks.TryPop(out _);

    /// <summary>The value on top, or null when there is none above the last mark.</summary>
    internal PickleValue? Top() => values.Count > Floor ? values[^1] : null;

    /// <summary>Removes the value on top, or null when there is none above the last mark.</summary>
    internal PickleValue? Pop()
    {
        var top = Top();
        if (top is not null)
        {
            values.RemoveAt(values.Count - 1);
        }

        return top;
    }

    /// <summary>Removes so many values, the lowest first; null when there are not as many above the last mark.</summary>
    internal List<PickleValue>? Pop(int count) => values.Count - count >= Floor ? Take(values.Count - count) : null;

    /// <summary>Removes the last mark and what lies above it; null when there is no mark.</summary>
    internal List<PickleValue>? PopToMark() => marks.TryPop(out var mark) ? Take(mark) : null;

    private List<PickleValue> Take(int from)
    {
        var taken = values.GetRange(from, values.Count - from);
        values.RemoveRange(from, taken.Count);
        return taken;
    }
}
