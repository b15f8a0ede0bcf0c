using System.Text;
using Kinema.Runs;

namespace Kinema.Tests.Runs;

/// <summary>Reads event files back with a reader of its own: table-driven CRC, records, protobuf fields.</summary>
public sealed class EventFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Scalars_read_back_with_tag_step_time_and_value()
    {
        using (var file = EventFile.Create(folder.Path, time))
        {
            Assert.StartsWith("events.out.tfevents.1772600767.", Path.GetFileName(file.Path));
            file.AddScalar("train/loss", 1.25, 1);
            time.Advance(1.5);
            file.AddScalar("größe", double.NaN, 1L << 40);
        }

        var events = Events();

        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.Equal(("train/loss", 1.25f, 1L, 1772600767.0), (events[1].Tag, events[1].Value, events[1].Step, events[1].Time));
        Assert.Equal(("größe", float.NaN, 1L << 40, 1772600768.5), (events[2].Tag, events[2].Value, events[2].Step, events[2].Time));
        Assert.Equal(3, events.Count);
    }

    [Fact]
    public void A_row_becomes_one_scalar_per_measured_value_grouped_by_split()
    {
        using (var file = EventFile.Create(folder.Path, time))
            file.AddRow(EpochRow.Of(7, ("train_cross_entropy", 0.5), ("test_top1", 0.75), ("learning_rate", 0.1), ("test_top5", null)));

        Assert.Equal([("train/cross_entropy", 0.5f, 7L), ("test/top1", 0.75f, 7L), ("learning_rate", 0.1f, 7L)],
            Events()[1..].Select(e => (e.Tag, e.Value, e.Step)));
    }

    [Fact]
    public void A_resumed_run_starts_a_second_file_that_takes_over_from_its_first_step()
    {
        EventFile.Create(folder.Path, time).Dispose();
        EventFile.Create(folder.Path, time, firstStep: 300).Dispose();

        var second = Events(Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal).Last());

        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
        Assert.Equal((300L, 1), (second[1].Step, second[1].Session));
    }

    [Fact]
    public void The_reader_s_checksum_is_the_published_crc_32c()
    {
        // RFC 3720, B.4: 32 bytes of zeros and of ones; and the customary check value.
        Assert.Equal(0x8a9136aau, Crc(new byte[32]));
        Assert.Equal(0x62a8ab43u, Crc([.. Enumerable.Repeat((byte)0xff, 32)]));
        Assert.Equal(0xe3069283u, Crc(Encoding.ASCII.GetBytes("123456789")));
    }

    private List<Event> Events(string? path = null)
    {
        var bytes = File.ReadAllBytes(path ?? Assert.Single(Directory.GetFiles(folder.Path)));
        var events = new List<Event>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BitConverter.ToUInt64(bytes, at);
            Assert.Equal(Mask(Crc(bytes[at..(at + 8)])), BitConverter.ToUInt32(bytes, at + 8));
            var content = bytes[(at + 12)..(at + 12 + length)];
            Assert.Equal(Mask(Crc(content)), BitConverter.ToUInt32(bytes, at + 12 + length));
            events.Add(Parse(content));
            at += 16 + length;
        }

        return events;
    }

    private sealed record Event(double Time, long Step, string? Version, string? Tag, float Value, int Session);

    private static Event Parse(byte[] bytes)
    {
        var fields = Fields(bytes).ToDictionary();
        var scalar = fields.TryGetValue(5, out var summary) ? Fields(Fields((byte[])summary).Single().Value as byte[]).ToDictionary() : [];
        return new(BitConverter.Int64BitsToDouble((long)fields[1]), fields.TryGetValue(2, out var step) ? (long)step : 0,
            fields.TryGetValue(3, out var version) ? Encoding.UTF8.GetString((byte[])version) : null,
            scalar.TryGetValue(1, out var tag) ? Encoding.UTF8.GetString((byte[])tag) : null,
            scalar.TryGetValue(2, out var value) ? BitConverter.Int32BitsToSingle((int)(long)value) : 0,
            fields.TryGetValue(7, out var session) ? (int)(long)Fields((byte[])session).Single(pair => pair.Key == 1).Value : 0);
    }

    private static IEnumerable<KeyValuePair<int, object>> Fields(byte[]? bytes)
    {
        for (var at = 0; at < bytes!.Length;)
        {
            var key = Varint();
            object value;
            switch (key & 7)
            {
                case 0: value = Varint(); break;
                case 1: value = BitConverter.ToInt64(bytes, at); at += 8; break;
                case 5: value = (long)BitConverter.ToInt32(bytes, at); at += 4; break;
                case 2:
                    var length = (int)Varint();
                    value = bytes[at..(at + length)];
                    at += length;
                    break;
                default: throw new InvalidOperationException($"wire type {key & 7}");
            }

            yield return new((int)(key >> 3), value);

            long Varint()
            {
                long result = 0;
                for (var shift = 0; ; shift += 7)
                {
                    result |= (long)(bytes[at] & 0x7f) << shift;
                    if (bytes[at++] < 0x80)
                        return result;
                }
            }
        }
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
        }

        return ~crc;
    }

    private static uint Mask(uint crc) => unchecked((crc >> 15 | crc << 17) + 0xa282ead8u);
}
