using Kinema.Torch;

namespace Kinema.Contrast;

/// <summary>
/// A memory bank: the last feature of every training clip, of unit length (paper eq. 6), with its label and whether it has been written
/// yet. No gradient reaches it. It is saved in the checkpoint, so that a resumed run goes on with a full bank. Labels and marks stay on the
/// processor wherever the features are: it draws the random negatives, and would wait for a device to ask it.
/// </summary>
public sealed class ClipBank : Module
{
    /// <summary>Makes an empty bank.</summary>
    /// <param name="labels">The class of every row, 0 … K-1; a clip that an epoch repeats has a row for each copy.</param>
    /// <param name="dimension">D.</param>
    /// <exception cref="ArgumentException">A label is below 0.</exception>
    public ClipBank(long[] labels, int dimension)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Any(label => label < 0)) throw new ArgumentException($"a bank's labels are classes from 0 up; got {labels.Min()}", nameof(labels));
        Features = Add("features", new Kinema.Torch.Buffer(Tensor.Zeros([labels.Length, dimension])));
        Filled = Add("filled", new Kinema.Torch.Buffer(Tensor.Zeros([labels.Length], ScalarType.Bool), onHost: true));
        Labels = Add("labels", new Kinema.Torch.Buffer(Tensor.From(labels, labels.Length), onHost: true));
    }

    /// <summary>(B, D), rows of unit length, or zero where nothing was written.</summary>
    public Kinema.Torch.Buffer Features { get; }

    /// <summary>(B), true where a row was written.</summary>
    public Kinema.Torch.Buffer Filled { get; }

    /// <summary>(B).</summary>
    public Kinema.Torch.Buffer Labels { get; }

    /// <summary>Overwrites rows.</summary>
    /// <param name="rows">(N), indices of training instances; on the processor, or it waits for them.</param>
    /// <param name="features">(N, D), of unit length.</param>
    public void Write(Tensor rows, Tensor features)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(features);
        using var mode = Autograd.NoGrad();
        using var scope = TensorScope.Begin();
        Features.Value.IndexCopyInPlace(0, rows.Upload(Features.Value.Device), features.Detach().To(Features.Value.Type));
        Filled.Value.IndexCopyInPlace(0, rows.To(Device.Cpu), Tensor.Ones([rows.Size(0)], ScalarType.Bool));
    }
}
