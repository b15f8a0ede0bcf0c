using Kinema.Evaluation;
using Kinema.Plots;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Previews;

namespace Kinema.Tests.Plots;

/// <summary>A plausible run on made-up numbers: what reports and figures are tested with.</summary>
internal static class MadeUpRun
{
    public static readonly string[] Actions =
    [
        "pick up with one hand", "pick up with two hands", "drop trash", "walk around", "sit down", "stand up", "donning", "doffing",
            "throw", "carry",
    ];

    public static ReportModel Model(string name = "nw-ucla/ctr-gcn-csre", int seed = 1, double skill = 2.6, bool csre = true,
        int epochs = 65)
    {
        var scores = Scores(464, Actions, seed, skill);
        var copies = Enumerable.Range(0, 95).Select(n => $"clip{n:000}").ToHashSet();
        var evaluation = SplitEvaluation.Of(scores, copies);
        var points = Epochs(epochs, seed, evaluation.All.Top1, csre);
        var best = points.MaxBy(p => p.TestTop1)!;
        return new ReportModel
        {
            Name = name,
            Summary = $"CTR-GCN {(csre ? "with" : "without")} CSRE on NW-UCLA, joint stream. The numbers of this page are made up.",
            Stream = "joint",
            Split = "test",
            SelectedOn = "test",
            Best = new Headline(best.Epoch, (int)Math.Round(best.TestTop1!.Value * 464), 464,
                (int)Math.Round(best.TestTop1.Value * 464) - 94, 369),
            Last = Headline.Of(epochs, evaluation),
            Published = new PublishedFigure(0.946, "CTR-GCN, joint stream", 0.015),
            Facts = [new("encoder", "ctr-gcn"), new("parameters", "1.45 M"), new("data", "nw-ucla"), new("seed", "1"),
                new("time", "52 min"), new("device", "cpu, 2 threads")],
            Epochs = points,
            Evaluation = evaluation,
            EvaluatedEpoch = epochs,
            Stills = [.. Enumerable.Range(0, 4).Select(i => ClipPictures.Stills(Layouts.NwUcla, Clip(Layouts.NwUcla, i), Actions[i * 2]).ToFigure())],
            Configuration = "extends: ../base.yaml\nmodel:\n  encoder: ctr-gcn\ncontrast:\n  positives: 128\n  temperature: 0.8\n",
            Environment = [new("kinema", "0.1.0 (6d51e57)"), new("system", "Debian 12, x64"), new("data checksum", new string('a', 64))],
            Command = "kinema train recipes/nw-ucla/ctr-gcn-csre.yaml --data nw-ucla.zip --seed 1",
            Files = [new("metrics.jsonl", "one line an epoch"), new("checkpoints/last.kpt", "weights, optimiser, banks")],
        };
    }

    /// <summary>Scores whose classes fail unequally: 0 and 1 are easily confused, as are 6 and 7.</summary>
    public static ScoreTable Scores(int clips, string[] classes, int seed, double skill)
    {
        var random = new Random(seed);
        var (k, logits) = (classes.Length, new float[clips * classes.Length]);
        for (var n = 0; n < clips; n++)
        {
            var label = n % k;
            for (var c = 0; c < k; c++) { logits[n * k + c] = (float)(Enumerable.Range(0, 6).Sum(_ => random.NextDouble()) - 3); }
            logits[n * k + label] += (float)skill;
            if (label is 0 or 6) { logits[n * k + label + 1] += (float)skill * 0.75f; }
        }
        return new ScoreTable([.. Enumerable.Range(0, clips).Select(n => $"clip{n:000}")],
            [.. Enumerable.Range(0, clips).Select(n => n % k)],
            logits, classes, "test", "joint");
    }

    /// <summary>A figure that stands, swings its arms and steps to the side.</summary>
    public static SkeletonClip Clip(SkeletonLayout layout, int seed, int frames = 40)
    {
        double[][] stand =
        [
            [0, 0, 0], [0, .25, 0], [0, .5, 0], [0, .7, 0], [-.18, .45, 0], [-.3, .25, 0], [-.34, .02, 0], [-.35, -.06, 0], [.18, .45, 0],
                [.3, .25, 0], [.34, .02, 0],
            [.35, -.06, 0], [-.1, -.05, 0], [-.12, -.45, 0], [-.12, -.85, 0], [-.13, -.9, .1], [.1, -.05, 0], [.12, -.45, 0],
                [.12, -.85, 0], [.13, -.9, .1],
        ];
        var coordinates = new List<double>();
        for (var t = 0; t < frames; t++)
        {
            var phase = t * 0.2 + seed;
            for (var v = 0; v < layout.JointCount; v++)
            {
                var arm = v is 5 or 6 or 7 ? 1 : v is 9 or 10 or 11 ? -1 : 0;
                var swing = arm * 0.12 * (v % 4 + 1) * Math.Sin(phase);
                coordinates.AddRange([stand[v][0] + 0.02 * t, stand[v][1] + Math.Abs(swing), 2.5 + stand[v][2] + swing]);
            }
        }
        return new SkeletonClip($"a{seed:00}_s01_e00_v03", frames, layout.JointCount, 1, [.. coordinates]) { Label = seed % 10 };
    }

    private static EpochPoint[] Epochs(int count, int seed, double final, bool csre)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(1, count).Select(e =>
        {
            var progress = 1 - Math.Exp(-e / (count * 0.18));
            var (ce, contrast) = (2.3 * (1 - progress) + 0.03 + random.NextDouble() * 0.04, 6.2 - 0.9 * progress
                + random.NextDouble() * 0.05);
            var parts = new Dictionary<string, double> { ["cross-entropy"] = ce };
            if (csre) { parts["contrast"] = contrast; }
            return new EpochPoint(e, ce + (csre ? contrast : 0), parts, 0.1 + 0.89 * progress,
                e == count ? final : Math.Round(464 * Math.Min(1, 0.1 + (final - 0.1) * progress
                    + (random.NextDouble() - 0.5) * 0.05)) / 464,
                csre ? Math.Min(1, e / 3.0) : null, 0.1 * Math.Pow(0.1, (e > count * 0.77 ? 1 : 0) + (e > count * 0.92 ? 1 : 0)), 48);
        })];
    }
}
