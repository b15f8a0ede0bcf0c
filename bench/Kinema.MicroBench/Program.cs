// Kernels alone, each in turn with its twin of plain operators; bench/README.md.
//   Kinema.MicroBench [NAME] [--rounds 20] [--threads CORES]
//   Kinema.MicroBench samples [CLIPS]               making samples of clips in memory, as training does
//   Kinema.MicroBench data [CLIPS [RAW FILES]]      preparing, opening and reading data at full size
using System.Globalization;
using Kinema.MicroBench;
using Kinema.Torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["data-read", var path]:
        return DataBench.Read(path);
    case ["samples"]:
        return SampleBench.Run(4_000);
    case ["samples", var count]:
        return int.TryParse(count, CultureInfo.InvariantCulture, out var samples) && samples > 0
            ? SampleBench.Run(samples)
            : Refuse("samples takes a number of clips from 1 up");
    case ["data", ..]:
        var sizes = args.Skip(1).Select(text => int.TryParse(text, CultureInfo.InvariantCulture, out var size) && size > 0 ? size : 0).ToArray();
        return sizes.Length > 2 || sizes.Contains(0)
            ? Refuse("data takes two numbers from 1 up: clips, and raw files")
            : DataBench.Run(
                sizes.ElementAtOrDefault(0) is var clips and > 0 ? clips : 114_480, sizes.ElementAtOrDefault(1) is var files and > 0 ? files : 4_000);
}

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
