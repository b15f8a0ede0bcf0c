using Kinema.Encoders;
using Kinema.Torch;

namespace Kinema.Benchmarks;

/// <summary>What a benchmark measures.</summary>
[Flags]
public enum Measurements
{
    /// <summary>Nothing but the size of the network.</summary>
    None = 0,

    /// <summary>A batch forward, without a graph.</summary>
    Infer = 1,

    /// <summary>Forward, loss, backward and optimiser step.</summary>
    Train = 2,

    /// <summary>One clip forward.</summary>
    Latency = 4,

    /// <summary>Multiply-adds and time per operator of what else is measured.</summary>
    Operators = 8,

    /// <summary>What the machine could do at best: products and memory.</summary>
    Machine = 16,

    /// <summary>All of them.</summary>
    All = Infer | Train | Latency | Operators | Machine,
}

/// <summary>What a benchmark runs, on made-up clips.</summary>
public sealed record BenchmarkOptions
{
    /// <summary>The encoder.</summary>
    public required EncoderModel Model { get; init; }

    /// <summary>C, T, V and M.</summary>
    public required EncoderInput Input { get; init; }

    /// <summary>K.</summary>
    public required int Classes { get; init; }

    /// <summary>Channels of the first stage; null for the paper's.</summary>
    public int? Width { get; init; }

    /// <summary>N, of inference and training.</summary>
    public int Batch { get; init; } = 16;

    /// <summary><see cref="ScalarType.Float32"/>, or <see cref="ScalarType.BFloat16"/> for matrix products in bf16.</summary>
    public ScalarType Type { get; init; } = ScalarType.Float32;

    /// <summary>Where.</summary>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>What is measured.</summary>
    public Measurements Measure { get; init; } = Measurements.All;

    /// <summary>Timed rounds of each measurement.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>Rounds before the clock starts: kernels are compiled, memory is asked for.</summary>
    public int WarmUp { get; init; } = 3;

    /// <summary>Rows of each of CSRE's banks, all written; null measures no CSRE, otherwise steps without and with it take turns.</summary>
    public int? CsreRows { get; init; }
}
