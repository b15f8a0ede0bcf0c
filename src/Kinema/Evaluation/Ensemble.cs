using Kinema.Storage;

namespace Kinema.Evaluation;

/// <summary>One row of an ensemble's table: some streams, their weights, and what they score together.</summary>
/// <param name="Streams">The fused streams, in the order given.</param>
/// <param name="Weights">The weight of each.</param>
/// <param name="Result">The metrics, with and without copied clips.</param>
public sealed record EnsembleRow(IReadOnlyList<string> Streams, IReadOnlyList<double> Weights, SplitEvaluation Result);

/// <summary>
/// Late fusion of networks trained on different streams: raw logits times the stream's weight, summed; no softmax.
/// Clips are matched by name, so tables written in another order, or by another tool, still meet the right rows.
/// </summary>
public static class Ensemble
{
    /// <summary>Σ_s w_s · logits_s over the clips of the first table, in its order.</summary>
    /// <param name="tables">One table a stream; all must hold the same clips with the same labels and classes.</param>
    /// <param name="weights">One weight a table.</param>
    /// <exception cref="KinemaException">The tables do not match; the message names the streams and the first clip.</exception>
    public static ScoreTable Fuse(IReadOnlyList<ScoreTable> tables, IReadOnlyList<double> weights)
    {
        if (weights.Count != tables.Count || tables.Count == 0)
        {
            throw new KinemaException(ExitCode.Usage,
                $"an ensemble takes one weight a table; got {tables.Count} tables and {weights.Count} weights");
        }
        return Sum(Align(tables), weights);
    }

    /// <summary>Every subset of the streams: first each alone, then the pairs, and so on; 2^S − 1 rows for S streams.</summary>
    /// <param name="tables">One table a stream, at most ten, each of its own stream.</param>
    /// <param name="rule">Where the weights come from.</param>
    /// <param name="copies">Names of the clips that also occur in training.</param>
    /// <param name="boneFactor">The factor of B in J + factor·B.</param>
    /// <exception cref="KinemaException">The tables do not match, or the rule lacks a stream.</exception>
    public static IReadOnlyList<EnsembleRow> Subsets(
        IReadOnlyList<ScoreTable> tables, FusionRule rule, IReadOnlySet<string>? copies = null, double boneFactor = 1)
    {
        if (tables.Count is 0 or > 10)
        {
            throw new KinemaException(ExitCode.Usage, $"the table of subsets takes 1 to 10 score tables; got {tables.Count}");
        }
        if (tables.GroupBy(table => table.Stream).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new KinemaException(ExitCode.Usage,
                $"two score tables are both of stream '{twice.Key}'; give each stream once, or give the weights by number");
        }
        var aligned = Align(tables);
        var subsets = Enumerable.Range(1, (1 << tables.Count) - 1)
            .Select(bits => Enumerable.Range(0, tables.Count).Where(s => (bits >> s & 1) == 1).ToArray())
            .OrderBy(members => members.Length).ThenBy(members => string.Concat(members), StringComparer.Ordinal);
        return [.. subsets.Select(members =>
        {
            string[] streams = [.. members.Select(s => tables[s].Stream)];
            var weights = rule.For(streams, boneFactor);
            var fused = Sum([.. members.Select(s => aligned[s])], weights);
            return new EnsembleRow(streams, weights, SplitEvaluation.Of(fused, copies));
        })];
    }

    /// <summary>The tables with their rows in the first table's order.</summary>
    /// <exception cref="KinemaException">The tables do not match.</exception>
    internal static ScoreTable[] Align(IReadOnlyList<ScoreTable> tables)
    {
        var first = tables[0];
        var places = Places(first);
        return [first, .. tables.Skip(1).Select(table => Reordered(first, places, table))];
    }

    private static ScoreTable Reordered(ScoreTable first, Dictionary<string, int> places, ScoreTable table)
    {
        var pair = $"streams '{first.Stream}' and '{table.Stream}' cannot be fused";
        if (!first.Classes.SequenceEqual(table.Classes))
        {
            throw Mismatch(pair, $"their class lists differ ({first.Classes.Count} and {table.Classes.Count} classes)");
        }
        var k = table.Classes.Count;
        var own = Places(table);
        if (table.Clips.FirstOrDefault(clip => !places.ContainsKey(clip)) is { } extra)
        {
            throw Mismatch(pair, $"clip {extra} is only in '{table.Stream}' ({first.Count} and {table.Count} clips)");
        }
        var logits = new float[first.Count * k];
        for (var n = 0; n < first.Count; n++)
        {
            var clip = first.Clips[n];
            if (!own.TryGetValue(clip, out var place))
            {
                throw Mismatch(pair, $"clip {clip} is only in '{first.Stream}' ({first.Count} and {table.Count} clips)");
            }
            if (table.Labels[place] != first.Labels[n])
            {
                throw Mismatch(pair, $"clip {clip} has label {first.Labels[n]} in the one and {table.Labels[place]} in the other");
            }
            table.Row(place).CopyTo(logits.AsSpan(n * k, k));
        }
        return new ScoreTable(first.Clips, first.Labels, logits, first.Classes, table.Split, table.Stream, table.Protocol);
    }

    private static Dictionary<string, int> Places(ScoreTable table)
    {
        var places = new Dictionary<string, int>(table.Count);
        for (var n = 0; n < table.Count; n++)
        {
            if (!places.TryAdd(table.Clips[n], n))
            {
                throw new KinemaException(ExitCode.Data,
                    $"stream '{table.Stream}' scores clip {table.Clips[n]} twice, " +
                    "so it cannot be matched by name; make the clip names unique");
            }
        }
        return places;
    }

    private static ScoreTable Sum(IReadOnlyList<ScoreTable> aligned, IReadOnlyList<double> weights)
    {
        var first = aligned[0];
        var logits = new float[first.Logits.Length];
        for (var i = 0; i < logits.Length; i++)
        {
            var sum = 0.0;
            for (var s = 0; s < aligned.Count; s++) { sum += weights[s] * aligned[s].Logits[i]; }
            logits[i] = (float)sum;
        }
        return new ScoreTable(first.Clips, first.Labels, logits, first.Classes, first.Split,
            string.Join('+', aligned.Select(table => table.Stream)), first.Protocol);
    }

    private static KinemaException Mismatch(string pair, string why) =>
        new(ExitCode.Data, $"{pair}: {why}; evaluate both runs on the same split of the same data");
}
