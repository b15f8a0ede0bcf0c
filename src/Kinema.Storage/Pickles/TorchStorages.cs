namespace Kinema.Storage.Pickles;

/// <summary>
/// The storages that a PyTorch pickle mentions by persistent id: <c>('storage', class, key, location, count[, view])</c>.
/// </summary>
internal sealed class TorchStorages
{
    private readonly Dictionary<string, TensorStorage> all = new(StringComparer.Ordinal);

    /// <summary>By key, in the order of first mention.</summary>
    internal IReadOnlyDictionary<string, TensorStorage> All => all;

    internal PickleStorage Find(PickleMachine machine, PickleValue id)
    {
        if (id is not PickleTuple
            {
                Values: [PickleText { Value: "storage" }, PickleName { Name: var storageClass }, PickleText { Value: var key }, PickleText,
                    PickleInteger number, .. var rest],
            })
        {
            var what = id is PickleTuple { Values: var parts } ? $"with {PickleCalls.Kinds(parts)}" : $"that is {id.Kind}";
            throw machine.Refused($"a persistent id {what}");
        }

        var type = PickleNames.StorageType(storageClass) ?? throw machine.Refused($"{storageClass} as a storage");
        if (key.Length > 64 || number.Value < 0 || number.Value * type.SizeInBytes() > long.MaxValue)
        {
            throw machine.Damaged($"a storage of {Printable.Of(number.Value)} elements");
        }

        var count = (long)number.Value;
        var length = count * type.SizeInBytes();
        if (!all.TryGetValue(key, out var storage))
        {
            all.Add(key, storage = new TensorStorage(key, length, type.SizeInBytes()));
        }

        if (storage.Length != length)
        {
            throw machine.Damaged($"storage '{Printable.Of(key)}' has {storage.Length} bytes at first and {length} later");
        }

        return rest switch
        {
            [] or [PickleNone] => new PickleStorage(storage, type, 0, count),

            // Only the legacy container has these: (key of the view, first element, number of elements).
            [PickleTuple { Values: [PickleText, PickleInteger first, PickleInteger viewed] }]
                when first.Value >= 0 && viewed.Value >= 0 && first.Value + viewed.Value <= count =>
                new PickleStorage(storage, type, (long)first.Value * type.SizeInBytes(), (long)viewed.Value),
            _ => throw machine.Damaged($"a view that reaches beyond storage '{Printable.Of(key)}'"),
        };
    }
}
