using System.Globalization;
using System.Numerics;

namespace Kinema.Storage.Pickles;

/// <summary>
/// The legacy container (before PyTorch 1.6): five pickles in a row (magic number, protocol 1001, facts of the machine, the value, the
/// storage keys), then for each key the number of elements (8 bytes) and the elements.
/// </summary>
internal sealed class PyTorchLegacy : PyTorchContainer
{
    private static readonly BigInteger Magic =
        BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private readonly FileStream stream;
    private readonly PickleInput input;
    private readonly List<TensorStorage> order = [];

    internal PyTorchLegacy(string path, FileStream stream)
        : base(path)
    {
        this.stream = stream;
        input = new PickleInput(path, ExitCode.Checkpoint, stream, stream.Length);
        if (Next(null) is not PickleInteger magic || magic.Value != Magic
            || Next(null) is not PickleInteger protocol || protocol.Value != 1001)
        {
            throw Damaged("not a PyTorch file: a pickle without PyTorch's magic number 0x1950a86a20f9469cfc6c and protocol 1001");
        }

        if (Next(null) is not PickleDictionary system || !system.TryGet("little_endian", out var little)
            || little is not PickleBool { Value: true })
        {
            throw Damaged("holds big-endian tensors, which are not read");
        }

        Root = Next(Storages);
        var keys = Next(null) is PickleList list ? list.Items : throw Damaged("has no list of storage keys");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in keys)
        {
            if (item is not PickleText key || !Storages.All.TryGetValue(key.Value, out var storage) || !seen.Add(key.Value))
            {
                throw Damaged("its list of storage keys does not fit its tensors");
            }

            order.Add(storage);
        }
    }

    internal override PickleValue Root { get; }

    public override void Dispose() => stream.Dispose();

    private protected override void ReadStorages()
    {
        foreach (var storage in order)
        {
            var (count, declared) = (input.ReadInt64(), storage.Length / storage.ElementSize);              // elements, not bytes
            if (count != declared)
            {
                throw Damaged(
                    $"storage '{Printable.Of(storage.Key)}' has {count} elements at byte {input.Position} where {declared} are declared");
            }

            if (storage.Wanted)
            {
                storage.Bytes = input.ReadBytes(storage.Length);
            }
            else
            {
                input.Skip(storage.Length);
            }
        }

        foreach (var storage in Storages.All.Values.Where(storage => storage is { Wanted: true, Bytes: null }))
        {
            throw Damaged($"storage '{Printable.Of(storage.Key)}' is missing from its list of storage keys");
        }
    }

    private PickleValue Next(TorchStorages? torch) => new PickleMachine(input, torch).Run();
}
