namespace Kinema.Torch;

/// <summary>Shapes, types, places, and new tensors.</summary>
public sealed partial class Tensor
{
    /// <summary>The same elements in another shape; one length may be -1.</summary>
    public Tensor Reshape(params long[] shape) => Aten.Reshape.Call(this, shape);

    /// <summary>The same memory in another shape; fails where that would need a copy.</summary>
    public Tensor View(params long[] shape) => Aten.View.Call(this, shape);

    /// <summary>The axes in another order.</summary>
    public Tensor Permute(params long[] axes) => Aten.Permute.Call(this, axes);

    /// <summary>Two axes exchanged.</summary>
    public Tensor Transpose(int first, int second) => Aten.Transpose.Call(this, first, second);

    /// <summary>A new axis of length 1.</summary>
    public Tensor Unsqueeze(int dim) => Aten.Unsqueeze.Call(this, dim);

    /// <summary>An axis of length 1 removed.</summary>
    public Tensor Squeeze(int dim) => Aten.Squeeze.Call(this, dim);

    /// <summary>Axes of length 1 repeated without a copy; -1 leaves an axis as it is.</summary>
    public Tensor Expand(params long[] shape) => Aten.Expand.Call(this, shape);

    /// <summary>A piece of an axis.</summary>
    public Tensor Narrow(int dim, long start, long length) => Aten.Narrow.Call(this, dim, start, length);

    /// <summary>Every step-th slice of an axis from start to end.</summary>
    public Tensor Slice(int dim, long start, long? end = null, long step = 1) => Aten.Slice.Call(this, dim, start, end, step);

    /// <summary>One slice of an axis; the axis goes.</summary>
    public Tensor Select(int dim, long index) => Aten.Select.Call(this, dim, index);

    /// <summary>Several tensors one after the other along an axis.</summary>
    public static Tensor Cat(int dim, params Tensor[] tensors) => Aten.Cat.Call(tensors, dim);

    /// <summary>Several tensors of one shape along a new axis.</summary>
    public static Tensor Stack(int dim, params Tensor[] tensors) => Aten.Stack.Call(tensors, dim);

    /// <summary>The tensor in C order, itself when it is so already.</summary>
    public Tensor Contiguous(MemoryFormat format = MemoryFormat.Contiguous) =>
        IsContiguousIn(format) ? Own(Shared()) : Aten.Contiguous.Call(this, format);  // mostly it is so already: no operator for that

    /// <summary>A copy.</summary>
    public Tensor Clone() => Aten.Clone.Call(this);

    /// <summary>The same elements outside of the graph.</summary>
    public Tensor Detach() => Aten.Detach.Call(this);

    /// <summary>The tensor in another type, itself when it has it already.</summary>
    public Tensor To(ScalarType type) => Aten.ToType.Call(this, type);

    /// <summary>The tensor on another device, itself when it is there already.</summary>
    public Tensor To(Device device) => Device.Kind == device.Kind && (device.Index < 0 || device.Index == Device.Index)
        ? this
        : Aten.ToDevice.Call(this, device, Type);

    /// <summary>
    /// A processor's tensor on another device, without waiting for what that device is doing: numbers travel from memory that the kernel does
    /// not move. This tensor may be freed at once.
    /// </summary>
    public Tensor Upload(Device device) => device.Kind == DeviceKind.Cpu || Device.Kind != DeviceKind.Cpu
        ? To(device)
        : Aten.ToDevice.Call(Aten.PinMemory.Call(this), device, Type, true);

    /// <summary>Zeros.</summary>
    public static Tensor Zeros(long[] shape, ScalarType type = ScalarType.Float32, Device device = default) =>
        Aten.Zeros.Call(shape, type, Argument.None, device);

    /// <summary>Uninitialised elements: every one must be written.</summary>
    public static Tensor Empty(long[] shape, ScalarType type = ScalarType.Float32, Device device = default, MemoryFormat? format = null) =>
        Aten.Empty.Call(shape, type, Argument.None, device, Argument.None, format is { } order ? order : Argument.None);

    /// <summary>Ones.</summary>
    public static Tensor Ones(long[] shape, ScalarType type = ScalarType.Float32, Device device = default) =>
        Aten.Ones.Call(shape, type, Argument.None, device);

    /// <summary>One number repeated.</summary>
    public static Tensor Full(long[] shape, double value, ScalarType type = ScalarType.Float32, Device device = default) =>
        Aten.Full.Call(shape, value, type, Argument.None, device);

    /// <summary>Zeros in the shape, type and place of this tensor.</summary>
    public Tensor ZerosLike() => Aten.ZerosLike.Call(this);

    /// <summary>0, 1, …, end - 1.</summary>
    public static Tensor Arange(long end) => Aten.Arange.Call(end, ScalarType.Int64);

    /// <summary>Numbers drawn uniformly from [0, 1).</summary>
    /// <param name="shape">The length of each axis.</param>
    /// <param name="generator">The source; the process's own one when null.</param>
    /// <param name="type">Single or double.</param>
    public static Tensor Rand(long[] shape, Generator? generator, ScalarType type = ScalarType.Float32) =>
        Aten.RandGenerator.Call(shape, generator, type);

    /// <summary>Numbers drawn from the standard normal distribution.</summary>
    /// <param name="shape">The length of each axis.</param>
    /// <param name="generator">The source; the process's own one when null.</param>
    /// <param name="type">Single or double.</param>
    public static Tensor Randn(long[] shape, Generator? generator, ScalarType type = ScalarType.Float32) =>
        Aten.RandnGenerator.Call(shape, generator, type);
}
