using Kinema.Storage.Pickles;

namespace Kinema.Storage.Tests.Pickles;

/// <summary>
/// Seeded damage to good files: bytes changed, cut, doubled and swapped. Each must be read or refused with one line. Anything else (another
/// exception, a stack overflow, an endless loop) fails here.
/// </summary>
public sealed class FuzzTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Trait("Category", "Fuzz")]
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Damaged_legacy_files_are_read_or_refused(int seed) =>
        Trial(
            Containers.Legacy(Sample(), ["0", "1"], (12, Containers.Count(12)), (3, new byte[24])), seed, 800,
            bytes => PyTorchFile.Read(folder.Write("f", bytes)));

    [Trait("Category", "Fuzz")]
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Damaged_zip_archives_are_read_or_refused(int seed) =>
        Trial(
            Containers.Zip(Sample(), new() { ["0"] = Containers.Count(12), ["1"] = new byte[24] }), seed, 500,
            bytes => PyTorchFile.Read(folder.Write("f", bytes)));

    [Trait("Category", "Fuzz")]
    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void Damaged_pickles_are_read_or_refused(int seed) => Trial(Sample(), seed, 2000, Run);

    [Trait("Category", "Fuzz")]
    [Theory]
    [InlineData(7)]
    public void Random_opcodes_are_read_or_refused(int seed)
    {
        var random = new Random(Mutations.Seed(seed));
        var opcodes = Enum.GetValues<PickleOpcode>().Select(opcode => (byte)opcode).ToArray();
        for (var trial = 0; trial < Mutations.Trials(3000); trial++)
        {
            var bytes = new byte[random.Next(2, 60)];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = random.Next(5) == 0 ? (byte)random.Next(4) : opcodes[random.Next(opcodes.Length)];
            }

            Attempt(bytes, Run);
        }
    }

    private static void Trial(byte[] sound, int seed, int trials, Action<byte[]> read)
    {
        Assert.True(Attempt(sound, read));
        var random = new Random(Mutations.Seed(seed));
        trials = Mutations.Trials(trials);
        var refused = 0;
        for (var trial = 0; trial < trials; trial++)
        {
            refused += Attempt(Damage(sound, random), read) ? 0 : 1;
        }

        Assert.InRange(refused, trials / 3, trials);
    }

    private static bool Attempt(byte[] bytes, Action<byte[]> read)
    {
        try
        {
            read(bytes);
            return true;
        }
        catch (KinemaException error)
        {
            Assert.DoesNotContain('\n', error.Message);
            Assert.True(error.Message.Length is >= 10 and <= 500, error.Message);
            return false;
        }
    }

    private static void Run(byte[] bytes)
    {
        var input = new PickleInput("f", ExitCode.Data, new MemoryStream(bytes), bytes.Length);
        var root = new PickleMachine(input, new TorchStorages()).Run();
        Assert.All(PickleTree.Tensors(StateDict.Find(root)), tensor => Assert.True(tensor.HasElements || tensor.View is not null));
    }

    private static byte[] Damage(byte[] sound, Random random)
    {
        var bytes = sound.ToList();
        for (var edits = random.Next(1, 5); edits > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 20), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0 or 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 3: bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length)); break;
                case 4 when bytes.Count > length: bytes.RemoveRange(at, length); break;
                case 5 when at > 0: bytes.RemoveRange(at, bytes.Count - at); break;
                default: bytes[at] = 255; break;
            }
        }

        return [.. bytes];
    }

    private static byte[] Sample() => new PickleWriter().Op("}").Put(0).Op('(')
        .Text("state_dict").Global("collections", "OrderedDict").Op(")R").Put(1).Op('(')
        .Text("fc.weight").Tensor("FloatStorage", "0", 12, 2, [3, 2], [1, 4])
        .Text("fc.bias").Tensor("LongStorage", "1", 3, 0, [3], [1]).Op("u}").Text("_metadata").Op("}sb")
        .Text("epoch").Number(7).Text("lr").Real(0.1)
        .Text("names").Op("](").Text("a").Bytes([1, 2]).Op('N').Get(1).Op('e')
        .Text("size").Global("torch", "Size").Numbers(1, 2).Raw(0x85).Op('R').Op('u').Stop();
}
