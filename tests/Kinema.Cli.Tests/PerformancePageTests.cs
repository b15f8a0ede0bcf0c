using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kinema.Cli.Tests;

/// <summary>What docs/performance.md says of a comparison is what its document in bench/records has.</summary>
public sealed partial class PerformancePageTests
{
    private static readonly string[] Rows = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "performance.md"));

    public static TheoryData<string> Records() =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "bench", "records"), "*.json", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Records))]
    public void Every_recorded_comparison_stands_in_the_page_with_its_median_range_and_number_of_pairs(string file)
    {
        var record = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, file))).RootElement;
        Assert.Equal("kinema.compare", record.GetProperty("schema").GetString());
        var pairs = record.GetProperty("pairs").EnumerateArray().ToList();
        var (ours, theirs) = (Times("kinema_ms"), Times("pytorch_ms"));
        double[] measured =
        [
            ours.Min(), ours.Max(), theirs.Min(), theirs.Max(), Number("ratio"), Number("low_ratio"), Number("high_ratio"), pairs.Count,
        ];

        var said = Rows.Select(row => Row().Match(row)).Where(match => match.Success).Select(match => match.Groups.Values.Skip(1));
        Assert.True(
            said.Any(numbers => numbers.Zip(measured).All(pair => Agrees(pair.First.Value, pair.Second))),
            $"no row of docs/performance.md has {string.Join(", ", measured.Select(value => value.ToString(CultureInfo.InvariantCulture)))} of {file}");

        List<double> Times(string key) => [.. pairs.Select(pair => pair.GetProperty(key).GetDouble())];
        double Number(string key) => record.GetProperty(key).GetDouble();
    }

    // Rounded to the digits that the page gives.
    private static bool Agrees(string text, double value)
    {
        var digits = text.Contains('.', StringComparison.Ordinal) ? text.Length - text.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
        return Math.Abs(double.Parse(text, CultureInfo.InvariantCulture) - value) <= 0.5000001 * Math.Pow(10, -digits);
    }

    // | work | least to largest | least to largest | **median** (least to largest, pairs …
    [GeneratedRegex(@"^\|[^|]+\| ([\d,.]+) to ([\d,.]+) \| ([\d,.]+) to ([\d,.]+) \| \**([\d.]+)\** \(([\d.]+) to ([\d.]+), (\d+)")]
    private static partial Regex Row();
}
