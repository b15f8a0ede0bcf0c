using System.Globalization;

namespace Kinema.Torch.Tests.Tensors;

/// <summary>Where large tensors lie.</summary>
public sealed class LargeMemoryTests : TensorTest
{
    private const long Mebi = 1 << 20;

    [RangeFact]
    public void A_large_tensor_counts_as_in_use_until_it_is_freed_and_a_small_one_never()
    {
        var before = TorchRuntime.LargeMemory.InUse;
        using (Bytes(Mebi)) Assert.Equal(before + Mebi, TorchRuntime.LargeMemory.InUse);
        Assert.Equal(before, TorchRuntime.LargeMemory.InUse);
        using (Bytes(1000)) Assert.Equal(before, TorchRuntime.LargeMemory.InUse);
    }

    [RangeTheory, InlineData(0, 1, 2), InlineData(0, 2, 1), InlineData(2, 1, 0), InlineData(1, 0, 2), InlineData(1, 2, 0)]
    public void Neighbours_that_were_freed_in_any_order_make_room_for_a_larger_one(int first, int second, int third)
    {
        using (Bytes(64 * Mebi)) { } // so that all of them come from one free block
        Tensor[] three = [Bytes(11 * Mebi), Bytes(12 * Mebi), Bytes(13 * Mebi)];
        using var behind = Bytes(20 * Mebi);
        var address = Address(three[0]);
        foreach (var next in (int[])[first, second, third]) three[next].Dispose();

        using var large = Bytes(36 * Mebi);

        Assert.Equal(address, Address(large));
    }

    [RangeFact]
    public void A_tensor_larger_than_the_machine_is_left_to_the_system_to_refuse()
    {
        var before = TorchRuntime.LargeMemory;
        var total = File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemTotal:", StringComparison.Ordinal));
        var machine = 1024 * long.Parse(total.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        try
        {
            Bytes(machine * 3 / 2).Dispose(); // granted only by a system that promises what it does not have
        }
        catch (TorchOutOfMemoryException)
        {
        }

        Assert.Equal(before, TorchRuntime.LargeMemory);
    }

    [Fact]
    public void Tensors_that_come_and_go_on_two_threads_never_share_a_byte()
    {
        void ComeAndGo(int seed)
        {
            var random = new Random(seed);
            var alive = new List<(Tensor Tensor, byte Mark)>();
            using var scope = TensorScope.Begin();
            for (var i = 0; i < 400; i++)
            {
                if (alive.Count == 12)
                {
                    var (tensor, mark) = alive[random.Next(alive.Count)];
                    Assert.Equal(-1, ((ReadOnlySpan<byte>)tensor.Memory<byte>()).IndexOfAnyExcept(mark));
                    alive.Remove((tensor, mark));
                    tensor.Dispose();
                }

                var made = (Bytes(random.NextInt64(1, 600_000)), (byte)random.Next(256));
                made.Item1.Memory<byte>().Fill(made.Item2);
                alive.Add(made);
            }
        }

        var before = TorchRuntime.LargeMemory.InUse;
        Parallel.For(0, 2, ComeAndGo);
        Assert.Equal(before, TorchRuntime.LargeMemory.InUse);
    }

    [RangeFact]
    public void Trimming_gives_free_pages_back_and_leaves_those_in_use_alone()
    {
        using var kept = Bytes(Mebi);
        kept.Memory<byte>().Fill(5);
        using (var freed = Bytes(2 * Mebi)) freed.Memory<byte>().Fill(7);

        TorchRuntime.TrimMemory();

        using var again = Bytes(2 * Mebi); // pages that the system hands out anew are zero
        Assert.Equal(-1, ((ReadOnlySpan<byte>)again.Memory<byte>()).IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, ((ReadOnlySpan<byte>)kept.Memory<byte>()).IndexOfAnyExcept((byte)5));
    }

    private static unsafe nint Address(Tensor tensor)
    {
        fixed (byte* address = tensor.Memory<byte>()) return (nint)address;
    }

    private static Tensor Bytes(long count) => Tensor.Empty([count], ScalarType.UInt8);
}

/// <summary>Whether large tensors have a range of their own: not elsewhere than on Linux, nor where addresses are limited.</summary>
internal static class LargeMemoryRange
{
    public const string Missing = "this process has no range of addresses for large tensors";

    public static readonly bool Exists = Probe();

    private static bool Probe()
    {
        using var probe = Tensor.Empty([1 << 20], ScalarType.UInt8);
        return TorchRuntime.LargeMemory.InUse > 0;
    }
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class RangeFactAttribute : FactAttribute
{
    public RangeFactAttribute()
    {
        if (!LargeMemoryRange.Exists) Skip = LargeMemoryRange.Missing;
    }
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class RangeTheoryAttribute : TheoryAttribute
{
    public RangeTheoryAttribute()
    {
        if (!LargeMemoryRange.Exists) Skip = LargeMemoryRange.Missing;
    }
}
