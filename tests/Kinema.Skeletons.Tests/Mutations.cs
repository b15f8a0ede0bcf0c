using Kinema.Skeletons.Augmentations;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests;

/// <summary>Damages valid files in thousands of ways, the same every time: only a <see cref="KinemaException"/> of one line may come of it.</summary>
internal static class Mutations
{
    /// <summary>Bytes that mean something in some form.</summary>
    private static readonly byte[] Telling = [.. "\0\t\n\r \"#,.-+:;0123456789eE[]{}nullNaN\\/"u8, 0x80, 0xC3, 0xFF];

    public static void OnlyRefuse(byte[] valid, int count, Action<byte[]> read)
    {
        for (var i = 0; i < count; i++)
        {
            var damaged = Damage(valid, i);
            try
            {
                read(damaged);
            }
            catch (KinemaException error)
            {
                Assert.DoesNotContain('\n', error.Message);
            }
            catch (Exception error)
            {
                Assert.Fail($"mutation {i} throws {error.GetType().Name}: {error.Message}\n{System.Text.Encoding.Latin1.GetString(damaged)}\n{error.StackTrace}");
            }
        }
    }

    /// <summary>Cut off at every length.</summary>
    public static void OnlyRefuseCut(byte[] valid, Action<byte[]> read)
    {
        for (var length = 0; length < valid.Length; length++)
        {
            try
            {
                read(valid[..length]);
            }
            catch (KinemaException error)
            {
                Assert.DoesNotContain('\n', error.Message);
            }
        }
    }

    private static byte[] Damage(byte[] valid, int seed)
    {
        var random = new ClipRandom(seed, 0, 0, RandomPurpose.Synthesis);
        var bytes = new List<byte>(valid);
        for (var times = 1 + random.NextInt(4); times > 0 && bytes.Count > 0; times--)
        {
            var at = random.NextInt(bytes.Count);
            var length = Math.Min(1 + random.NextInt(random.NextInt(8) == 0 ? 200 : 4), bytes.Count - at);
            switch (random.NextInt(5))
            {
                case 0:
                    bytes[at] = Telling[random.NextInt(Telling.Length)];
                    break;
                case 1:
                    bytes[at] = (byte)random.NextInt(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(random.NextInt(bytes.Count), bytes.GetRange(at, length));
                    break;
                default:
                    bytes.Insert(at, Telling[random.NextInt(Telling.Length)]);
                    break;
            }
        }
        return [.. bytes];
    }
}
