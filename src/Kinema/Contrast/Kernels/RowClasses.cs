using System.Buffers;
using Kinema.Torch;

namespace Kinema.Contrast.Kernels;

/// <summary>The class of every row of a bank, -1 where nothing was written: label and flag in one number, for one look at the bank.</summary>
internal sealed class RowClasses : IDisposable
{
    private readonly int[] classes;

    /// <summary>Reads a bank, on whatever device it is.</summary>
    internal RowClasses(ClipBank bank)
    {
        using var scope = TensorScope.Begin();
        ReadOnlySpan<long> labels = bank.Labels.Value.To(Device.Cpu).Memory<long>();
        ReadOnlySpan<bool> filled = bank.Filled.Value.To(Device.Cpu).Memory<bool>();
        Count = labels.Length;
        classes = ArrayPool<int>.Shared.Rent(Count);
        for (var i = 0; i < Count; i++) classes[i] = filled[i] ? checked((int)labels[i]) : -1;
    }

    /// <summary>B.</summary>
    internal int Count { get; }

    /// <summary>(B).</summary>
    internal ReadOnlySpan<int> Span => classes.AsSpan(0, Count);

    /// <summary>Gives the room back.</summary>
    public void Dispose() => ArrayPool<int>.Shared.Return(classes);
}
