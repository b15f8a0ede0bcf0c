using System.Runtime.InteropServices;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets.Foreign;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;
using Kinema.Storage.Tests.Numpy;
using Kinema.Storage.Tests.Pickles;

namespace Kinema.Skeletons.Tests.Datasets.Foreign;

/// <summary>What the tests of files of others share: made-up arrays, pickles of arrays, refusals, and damage.</summary>
internal static class ForeignToy
{
    public static byte[] Bytes<T>(T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes<T>(values).ToArray();

    /// <summary>A <c>.npy</c> of floats.</summary>
    public static byte[] Npy(string shape, float[] values) => NpyBytes.Of("<f4", shape, Bytes(values));

    /// <summary>Coordinates from 0.1 to 1.1, none of them 0.</summary>
    public static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => 0.1f + random.NextSingle())];
    }

    /// <summary>Reads a path to its end.</summary>
    public static ClipCollection Read(string path, ForeignOptions? options = null)
    {
        using var source = ForeignFiles.Open(path, options);
        return ClipCollection.Of(source);
    }

    /// <summary>The one clip of a path that holds one.</summary>
    public static SkeletonClip ReadClip(string path, ForeignOptions? options = null)
    {
        using var source = ForeignFiles.Open(path, options);
        using var reader = source.Open();
        var read = reader.Read(0);
        return read.Clips is [var clip] ? clip : throw new KinemaException(ExitCode.Data, read.Skipped[0].Reason);
    }

    /// <summary>The message of the one-line error that opening must end with.</summary>
    public static string Refusal(string path, ForeignOptions? options = null)
    {
        var error = Assert.Throws<KinemaException>(() => ForeignFiles.Open(path, options).Dispose());
        Assert.Equal(ExitCode.Data, error.ExitCode);
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }

    /// <summary>An array as NumPy 1 pickles it.</summary>
    public static PickleWriter Array(this PickleWriter writer, string type, long[] shape, byte[] elements) => writer
        .Global("numpy.core.multiarray", "_reconstruct").Op('(').Global("numpy", "ndarray").Numbers(0).Bytes([(byte)'b']).Op("tR")
        .Op('(').Number(1).Numbers(shape)
        .Global("numpy", "dtype").Op('(').Text(type).Raw(0x89, 0x88).Op("tR")
        .Op('(').Number(3).Text("<").Op("NNN").Number(-1).Number(-1).Number(0).Op("tb")
        .Raw(0x89).Bytes(elements).Op("tb");

    /// <summary>(names, labels), as all of ST-GCN's family write it.</summary>
    public static byte[] Labels(string[] names, long[] labels)
    {
        var writer = new PickleWriter(3).Op("](");
        foreach (var name in names)
            writer.Text(name);
        writer.Op("e](");
        foreach (var label in labels)
            writer.Number(label);
        return writer.Op('e').Raw(0x86).Stop();
    }

    /// <summary>
    /// Seeded damage to a good file, which must be read or refused with one line. Anything else (another exception, an endless loop) fails.
    /// </summary>
    public static void Fuzz(byte[] sound, int seed, int trials, Action<byte[]> read)
    {
        var random = new Random(Mutations.Seed(seed));
        var refused = 0;
        trials = Mutations.Trials(trials);
        read(sound);
        for (var trial = 0; trial < trials; trial++)
        {
            var bytes = (byte[])sound.Clone();
            for (var edits = random.Next(1, 5); edits > 0; edits--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (trial % 4 == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                read(bytes);
            }
            catch (KinemaException error)
            {
                Assert.DoesNotContain('\n', error.Message);
                Assert.InRange(error.Message.Length, 10, 700);
                refused++;
            }
        }
        Assert.True(refused > trials / 8, $"only {refused} of {trials} damaged files were refused");
    }
}
