namespace Kinema.Storage.Pickles;

/// <summary>
/// Every module-level name a pickle may mention. A name here does nothing by itself; <see cref="PickleCalls"/> decides which may be called,
/// and what a call builds is always plain data or a tensor.
/// </summary>
internal static class PickleNames
{
    private static readonly Dictionary<string, PickleName> Plain = Table(
    [
        "collections.OrderedDict", "collections.defaultdict", "collections.Counter", "_codecs.encode",
        .. Builtins("builtins"), .. Builtins("__builtin__"),
        "numpy.ndarray", "numpy.dtype", .. Numpy("numpy.core"), .. Numpy("numpy._core"),
    ]);

    private static readonly Dictionary<string, StoredType> TorchTypes = new(StringComparer.Ordinal)
    {
        ["float32"] = StoredType.Float32, ["float"] = StoredType.Float32, ["float64"] = StoredType.Float64, ["double"] = StoredType.Float64,
        ["float16"] = StoredType.Float16, ["half"] = StoredType.Float16, ["bfloat16"] = StoredType.BFloat16, ["uint8"] = StoredType.UInt8,
        ["int8"] = StoredType.Int8, ["int16"] = StoredType.Int16, ["short"] = StoredType.Int16, ["int32"] = StoredType.Int32,
        ["int"] = StoredType.Int32, ["int64"] = StoredType.Int64, ["long"] = StoredType.Int64, ["bool"] = StoredType.Bool,
    };

    private static readonly Dictionary<string, StoredType> StorageTypes = new(StringComparer.Ordinal)
    {
        ["FloatStorage"] = StoredType.Float32, ["DoubleStorage"] = StoredType.Float64, ["HalfStorage"] = StoredType.Float16,
        ["BFloat16Storage"] = StoredType.BFloat16, ["ByteStorage"] = StoredType.UInt8, ["CharStorage"] = StoredType.Int8,
        ["ShortStorage"] = StoredType.Int16, ["IntStorage"] = StoredType.Int32, ["LongStorage"] = StoredType.Int64,
        ["BoolStorage"] = StoredType.Bool,
        ["UntypedStorage"] = StoredType.UInt8, ["_UntypedStorage"] = StoredType.UInt8,
    };

    private static readonly Dictionary<string, PickleName> Torch = Table(
    [
        "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3",
        "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state", "torch._tensor._rebuild_from_type_v2",
        "torch.nn.parameter.Parameter", "torch.Tensor",
        "torch.Size", "torch.device", .. TorchTypes.Keys.Select(name => $"torch.{name}"),
        .. StorageTypes.Keys.Select(name => $"torch.{name}"),
        .. StorageTypes.Keys.Select(name => $"torch.cuda.{name}"), "torch.storage.UntypedStorage", "torch.storage._UntypedStorage",
    ]);

    internal static PickleName? Find(string module, string name, bool torch)
    {
        var full = $"{module}.{name}";
        return Plain.GetValueOrDefault(full) ?? (torch ? Torch.GetValueOrDefault(full) : null);
    }

    /// <summary>The element type a storage class such as <c>torch.FloatStorage</c> holds; an untyped storage holds bytes.</summary>
    internal static StoredType? StorageType(string name) => Last(StorageTypes, name);

    /// <summary>The element type a dtype such as <c>torch.float32</c> stands for.</summary>
    internal static StoredType? DataType(string name) => Last(TorchTypes, name);

    private static StoredType? Last(Dictionary<string, StoredType> table, string name) =>
        name.StartsWith("torch.", StringComparison.Ordinal) && table.TryGetValue(name[(name.LastIndexOf('.') + 1)..], out var type)
            ? type
            : null;

    private static IEnumerable<string> Builtins(string module) =>
        new[] { "set", "frozenset", "list", "dict", "tuple", "bytes", "bytearray", "int", "float", "bool", "str" }
            .Select(name => $"{module}.{name}");

    private static IEnumerable<string> Numpy(string module) =>
        [$"{module}.multiarray._reconstruct", $"{module}.multiarray.scalar", $"{module}.numeric._frombuffer"];

    private static Dictionary<string, PickleName> Table(IEnumerable<string> names) =>
        names.ToDictionary(name => name, name => new PickleName(name), StringComparer.Ordinal);
}
