using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kinema.Cli.Tests;

/// <summary>What docs/performance.md and README.md say of speed is what the documents in bench/records have, row by row and both ways.</summary>
public sealed partial class PerformancePageTests
{
    private static readonly string[] Rows = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "performance.md"));

    private static readonly string Costs = $"{Path.DirectorySeparatorChar}costs{Path.DirectorySeparatorChar}";   // steps that lack something

    private static readonly Comparison[] Comparisons = [.. Documents("kinema.compare").Select(document => new Comparison(document.File, document.Json))];

    public static TheoryData<string> Compared() => [.. Comparisons.Select(comparison => comparison.File)];

    public static TheoryData<string> Said() => [.. Rows.Where(row => Row().IsMatch(row))];

    public static TheoryData<string> Contrasted() =>
        [.. Documents("kinema.bench").Where(document => document.Json.GetProperty("csre").ValueKind == JsonValueKind.Object)
            .Select(document => document.File).Where(file => !file.Contains(Costs, StringComparison.Ordinal))];

    [Fact]
    public void Every_record_is_of_a_kind_that_is_compared_with_the_page() => Assert.All(
        Files(), file => Assert.Contains(Open(file).GetProperty("schema").GetString(), (string[])["kinema.compare", "kinema.bench"]));

    [Theory, MemberData(nameof(Compared))]
    public void Every_recorded_comparison_has_a_row(string file)
    {
        var comparison = Comparisons.Single(one => one.File == file);
        Assert.True(Rows.Any(comparison.Agrees), $"no row of docs/performance.md has the times, ratios, pairs and memory of {file}: {comparison}");
    }

    [Theory, MemberData(nameof(Said))]
    public void Every_row_of_ranges_and_pairs_has_a_recorded_comparison(string row) =>
        Assert.True(Comparisons.Any(comparison => comparison.Agrees(row)), $"no document in bench/records has: {row}");

    [Theory, MemberData(nameof(Contrasted))]
    public void What_CSRE_costs_is_what_its_record_has(string file)
    {
        var csre = Open(file).GetProperty("csre");
        var said = string.Create(
            CultureInfo.InvariantCulture,
            $"{Number("ratio"):0.000} of a step without it ({Number("low_ratio"):0.000} to {Number("high_ratio"):0.000}, {csre.GetProperty("ratios").GetArrayLength()} pairs)");
        Assert.Contains(Rows, row => row.Contains(said, StringComparison.Ordinal));

        double Number(string key) => csre.GetProperty(key).GetDouble();
    }

    [Theory]
    [InlineData("train", "kernels-without-avx2", 1, "training", "median_ms")]
    [InlineData("train", "all-without-avx2", 1, "training", "median_ms")]
    [InlineData("train", "plain-blas", 2, "training", "median_ms")]
    [InlineData("csre", "plain-blas", 2, "csre", "with_ms")]
    public void What_is_missing_costs_what_its_records_have(string work, string lacking, int digits, string part, string key)
    {
        var steps = Files().Where(file => file.Contains($"{Costs}{work}-", StringComparison.Ordinal)).ToLookup(
            file => Path.GetFileNameWithoutExtension(file)[..^2], file => Open(file).GetProperty(part).GetProperty(key).GetDouble());
        double[] ratios = [.. steps[$"{work}-{lacking}"].Zip(steps[$"{work}-as-it-is"], (without, whole) => without / whole).Order()];

        Assert.Equal(3, ratios.Length);
        var (middle, least, most) = (Text(ratios[1]), Text(ratios[0]), Text(ratios[2]));
        Assert.Contains(Rows, row => row.Contains($"{middle} ({least} to {most})", StringComparison.Ordinal));

        string Text(double ratio) => ratio.ToString($"F{digits}", CultureInfo.InvariantCulture);
    }

    [Fact]
    public void The_readme_has_the_recorded_medians()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var said = Headline().Match(readme);
        Assert.True(said.Success, "README.md has no line of speed");
        foreach (var (i, mode) in ((string[])["train", "infer", "latency"]).Index())
        {
            var recorded = Comparisons.Where(one => one.Mode == mode && one is { Layout: "nw-ucla", Model: "ctr-gcn", SameSettings: false }).ToList();
            Assert.Contains(recorded, one => Close(said.Groups[i + 1].Value, one.Ratio));
        }
    }

    private static IEnumerable<(string File, JsonElement Json)> Documents(string schema) =>
        Files().Select(file => (file, Open(file))).Where(document => document.Item2.GetProperty("schema").GetString() == schema);

    private static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "bench", "records"), "*.json", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal);

    private static JsonElement Open(string file) => JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, file))).RootElement;

    // Rounded to the digits that the page gives.
    private static bool Close(string text, double value)
    {
        var digits = text.Contains('.', StringComparison.Ordinal) ? text.Length - text.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
        return Math.Abs(double.Parse(text, CultureInfo.InvariantCulture) - value) <= 0.5000001 * Math.Pow(10, -digits);
    }

    // | work | least to largest | least to largest | **median** (least to largest, pairs) | target | memory
    [GeneratedRegex(@"^\|[^|]+\| ([\d,.]+) to ([\d,.]+) \| ([\d,.]+) to ([\d,.]+) \| \**([\d.]+)\** \(([\d.]+) to ([\d.]+), (\d+)\) \|[^|]*\| ([\d.]+)")]
    private static partial Regex Row();

    [GeneratedRegex(@"a training step ([\d.]+), inference ([\d.]+), one clip ([\d.]+) times as fast")]
    private static partial Regex Headline();

    private sealed record Comparison(string File, string Mode, string Layout, string Model, bool SameSettings, double Ratio, double[] Measured)
    {
        public Comparison(string file, JsonElement json)
            : this(file, Text(json, "mode"), Text(json, "layout"), Text(json, "model"), json.GetProperty("same_settings").GetBoolean(), Number(json, "ratio"), [])
        {
            var pairs = json.GetProperty("pairs").EnumerateArray().ToList();
            List<double> ours = [.. pairs.Select(pair => Number(pair, "kinema_ms"))], theirs = [.. pairs.Select(pair => Number(pair, "pytorch_ms"))];
            Measured =
            [
                ours.Min(), ours.Max(), theirs.Min(), theirs.Max(), Ratio, Number(json, "low_ratio"), Number(json, "high_ratio"), pairs.Count,
                Number(json, "memory_ratio"),
            ];
        }

        public bool Agrees(string row) =>
            Row().Match(row) is { Success: true } said && said.Groups.Values.Skip(1).Zip(Measured).All(pair => Close(pair.First.Value, pair.Second));

        public override string ToString() => string.Join(", ", Measured.Select(value => value.ToString(CultureInfo.InvariantCulture)));

        private static string Text(JsonElement json, string key) => json.GetProperty(key).GetString()!;

        private static double Number(JsonElement json, string key) => json.GetProperty(key).GetDouble();
    }
}
