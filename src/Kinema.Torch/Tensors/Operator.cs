using System.Text;
using Kinema.Torch.Interop;

namespace Kinema.Torch;

/// <summary>
/// A handle of one ATen operator, found once by its schema name (for example <c>aten::add</c>, overload <c>Tensor</c>) and then called
/// with boxed arguments. Declared operators are kept in <see cref="Declared"/>, so that a test can ask this libtorch for each of them.
/// </summary>
public sealed unsafe class Operator
{
    private const int MaxArguments = 24;
    private const int MaxResults = 64;
    private const int ScratchLongs = 96; // what the lists of a call usually fit into

    private static readonly List<Operator> declared = [];
    private nint handle;

    /// <summary>Declares an operator. It is looked up at the first call.</summary>
    /// <param name="name">With its namespace: <c>aten::conv2d</c>.</param>
    /// <param name="overload">Empty for the operator without one.</param>
    public Operator(string name, string overload = "")
    {
        (Name, Overload) = (name, overload);
        lock (declared) declared.Add(this);
    }

    /// <summary>The name with its namespace.</summary>
    public string Name { get; }

    /// <summary>The overload, empty for the operator without one.</summary>
    public string Overload { get; }

    /// <summary>Every operator declared so far.</summary>
    public static IReadOnlyList<Operator> Declared
    {
        get { lock (declared) return [.. declared]; }
    }

    /// <summary>The schema as this libtorch prints it.</summary>
    /// <exception cref="TorchException">This libtorch has no such operator.</exception>
    public string Schema => Native.Text((text, capacity) => NativeMethods.kt_operator_schema(Handle, (byte*)text, capacity));

    private nint Handle
    {
        get
        {
            if (handle == 0) Native.Check(NativeMethods.kt_operator_find(Name, Overload, out handle));
            return handle;
        }
    }

    /// <summary>Calls an operator that returns one tensor.</summary>
    /// <param name="arguments">In schema order; those left out at the end take their defaults.</param>
    public Tensor Call(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        var written = Invoke(arguments, &result, 1);
        return written == 1 && result.Tag == Tag.Tensor
            ? Tensor.Own((nint)result.Bits)
            : throw new InvalidOperationException($"{FullName()} returned no tensor");
    }

    /// <summary>Calls an operator that returns several tensors, or a list of them; an undefined one becomes null.</summary>
    /// <param name="arguments">In schema order; those left out at the end take their defaults.</param>
    public Tensor?[] CallMany(params ReadOnlySpan<Argument> arguments)
    {
        // An operator over a list of tensors (aten::_foreach_sqrt) returns one for each.
        var capacity = MaxResults;
        foreach (ref readonly var argument in arguments)
            if (argument.Reference is Tensor?[] list) capacity = Math.Max(capacity, list.Length);
        var memory = capacity <= MaxResults ? stackalloc NativeValue[MaxResults] : new NativeValue[capacity];
        fixed (NativeValue* results = memory)
        {
            var written = Invoke(arguments, results, capacity);
            var tensors = new Tensor?[written];
            for (var i = 0; i < written; i++) tensors[i] = results[i].Tag == Tag.Tensor ? Tensor.Own((nint)results[i].Bits) : null;
            return tensors;
        }
    }

    /// <summary>Calls an operator that changes its arguments and returns nothing, or nothing of use.</summary>
    /// <param name="arguments">In schema order; those left out at the end take their defaults.</param>
    public void Run(params ReadOnlySpan<Argument> arguments)
    {
        foreach (var result in CallMany(arguments))
            if (result is not null) TensorScope.Release(result).Dispose();
    }

    /// <summary>Calls an operator that returns one number.</summary>
    /// <param name="arguments">In schema order; those left out at the end take their defaults.</param>
    public double CallNumber(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        var written = Invoke(arguments, &result, 1);
        if (written == 1 && result.Tag == Tag.Double) return result.Double;
        if (written == 1 && result.Tag is Tag.Int or Tag.Bool) return result.Bits;
        if (written == 1 && result.Tag == Tag.Tensor) NativeMethods.kt_tensor_free((nint)result.Bits);
        throw new InvalidOperationException($"{FullName()} returned no number");
    }

    private string FullName() => Overload.Length == 0 ? Name : $"{Name}.{Overload}";

    private int Invoke(ReadOnlySpan<Argument> arguments, NativeValue* results, int capacity)
    {
        if (arguments.Length > MaxArguments)
            throw new ArgumentException($"{FullName()} was given {arguments.Length} arguments; no operator takes more than {MaxArguments}");
        var needed = 0;
        foreach (ref readonly var argument in arguments) needed += Longs(argument);
        var values = stackalloc NativeValue[MaxArguments];
        var lists = needed <= ScratchLongs ? stackalloc long[ScratchLongs] : new long[needed];
        int written = 0, used = 0;
        Status status;
        fixed (long* scratch = lists)
        {
            for (var i = 0; i < arguments.Length; i++) values[i] = Box(arguments[i], scratch, ref used);
            status = NativeMethods.kt_operator_call(Handle, values, arguments.Length, results, capacity, &written);
        }

        KeepAlive(arguments);
        return status == Status.Ok ? written : throw Native.Failure(status, Call(arguments.ToArray()));

        string Call(Argument[] given) => $"{FullName()}({string.Join(", ", given.Select(argument => argument.Describe()))})";
    }

    // How many numbers a list takes in the scratch memory.
    private static int Longs(in Argument argument) => argument.Tag switch
    {
        Tag.Ints or Tag.Doubles or Tag.Tensors => ((Array)argument.Reference!).Length,
        Tag.Bools => (((bool[])argument.Reference!).Length + 7) / 8,
        Tag.String => (Encoding.UTF8.GetByteCount((string)argument.Reference!) + 7) / 8,
        _ => 0,
    };

    // Lists are copied, mostly to the stack: they are short, and pinning costs more.
    private static NativeValue Box(in Argument argument, long* scratch, ref int used)
    {
        var value = new NativeValue { Tag = argument.Tag, Bits = argument.Bits };
        switch (argument.Tag)
        {
            case Tag.Tensor:
                value.Bits = ((Tensor)argument.Reference!).Handle;
                break;
            case Tag.Generator:
                value.Bits = ((Generator)argument.Reference!).Handle;
                break;
            case Tag.Ints:
                var integers = (long[])argument.Reference!;
                var to = Take(integers.Length, ref used);
                for (var i = 0; i < integers.Length; i++) to[i] = integers[i];
                Point(ref value, to, integers.Length);
                break;
            case Tag.Doubles:
                var doubles = (double[])argument.Reference!;
                to = Take(doubles.Length, ref used);
                for (var i = 0; i < doubles.Length; i++) to[i] = BitConverter.DoubleToInt64Bits(doubles[i]);
                Point(ref value, to, doubles.Length);
                break;
            case Tag.Bools:
                var flags = (bool[])argument.Reference!;
                to = Take((flags.Length + 7) / 8, ref used);
                for (var i = 0; i < flags.Length; i++) ((byte*)to)[i] = flags[i] ? (byte)1 : (byte)0;
                Point(ref value, to, flags.Length);
                break;
            case Tag.Tensors:
                var tensors = (Tensor?[])argument.Reference!;
                to = Take(tensors.Length, ref used);
                for (var i = 0; i < tensors.Length; i++) to[i] = tensors[i]?.Handle ?? 0;
                Point(ref value, to, tensors.Length);
                break;
            case Tag.String:
                var text = (string)argument.Reference!;
                var bytes = Encoding.UTF8.GetByteCount(text);
                to = Take((bytes + 7) / 8, ref used);
                Encoding.UTF8.GetBytes(text, new Span<byte>(to, bytes));
                Point(ref value, to, bytes);
                break;
        }

        return value;

        long* Take(int count, ref int taken)
        {
            var start = scratch + taken;
            taken += count;
            return start;
        }

        static void Point(ref NativeValue value, long* to, int count) => (value.Bits, value.Count) = ((long)to, count);
    }

    private static void KeepAlive(ReadOnlySpan<Argument> arguments)
    {
        foreach (ref readonly var argument in arguments) GC.KeepAlive(argument.Reference);
    }
}
