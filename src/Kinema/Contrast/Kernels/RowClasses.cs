using System.Buffers;
using Kinema.Torch;

namespace Kinema.Contrast.Kernels;

/// <summary>The class of every row of a bank, -1 where nothing was written: label and flag in one number, for one look at the bank.</summary>
internal sealed class RowClasses : IDisposable
{
    private readonly int[] classes;

    /// <summary>Reads a bank.</summary>
    internal RowClasses(ClipBank bank)
    {
        ReadOnlySpan<long> labels = bank.Labels.Value.Memory<long>();
        ReadOnlySpan<bool> filled = bank.Filled.Value.Memory<bool>();
        Count = labels.Length;
        classes = ArrayPool<int>.Shared.Rent(Count);
        for (var i = 0; i < Count; i++) classes[i] = filled[i] ? checked((int)labels[i]) : -1;
    }

    /// <summary>The classes of a batch.</summary>
    /// <param name="labels">(N).</param>
    /// <exception cref="ArgumentException">One is below 0, which would be taken for a row that was not written.</exception>
    internal static int[] Of(Tensor labels)
    {
        int[] classes = [.. labels.ToArray<long>().Select(label => checked((int)label))];
        return classes.All(label => label >= 0)
            ? classes
            : throw new ArgumentException($"CSRE contrasts classes from 0 up; got {classes.Min()}", nameof(labels));
    }

    /// <summary>B.</summary>
    internal int Count { get; }

    /// <summary>(B).</summary>
    internal ReadOnlySpan<int> Span => classes.AsSpan(0, Count);

    /// <summary>(B), for work of several threads.</summary>
    internal ReadOnlyMemory<int> Memory => classes.AsMemory(0, Count);

    /// <summary>Gives the room back.</summary>
    public void Dispose() => ArrayPool<int>.Shared.Return(classes);
}
