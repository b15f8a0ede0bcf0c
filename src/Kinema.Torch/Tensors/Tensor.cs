using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kinema.Torch.Interop;

namespace Kinema.Torch;

/// <summary>
/// An n-dimensional array of libtorch, with autograd. A tensor belongs to the <see cref="TensorScope"/> that was open when it was made;
/// outside of any scope the caller disposes it. Using a disposed tensor throws; it never crashes.
/// </summary>
public sealed unsafe partial class Tensor : IDisposable
{
    private nint handle;
    private long[]? sizes;

    private Tensor(nint handle) => this.handle = handle;

    /// <summary>Frees a tensor that nobody owned.</summary>
    ~Tensor() => NativeMethods.kt_tensor_free(Interlocked.Exchange(ref handle, 0));

    /// <summary>The scope that frees this tensor, or null when its holder does.</summary>
    internal TensorScope? Scope { get; set; }

    internal nint Handle =>
        handle != 0
            ? handle
            : throw new ObjectDisposedException(nameof(Tensor), "The tensor was used after it, or the scope that owned it, had been disposed.");

    /// <summary>The length of each axis.</summary>
    public ReadOnlySpan<long> Sizes => Handle == 0 ? [] : sizes ??= Axes(Read(), strides: false); // Handle throws when disposed

    /// <summary>The distance in memory, in elements, between neighbours along each axis.</summary>
    public long[] Strides => Axes(Read(), strides: true);

    /// <summary>Whether the elements lie in C order without gaps.</summary>
    public bool IsContiguous => IsInOrder(Read());

    /// <summary>The number of axes.</summary>
    public int Dims => Sizes.Length;

    /// <summary>The number of elements.</summary>
    public long Elements => Read().Elements;

    /// <summary>The type of the elements.</summary>
    public ScalarType Type => Read().Type;

    /// <summary>Where the elements lie.</summary>
    public Device Device
    {
        get
        {
            var description = Read();
            return new Device((DeviceKind)description.DeviceType, description.DeviceIndex);
        }
    }

    /// <summary>Whether operations on this tensor are recorded for backward.</summary>
    public bool RequiresGrad
    {
        get => Read().RequiresGrad != 0;
        set
        {
            Native.Check(NativeMethods.kt_tensor_set_requires_grad(Handle, value ? 1 : 0));
            GC.KeepAlive(this);
        }
    }

    /// <summary>The gradient gathered by <see cref="Backward"/>, null when there is none.</summary>
    public Tensor? Grad
    {
        get
        {
            Native.Check(NativeMethods.kt_tensor_grad(Handle, out var grad));
            GC.KeepAlive(this);
            return grad == 0 ? null : Own(grad);
        }
        set
        {
            Native.Check(NativeMethods.kt_tensor_set_grad(Handle, value?.Handle ?? 0));
            GC.KeepAlive(this);
            GC.KeepAlive(value);
        }
    }

    /// <summary>How often the elements were changed in place, through this tensor or a view of the same memory; -1 where libtorch does not count.</summary>
    internal long Version
    {
        get
        {
            Native.Check(NativeMethods.kt_tensor_version(Handle, out var version));
            GC.KeepAlive(this);
            return version;
        }
    }

    /// <summary>The length of an axis; negative axes count from the end.</summary>
    public long Size(int axis) => Sizes[axis < 0 ? axis + Dims : axis];

    /// <summary>The four sizes of a feature map.</summary>
    /// <exception cref="ArgumentException">The tensor has another number of axes.</exception>
    public (long N, long C, long T, long V) Sizes4() =>
        Dims == 4 ? (Sizes[0], Sizes[1], Sizes[2], Sizes[3]) : throw new ArgumentException($"expected (N, C, T, V); got {ShapeText()}");

    /// <summary>Copies an array into a new tensor on the CPU.</summary>
    /// <param name="values">In C order.</param>
    /// <param name="shape">The length of each axis; their product is the number of values.</param>
    public static Tensor From<T>(ReadOnlySpan<T> values, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        long elements = 1;
        foreach (var length in shape) elements *= length;
        if (elements != values.Length) throw new ArgumentException($"{values.Length} values do not fill the shape [{string.Join(", ", shape.ToArray())}]");
        fixed (T* data = values)
        fixed (long* axes = shape)
        {
            Native.Check(NativeMethods.kt_tensor_from_data(data, axes, shape.Length, TypeOf<T>(), out var handle));
            return Own(handle);
        }
    }

    /// <summary>Copies an array into a new tensor on the CPU.</summary>
    /// <param name="values">In C order.</param>
    /// <param name="shape">The length of each axis; their product is the number of values.</param>
    public static Tensor From<T>(T[] values, params ReadOnlySpan<long> shape)
        where T : unmanaged => From(new ReadOnlySpan<T>(values), shape);

    /// <summary>The elements of a dense CPU tensor in the order in which they lie in memory. Valid while the tensor lives. Who writes
    /// through it into what a graph still needs gets wrong gradients and no error: autograd notices only what operators change.</summary>
    /// <typeparam name="T">The C# type of the elements.</typeparam>
    /// <exception cref="InvalidOperationException">Another type, another device, or a view with gaps.</exception>
    public Span<T> Memory<T>()
        where T : unmanaged
    {
        var description = Read();
        if (description.Type != TypeOf<T>()) throw new InvalidOperationException($"the tensor holds {description.Type}, not {typeof(T).Name}");
        if (description.Data == 0 && description.Elements > 0) throw new InvalidOperationException("the tensor is not on the CPU");
        if (!IsDense(description)) throw new InvalidOperationException($"the tensor {Describe()} is a view with gaps; make it contiguous first");
        return new Span<T>((void*)description.Data, checked((int)description.Elements));
    }

    /// <summary>Copies the elements, in C order of the axes whatever their order in memory, converted to <typeparamref name="T"/>.</summary>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        using var scope = TensorScope.Begin();
        return Detach().To(Device.Cpu).To(TypeOf<T>()).Contiguous().Memory<T>().ToArray();
    }

    /// <summary>The one element of the tensor as a double.</summary>
    public double Item()
    {
        var values = ToArray<double>();
        return values.Length == 1 ? values[0] : throw new InvalidOperationException($"Item wants one element; got {ShapeText()}");
    }

    /// <summary>Another owner of the same elements and the same place in the graph, outside of every scope.</summary>
    public Tensor Alias() => new(Shared());

    /// <summary>Frees this reference; the elements go when the last reference does.</summary>
    public void Dispose()
    {
        NativeMethods.kt_tensor_free(Interlocked.Exchange(ref handle, 0));
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes the shape, type and device.</summary>
    public override string ToString() => handle == 0 ? "Tensor (disposed)" : Describe();

    internal static Tensor Own(nint handle)
    {
        var tensor = new Tensor(handle);
        TensorScope.Own(tensor);
        return tensor;
    }

    internal static ScalarType TypeOf<T>() =>
        typeof(T) == typeof(float) ? ScalarType.Float32
        : typeof(T) == typeof(double) ? ScalarType.Float64
        : typeof(T) == typeof(long) ? ScalarType.Int64
        : typeof(T) == typeof(int) ? ScalarType.Int32
        : typeof(T) == typeof(short) ? ScalarType.Int16
        : typeof(T) == typeof(byte) ? ScalarType.UInt8
        : typeof(T) == typeof(sbyte) ? ScalarType.Int8
        : typeof(T) == typeof(bool) ? ScalarType.Bool
        : typeof(T) == typeof(Half) ? ScalarType.Float16
        : throw new NotSupportedException($"libtorch has no element type for {typeof(T).Name}");

    internal string Describe()
    {
        if (handle == 0) return "disposed";
        var type = Type switch
        {
            ScalarType.Float32 => "f32",
            ScalarType.Float64 => "f64",
            ScalarType.Int64 => "i64",
            ScalarType.BFloat16 => "bf16",
            ScalarType.Float16 => "f16",
            var other => other.ToString().ToLowerInvariant(),
        };
        return Device.Kind == DeviceKind.Cpu ? $"{type}{ShapeText()}" : $"{type}{ShapeText()}@{Device}";
    }

    /// <summary>Writes the shape as in <c>(16, 3, 52, 20)</c>.</summary>
    public string ShapeText() => $"({string.Join(", ", Sizes.ToArray())})";

    internal TensorDescription Read()
    {
        Native.Check(NativeMethods.kt_tensor_describe(Handle, out var description));
        GC.KeepAlive(this); // or the finaliser might free the tensor under the call
        return description;
    }

    /// <summary>
    /// Whether this is single precision on the CPU, in C order, and where it begins. One question to libtorch instead of four: an optimiser
    /// asks it of hundreds of tensors in every step.
    /// </summary>
    /// <param name="data">The first number; valid while the tensor lives.</param>
    /// <param name="elements">How many there are.</param>
    internal bool IsPlain(out nint data, out long elements)
    {
        var description = Read();
        (data, elements) = ((nint)description.Data, description.Elements);
        return description.Type == ScalarType.Float32 && (DeviceKind)description.DeviceType == DeviceKind.Cpu && IsInOrder(description);
    }

    /// <summary>Whether four axes lie as channels-last has them, and not in C order too.</summary>
    internal bool IsChannelsLast => IsContiguousIn(MemoryFormat.ChannelsLast) && !IsContiguousIn(MemoryFormat.Contiguous);

    /// <summary>Says that the elements were changed through a pointer, so that a graph which needs them as they were notices it.</summary>
    internal void MarkChanged()
    {
        Native.Check(NativeMethods.kt_tensor_bump_version(Handle));
        GC.KeepAlive(this);
    }

    // As libtorch decides it for the two formats that there is a contiguous for; false leaves the decision to libtorch.
    private bool IsContiguousIn(MemoryFormat format)
    {
        var description = Read();
        if (format == MemoryFormat.Contiguous) return IsInOrder(description);
        if (format != MemoryFormat.ChannelsLast || description.Dims != 4 || description.Elements == 0) return false;
        long expected = 1;
        foreach (var axis in (ReadOnlySpan<int>)[1, 3, 2, 0])
        {
            if (description.Sizes[axis] != 1 && description.Strides[axis] != expected) return false;
            expected *= description.Sizes[axis];
        }

        return true;
    }

    // A reference more to the same tensor of libtorch.
    private nint Shared()
    {
        Native.Check(NativeMethods.kt_tensor_alias(Handle, out var alias));
        GC.KeepAlive(this);
        return alias;
    }

    private static bool IsInOrder(in TensorDescription description)
    {
        long expected = 1;
        for (var i = description.Dims - 1; i >= 0 && description.Elements > 0; i--)
        {
            if (description.Sizes[i] != 1 && description.Strides[i] != expected) return false;
            expected *= description.Sizes[i];
        }

        return true;
    }

    private static long[] Axes(in TensorDescription description, bool strides)
    {
        var result = new long[description.Dims];
        for (var i = 0; i < result.Length; i++) result[i] = strides ? description.Strides[i] : description.Sizes[i];
        return result;
    }

    // Dense: sorted by stride, each axis begins where the one below it ends.
    private static bool IsDense(in TensorDescription description)
    {
        if (description.Elements == 0) return true;
        Span<(long Stride, long Size)> axes = stackalloc (long, long)[description.Dims];
        for (var i = 0; i < axes.Length; i++) axes[i] = (description.Strides[i], description.Sizes[i]);
        axes.Sort();
        long expected = 1;
        foreach (var (stride, size) in axes)
        {
            if (size == 1) continue;
            if (stride != expected) return false;
            expected *= size;
        }

        return true;
    }
}
