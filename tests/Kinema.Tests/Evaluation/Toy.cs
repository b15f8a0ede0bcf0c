using Kinema.Evaluation;

namespace Kinema.Tests.Evaluation;

/// <summary>Made-up scores, seeded; coarse values so that ties occur.</summary>
internal static class Toy
{
    public static ScoreTable Scores(int clips, int classes, int seed, string stream = "joint", int levels = 6)
    {
        var random = new Random(seed);
        var logits = new float[clips * classes];
        for (var i = 0; i < logits.Length; i++) { logits[i] = random.Next(levels) - levels / 2; }
        return new ScoreTable([.. Enumerable.Range(0, clips).Select(n => $"clip{n:000}")],
            [.. Enumerable.Range(0, clips).Select(n => n * 7 % classes)], logits,
            [.. Enumerable.Range(0, classes).Select(k => $"class {k}")], "test", stream);
    }

    public static ScoreTable Table(string stream, params (string Clip, int Label, float[] Row)[] rows) =>
        new([.. rows.Select(r => r.Clip)], [.. rows.Select(r => r.Label)], [.. rows.SelectMany(r => r.Row)],
            [.. Enumerable.Range(0, rows[0].Row.Length).Select(k => $"class {k}")], "test", stream);
}
