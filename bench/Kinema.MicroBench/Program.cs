// Kernels alone, each in turn with its twin of plain operators; bench/README.md.
//   Kinema.MicroBench [NAME] [--rounds 20] [--threads CORES]
using System.Globalization;
using Kinema.MicroBench;
using Kinema.Torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var (rounds, threads, name) = (20, Environment.ProcessorCount, "");
for (var i = 0; i < args.Length; i++)
{
    if (args[i] is "--rounds" or "--threads")
    {
        if (i + 1 == args.Length || !int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var value) || value < 1)
            return Refuse($"{args[i]} takes a number from 1 up");
        if (args[i++] == "--rounds") rounds = value;
        else threads = value;
    }
    else if (args[i].StartsWith('-'))
    {
        return Refuse($"there is no option {args[i]}; usage: Kinema.MicroBench [NAME] [--rounds 20] [--threads CORES]");
    }
    else
    {
        name = args[i];
    }
}

TorchRuntime.Threads = threads;
using var random = new Generator(1);
Console.WriteLine($"libtorch {TorchRuntime.Version}, {threads} threads, medians of {rounds}");
Console.WriteLine($"{"kernel",-46} {"pass",-8} {"ms",8} {"twin ms",8} {"ratio",6} {"GFLOP/s",8} {"GB/s",6}");
var any = false;
foreach (var duel in Duels.All(random).Where(duel => duel.Name.Contains(name, StringComparison.OrdinalIgnoreCase)))
{
    any = true;
    foreach (var result in duel.Run(rounds))
        Console.WriteLine(
            $"{result.Name,-46} {result.Pass,-8} {result.Ours,8:0.00} {result.Twin,8:0.00} {result.Ratio,6:0.00} {result.Gflops,8:0.0} {result.Gbps,6:0.0}");
}

return any ? 0 : Refuse($"no kernel is called '{name}'");

static int Refuse(string message)
{
    Console.Error.WriteLine($"micro-benchmarks: {message}");
    return 2;
}
