namespace Kinema.Torch;

/// <summary>A tensor that a module owns and a checkpoint holds: a <see cref="Parameter"/> or a <see cref="Buffer"/>.</summary>
public abstract class NamedTensor : IDisposable
{
    private protected NamedTensor(Tensor value) => Value = TensorScope.Release(value);

    /// <summary>The tensor, outside of every scope.</summary>
    public Tensor Value { get; private set; }

    /// <summary>Uses the tensor itself where a tensor is wanted.</summary>
    public static implicit operator Tensor(NamedTensor named) => (named ?? throw new ArgumentNullException(nameof(named))).Value;

    /// <summary>Frees the tensor.</summary>
    public void Dispose()
    {
        Value.Dispose();
        GC.SuppressFinalize(this);
    }

    internal void To(ScalarType type)
    {
        if (Value.Type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64) Replace(value => value.To(type));
    }

    internal virtual void To(Device device) => Replace(value => value.To(device));

    private void Replace(Func<Tensor, Tensor> convert)
    {
        var requiresGrad = Value.RequiresGrad;
        using var mode = Autograd.NoGrad();
        using var scope = TensorScope.Begin();
        var converted = TensorScope.Release(convert(Value).Detach());
        Value.Dispose();
        Value = converted;
        if (requiresGrad) Value.RequiresGrad = true;
    }
}

/// <summary>A tensor that training changes.</summary>
public sealed class Parameter : NamedTensor
{
    /// <summary>Takes a tensor over and asks for its gradient.</summary>
    public Parameter(Tensor value)
        : base(value) => Value.RequiresGrad = true;

    /// <summary>A parameter of zeros, to be filled by <see cref="Module.Initialise"/> or from a checkpoint.</summary>
    public Parameter(params long[] shape)
        : this(Tensor.Zeros(shape))
    {
    }
}

/// <summary>A tensor that belongs to the state but gets no gradient.</summary>
public sealed class Buffer : NamedTensor
{
    private readonly bool onHost;

    /// <summary>Takes a tensor over.</summary>
    /// <param name="value">Its first value.</param>
    /// <param name="onHost">Stays on the processor wherever the module goes: a counter, which a device would need a kernel to raise.</param>
    /// <param name="persistent">Whether a checkpoint holds it; a constant that the module knows how to make need not be there.</param>
    public Buffer(Tensor value, bool onHost = false, bool persistent = true)
        : base(value) => (this.onHost, Persistent) = (onHost, persistent);

    /// <summary>Whether a checkpoint holds it.</summary>
    public bool Persistent { get; }

    internal override void To(Device device)
    {
        if (!onHost) base.To(device);
    }
}
