using System.IO.Compression;
using System.Text;

namespace Kinema.Storage.Tests.Numpy;

/// <summary>NumPy files made by hand, good ones and evil ones.</summary>
internal static class NpyBytes
{
    /// <summary>Magic, version, length and the header as given, then the elements.</summary>
    public static byte[] Of(string header, byte[] elements, byte version = 1)
    {
        var text = Encoding.Latin1.GetBytes(header);
        byte[] length = version == 1 ? [(byte)text.Length, (byte)(text.Length >> 8)] : [(byte)text.Length, (byte)(text.Length >> 8), 0, 0];
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. elements];
    }

    public static byte[] Of(string descr, string shape, byte[] elements, bool fortran = false) =>
        Of($"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}      \n", elements);

    public static byte[] Zip(CompressionLevel compression, params (string Name, byte[] Content)[] entries)
    {
        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = archive.CreateEntry(name, compression).Open();
                entry.Write(content);
            }
        }

        return memory.ToArray();
    }
}
