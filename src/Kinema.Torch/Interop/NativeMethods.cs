using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kinema.Torch.Interop;

/// <summary>One declaration per function of <c>native/include/kinema_torch.h</c>, in its order. A test keeps the two in step.</summary>
internal static unsafe partial class NativeMethods
{
    internal const string Library = "kinema_torch";
    internal const int Abi = 7;
    internal const int MaxDims = 12;

    [LibraryImport(Library)] internal static partial int kt_abi();
    [LibraryImport(Library)] internal static partial Status kt_torch_version(byte* text, long capacity);
    [LibraryImport(Library)] internal static partial Status kt_torch_config(byte* text, long capacity);
    [LibraryImport(Library)] internal static partial long kt_last_error(byte* text, long capacity);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial Status kt_operator_find(string name, string overload, out nint op);
    [LibraryImport(Library)] internal static partial Status kt_operator_schema(nint op, byte* text, long capacity);
    [LibraryImport(Library)]
    internal static partial Status kt_operator_call(nint op, NativeValue* arguments, int count, NativeValue* results, int capacity, int* written);

    [LibraryImport(Library)] internal static partial Status kt_tensor_from_data(void* data, long* sizes, int dims, ScalarType dtype, out nint tensor);
    [LibraryImport(Library)] internal static partial Status kt_tensor_describe(nint tensor, out TensorDescription description);
    [LibraryImport(Library)] internal static partial Status kt_tensor_alias(nint tensor, out nint alias);
    [LibraryImport(Library)] internal static partial void kt_tensor_free(nint tensor);
    [LibraryImport(Library)] internal static partial long kt_live_tensors();

    [LibraryImport(Library)] internal static partial Status kt_tensor_set_requires_grad(nint tensor, int value);
    [LibraryImport(Library)] internal static partial Status kt_tensor_grad(nint tensor, out nint grad);
    [LibraryImport(Library)] internal static partial Status kt_tensor_set_grad(nint tensor, nint grad);
    [LibraryImport(Library)] internal static partial Status kt_tensor_version(nint tensor, out long version);
    [LibraryImport(Library)] internal static partial Status kt_tensor_bump_version(nint tensor);
    [LibraryImport(Library)] internal static partial Status kt_backward(nint* roots, nint* grads, int count, int retainGraph);
    [LibraryImport(Library)]
    internal static partial Status kt_autograd_grad(
        nint* outputs, nint* grads, int outputCount, nint* inputs, int inputCount, int retainGraph, nint* results);
    [LibraryImport(Library)] internal static partial Status kt_guard_begin(int mode, out nint guard);
    [LibraryImport(Library)] internal static partial void kt_guard_end(nint guard);
    [LibraryImport(Library)] internal static partial int kt_grad_enabled();
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial Status kt_custom_function(
        string name, nint* inputs, int inputCount, nint* outputs, int outputCount,
        delegate* unmanaged<nint, nint*, int, nint*, int, int> backward, delegate* unmanaged<nint, void> release, nint state);

    [LibraryImport(Library)]
    internal static partial Status kt_autocast(int deviceType, int enabled, ScalarType dtype, out int wasEnabled, out ScalarType wasType);

    [LibraryImport(Library)] internal static partial Status kt_generator_new(ulong seed, out nint generator);
    [LibraryImport(Library)] internal static partial void kt_generator_free(nint generator);
    [LibraryImport(Library)] internal static partial Status kt_generator_seed(nint generator, ulong seed);
    [LibraryImport(Library)] internal static partial Status kt_generator_state(nint generator, out nint state);
    [LibraryImport(Library)] internal static partial Status kt_generator_set_state(nint generator, nint state);

    [LibraryImport(Library)] internal static partial int kt_threads();
    [LibraryImport(Library)] internal static partial Status kt_set_threads(int count);
    [LibraryImport(Library)]
    internal static partial Status kt_parallel_for(long begin, long end, long grain, delegate* unmanaged<nint, long, long, int> body, nint state);

    [LibraryImport(Library)] internal static partial BFloat16Unit kt_bf16_unit();
    [LibraryImport(Library)] internal static partial Status kt_bf16_use(int unit);
    [LibraryImport(Library)] internal static partial Status kt_bf16_pack(float* panels, long count, long next, long k);
    [LibraryImport(Library)] internal static partial Status kt_bf16_rows(Bf16Product* product);
    [LibraryImport(Library)] internal static partial Status kt_bf16_outer(Bf16Gradient* gradient);

    [LibraryImport(Library)] internal static partial Status kt_memory_keep();
    [LibraryImport(Library)] internal static partial void kt_memory_trim();
    [LibraryImport(Library)] internal static partial void kt_memory_use(out long inUse, out long span);

    [LibraryImport(Library)] internal static partial Status kt_profile_begin(int synchronize);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial Status kt_profile_enter(string name, double multiplyAdds, double halfMultiplyAdds, double bytes, int type);
    [LibraryImport(Library)] internal static partial Status kt_profile_leave();
    [LibraryImport(Library)] internal static partial Status kt_profile_end(ProfileRow* rows, int capacity, int* written);

    [LibraryImport(Library)] internal static partial int kt_cuda_built();
    [LibraryImport(Library)] internal static partial int kt_cuda_devices();
    [LibraryImport(Library)] internal static partial Status kt_cuda_synchronize(int device);
    [LibraryImport(Library)] internal static partial Status kt_cuda_allow_tf32(int allowed);
}

/// <summary>What a function of the bridge answers.</summary>
internal enum Status
{
    Ok = 0,
    Torch = 1,
    Native = 2,
    Usage = 3,
    Memory = 4,
    Managed = 5,
}

/// <summary>The kinds of value that cross the border; numbered as <c>kt_tag</c>.</summary>
internal enum Tag
{
    None = 0,
    Tensor = 1,
    Int = 2,
    Double = 3,
    Bool = 4,
    Ints = 5,
    Doubles = 6,
    Bools = 7,
    Tensors = 8,
    String = 9,
    Device = 10,
    Generator = 11,
}

/// <summary>One boxed value: <c>kt_value</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeValue
{
    internal Tag Tag;
    internal int Count;
    internal long Bits; // an integer, the bits of a double, or an address

    internal readonly double Double => BitConverter.Int64BitsToDouble(Bits);
}

/// <summary>What a tensor is made of: <c>kt_tensor_description</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TensorDescription
{
    internal ScalarType Type;
    internal int DeviceType;
    internal int DeviceIndex;
    internal int Dims;
    internal int RequiresGrad;
    internal int IsLeaf;
    internal long Elements;
    internal nint Data;
    internal Axes Sizes;
    internal Axes Strides;

    [InlineArray(NativeMethods.MaxDims)]
    internal struct Axes
    {
        private long first;
    }
}

/// <summary>A line of a profile: <c>kt_profile_row</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ProfileRow
{
    internal fixed byte Name[96];
    internal int Type;
    internal int Reserved;
    internal long Calls;
    internal long SelfNanoseconds;
    internal long MultiplyAdds;
    internal long HalfMultiplyAdds;
    internal long Bytes;
}
