using System.Diagnostics.CodeAnalysis;

namespace Kinema.Storage.Pickles;

/// <summary>A dictionary (also an <c>OrderedDict</c>, <c>defaultdict</c> or <c>Counter</c>) in the order of the file.</summary>
public sealed class PickleDictionary : PickleValue
{
    private readonly List<KeyValuePair<PickleValue, PickleValue>> entries = [];
    private readonly Dictionary<PickleValue, int> places = new(KeyComparer.Only);

    internal PickleDictionary()
    {
    }

    /// <summary>Keys and values in order; a key set twice has its first place and its last value.</summary>
    public IReadOnlyList<KeyValuePair<PickleValue, PickleValue>> Entries => entries;

    /// <inheritdoc/>
    public override string Kind => "a dictionary";

    /// <summary>The value under a text key.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out PickleValue? value)
    {
        var found = places.TryGetValue(new PickleText(key), out var place);
        value = found ? entries[place].Value : null;
        return found;
    }

    /// <summary>Whether a value can be a key here: plain, and short enough that comparing it costs nothing to speak of.</summary>
    internal static bool IsKey(PickleValue key) => key switch
    {
        PickleText text => text.Value.Length <= 1024,
        PickleBytes bytes => bytes.Value.Length <= 1024,
        PickleNone or PickleBool or PickleInteger or PickleReal or PickleTuple or PickleName => true,
        _ => false,
    };

    /// <summary>Sets a key that <see cref="IsKey"/>.</summary>
    internal void Set(PickleValue key, PickleValue value)
    {
        if (places.TryGetValue(key, out var place))
        {
            entries[place] = new(entries[place].Key, value);
            return;
        }

        places.Add(key, entries.Count);
        entries.Add(new(key, value));
    }

    /// <summary>Plain keys by value; tuples by identity, since comparing hostile nested tuples could take for ever.</summary>
    private sealed class KeyComparer : IEqualityComparer<PickleValue>
    {
        internal static readonly KeyComparer Only = new();

        public bool Equals(PickleValue? x, PickleValue? y) => ReferenceEquals(x, y) || (x, y) switch
        {
            (PickleText a, PickleText b) => a.Value == b.Value,
            (PickleInteger a, PickleInteger b) => a.Value == b.Value,
            (PickleReal a, PickleReal b) => a.Value.Equals(b.Value),
            (PickleBytes a, PickleBytes b) => a.Value.Span.SequenceEqual(b.Value.Span),
            (PickleName a, PickleName b) => a.Name == b.Name,
            _ => false,
        };

        public int GetHashCode(PickleValue value) => value switch
        {
            PickleText text => text.Value.GetHashCode(StringComparison.Ordinal),
            PickleInteger integer => integer.Value.GetHashCode(),
            PickleReal real => real.Value.GetHashCode(),
            PickleBytes bytes => Hash(bytes.Value.Span),
            PickleName name => name.Name.GetHashCode(StringComparison.Ordinal),
            _ => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value),
        };

        private static int Hash(ReadOnlySpan<byte> bytes)
        {
            var hash = default(HashCode);
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }
    }
}
