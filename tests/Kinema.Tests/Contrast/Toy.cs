using Kinema.Contrast;
using Kinema.Torch;

namespace Kinema.Tests.Contrast;

/// <summary>A small bank and a batch, as tensors and as arrays.</summary>
internal sealed class Toy : IDisposable
{
    /// <summary>Draws everything from a seed.</summary>
    /// <param name="anchors">N.</param>
    /// <param name="rows">B.</param>
    /// <param name="classes">Labels go round, except that the last class has few rows.</param>
    /// <param name="rare">Rows of the last class.</param>
    /// <param name="filled">Share of the rows that are written before the batch is.</param>
    /// <param name="dimension">D.</param>
    /// <param name="seed">Of the numbers.</param>
    public Toy(int anchors = 6, int rows = 48, int classes = 3, int rare = 3, double filled = 1, int dimension = 8, ulong seed = 7)
    {
        using var random = new Generator(seed);
        BankLabels = [.. Enumerable.Range(0, rows).Select(row => row < rare ? classes - 1 : (long)(row % (classes - 1)))];
        Bank = new ClipBank(BankLabels, dimension);
        Bank.To(ScalarType.Float64);
        var written = Tensor.Rand([rows], random).ToArray<double>().Index().Where(entry => entry.Item < filled).Select(entry => (long)entry.Index).ToArray();
        var vectors = Tensor.Randn([rows, dimension], random, ScalarType.Float64);
        if (written.Length > 0)
            Bank.Write(Tensor.From(written, written.Length), (vectors / vectors.Norm(1, keepDim: true)).IndexSelect(0, Tensor.From(written, written.Length)));
        Features = Tensor.Randn([anchors, dimension], random, ScalarType.Float64) * 3;
        Features = Features.Detach();
        Features.RequiresGrad = true;
        // The first anchor is of the rare class, the others go through the bank.
        Rows = [.. Enumerable.Range(0, anchors).Select(i => i == 0 ? 0L : rows - i)];
        Labels = [.. Rows.Select(row => BankLabels[row])];
    }

    public ClipBank Bank { get; }

    public Tensor Features { get; }

    public long[] Labels { get; }

    public long[] Rows { get; }

    public long[] BankLabels { get; }

    public Tensor LabelTensor => Tensor.From(Labels, Labels.Length);

    public Tensor RowTensor => Tensor.From(Rows, Rows.Length);

    /// <summary>The loop's answer, for the bank as it is now.</summary>
    public PlainCsre.Result Plain(PlainCsre plain, long[][] draws) => plain.Run(
        Split(Features.ToArray<double>(), Labels.Length), Labels, Split(Bank.Features.Value.ToArray<double>(), BankLabels.Length), BankLabels,
        Bank.Filled.Value.ToArray<bool>(), draws);

    public static T[][] Split<T>(T[] values, int rows) => [.. values.Chunk(values.Length / rows)];

    public void Dispose() => Bank.Dispose();
}
