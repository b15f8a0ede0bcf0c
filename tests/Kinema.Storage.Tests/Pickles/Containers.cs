using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Kinema.Storage.Tests.Pickles;

/// <summary>PyTorch's two containers around a pickle, built by hand.</summary>
internal static class Containers
{
    internal static byte[] Zip(
        byte[] pickle, Dictionary<string, byte[]>? storages = null, string byteOrder = "little",
        CompressionLevel compression = CompressionLevel.NoCompression)
    {
        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("model/data.pkl", pickle);
            Add("model/byteorder", [.. byteOrder.Select(c => (byte)c)]);
            foreach (var (key, content) in storages ?? [])
            {
                Add($"model/data/{key}", content);
            }

            Add("model/version", "3\n"u8.ToArray());

            void Add(string name, byte[] content)
            {
                using var entry = archive.CreateEntry(name, compression).Open();
                entry.Write(content);
            }
        }

        return memory.ToArray();
    }

    internal static byte[] Legacy(byte[] pickle, string[] keys, params (long Count, byte[] Content)[] storages)
    {
        byte[] magic = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.'];
        var list = new PickleWriter().Op("](");
        Array.ForEach(keys, key => list.Text(key));
        var bytes = new List<byte>();
        bytes.AddRange(magic);
        bytes.AddRange(new PickleWriter().Number(1001).Stop());
        bytes.AddRange(new PickleWriter().Op("}(").Text("protocol_version").Number(1001).Text("little_endian").Raw(0x88).Op('u').Stop());
        bytes.AddRange(pickle);
        bytes.AddRange(list.Op('e').Stop());
        foreach (var (count, content) in storages)
        {
            var length = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, count);
            bytes.AddRange(length);
            bytes.AddRange(content);
        }

        return [.. bytes];
    }

    internal static byte[] Floats(params float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();

    /// <summary>0, 1, 2, … as floats.</summary>
    internal static byte[] Count(int count) => Floats([.. Enumerable.Range(0, count).Select(i => (float)i)]);
}
