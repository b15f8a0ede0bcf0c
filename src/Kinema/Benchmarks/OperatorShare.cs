using Kinema.Torch;

namespace Kinema.Benchmarks;

/// <summary>What keeps an operator from being faster.</summary>
public enum Limit
{
    /// <summary>It neither multiplies nor moves enough to be held against the machine: calls, small pieces.</summary>
    Overhead,

    /// <summary>The products: their time at the machine's best is the larger part of what it must take.</summary>
    Products,

    /// <summary>The bytes it must move take longer at the machine's best than its products do.</summary>
    Memory,
}

/// <summary>One operator's part in a round.</summary>
/// <param name="Name">The operator, node of backward or kernel; the time between them has no name of libtorch's.</param>
/// <param name="Type">What it multiplies in, bf16 where that is true of some of a kernel's products; null for what multiplies no matrices.</param>
/// <param name="Calls">In one round.</param>
/// <param name="Milliseconds">In one round.</param>
/// <param name="Share">Of the round, 0 to 1.</param>
/// <param name="Gflops">GFLOP/s, two for a multiply-add.</param>
/// <param name="Gbps">GB/s, each input read once and each output written once.</param>
/// <param name="Limit">Which ceiling is nearer; null where the machine was not measured.</param>
/// <param name="OfCeiling">How much of that ceiling it reaches, 0 to 1; above 1 where data come from cache.</param>
public sealed record OperatorShare(
    string Name, ScalarType? Type, double Calls, double Milliseconds, double Share, double Gflops, double Gbps, Limit? Limit, double? OfCeiling)
{
    /// <summary>What the time is called that no operator took: managed code, the engine of backward, waiting.</summary>
    public const string Between = "(between operators)";

    // Below a fifth of either ceiling neither is what holds it back.
    private const double Near = 0.2;

    /// <summary>Holds a profile against the machine.</summary>
    /// <param name="profile">Of all rounds.</param>
    /// <param name="whole">Time of all rounds.</param>
    /// <param name="rounds">How many.</param>
    /// <param name="machine">The ceilings, if they were measured.</param>
    internal static IReadOnlyList<OperatorShare> Of(IReadOnlyList<OperatorTime> profile, TimeSpan whole, int rounds, MachineCeiling? machine)
    {
        var between = whole - TimeSpan.FromTicks(profile.Sum(row => row.Self.Ticks));
        return [.. profile.Append(new OperatorTime(Between, null, 0, between > TimeSpan.Zero ? between : TimeSpan.Zero, 0, 0, 0))
            .Select(row => Of(row, whole, rounds, machine)).OrderByDescending(row => row.Milliseconds)];
    }

    private static OperatorShare Of(OperatorTime row, TimeSpan whole, int rounds, MachineCeiling? machine)
    {
        var seconds = Math.Max(row.Self.TotalSeconds, 1e-9);
        var (gflops, gbps) = (2 * row.MultiplyAdds / seconds / 1e9, row.Bytes / seconds / 1e9);
        Limit? limit = null;
        double? reached = null;
        if (machine is not null)
        {
            var (products, memory) = (machine.ProductSeconds(row) / seconds, gbps / machine.Bandwidth);
            reached = Math.Max(products, memory);
            limit = reached < Near ? Benchmarks.Limit.Overhead : products >= memory ? Benchmarks.Limit.Products : Benchmarks.Limit.Memory;
        }

        return new OperatorShare(
            row.Name, row.Type, (double)row.Calls / rounds, row.Self.TotalMilliseconds / rounds, row.Self / whole, gflops, gbps, limit, reached);
    }
}
