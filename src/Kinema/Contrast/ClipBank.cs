using Kinema.Torch;

namespace Kinema.Contrast;

/// <summary>
/// A memory bank: the last feature of every training clip, of unit length (paper eq. 6), with its label and whether it has been written
/// yet. No gradient reaches it. It is saved in the checkpoint, so that a resumed run goes on with a full bank.
/// </summary>
public sealed class ClipBank : Module
{
    /// <summary>Makes an empty bank.</summary>
    /// <param name="labels">The class of every row, 0 … K-1; a clip that an epoch repeats has a row for each copy.</param>
    /// <param name="dimension">D.</param>
    public ClipBank(long[] labels, int dimension)
    {
        ArgumentNullException.ThrowIfNull(labels);
        Features = Add("features", new Kinema.Torch.Buffer(Tensor.Zeros([labels.Length, dimension])));
        Filled = Add("filled", new Kinema.Torch.Buffer(Tensor.Zeros([labels.Length], ScalarType.Bool)));
        Labels = Add("labels", new Kinema.Torch.Buffer(Tensor.From(labels, labels.Length)));
    }

    /// <summary>(B, D), rows of unit length, or zero where nothing was written.</summary>
    public Kinema.Torch.Buffer Features { get; }

    /// <summary>(B), true where a row was written.</summary>
    public Kinema.Torch.Buffer Filled { get; }

    /// <summary>(B).</summary>
    public Kinema.Torch.Buffer Labels { get; }

    /// <summary>Overwrites rows.</summary>
    /// <param name="rows">(N), indices of training instances.</param>
    /// <param name="features">(N, D), of unit length.</param>
    public void Write(Tensor rows, Tensor features)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(features);
        using var mode = Autograd.NoGrad();
        using var scope = TensorScope.Begin();
        Features.Value.IndexCopyInPlace(0, rows, features.Detach().To(Features.Value.Type));
        Filled.Value.IndexCopyInPlace(0, rows, Tensor.Ones([rows.Size(0)], ScalarType.Bool, rows.Device));
    }
}
