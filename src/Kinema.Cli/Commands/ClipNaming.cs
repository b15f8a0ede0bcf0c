using System.Globalization;
using Kinema.Evaluation;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Storage;
using Kinema.Training;

namespace Kinema.Cli.Commands;

/// <summary>Names the actions of clips, one after the other. One that cannot be read is named itself, and the others are answered.</summary>
/// <param name="model">The network.</param>
/// <param name="top">How many classes are told of each clip.</param>
/// <param name="least">The probability below which the answer is "none of these".</param>
/// <param name="terminal">Takes answers and complaints; its exit code becomes <see cref="ExitCode.Data"/> where a clip cannot be read.</param>
internal sealed class ClipNaming(TrainedModel model, int top, double least, Terminal terminal)
{
    /// <summary>Clips are scored alone: with others beside them some encoders would answer otherwise.</summary>
    public const int AtATime = 1;

    private string? complaint;

    /// <summary>Answers for all clips of a path; <c>-</c> is one clip on standard input.</summary>
    public void Answer(string path) => OrComplain(() =>
    {
        if (path == "-")
        {
            Answer(FromStandardInput());
        }
        else if (UnlabelledClips.IsClipJson(path))
        {
            Answer(ClipJson.Read(path, model.Layout));
        }
        else
        {
            AnswerAll(path);
        }
    });

    private SkeletonClip FromStandardInput()
    {
        using var input = Console.OpenStandardInput();
        try
        {
            return ClipJson.Read(input, "stdin", "standard input", model.Layout);
        }
        catch (KinemaException error) when (error.InnerException is System.Text.Json.JsonException)
        {
            throw new KinemaException(error.ExitCode, $"{error.Message}; one clip in JSON is read here, other forms are given as files", error);
        }
    }

    private void AnswerAll(string path)
    {
        using var source = UnlabelledClips.Open(path, model.Layout, UnlabelledClips.PersonsOf(model.Preparation));
        if (PreparationFit.Remark(model, source.Name, source.Preparation) is { } remark) terminal.Note(remark);
        if (source.Doubt is { } doubt) terminal.Note(doubt);
        if (source is ConvertedSource { Remarks: var remarks })
        {
            foreach (var odd in remarks) terminal.Note(odd);
        }
        if (source.Known.Count > 0)
            terminal.Note(FormattableString.Invariant($"{source.Name}: {Plural.Of(source.Known.Count, "clip")} left out beforehand, such as {source.Known[0].Reason}"));
        using var reader = source.Open();
        for (var item = 0; item < source.Items.Count; item++)
        {
            OrComplain(() =>
            {
                var read = reader.Read(item);
                foreach (var clip in read.Clips) Answer(clip);
                foreach (var skipped in read.Skipped) Complain(skipped.Reason);
            });
        }
    }

    private void Answer(SkeletonClip clip)
    {
        var row = Evaluator.Score(model, [clip], "clip", AtATime).Row(0).ToArray();
        var total = Ranking.LogSumExp(row);
        var answers = Ranking.Top(row, Math.Min(top, row.Length)).Select(
            label => (Label: label, Name: model.Classes[label], Score: Math.Exp(row[label] - total))).ToList();
        var known = answers[0].Score >= least;
        if (terminal.Json)
        {
            Json.WriteLine(terminal, "kinema.prediction", new
            {
                Clip = clip.Name, clip.Frames, Known = known,
                Top = answers.Select(answer => new { answer.Label, answer.Name, answer.Score }),
            });
            return;
        }

        var list = string.Join(", ", answers.Select(answer => string.Create(CultureInfo.InvariantCulture, $"{answer.Name} {100 * answer.Score:0.0} %")));
        terminal.Out.WriteLine($"{clip.Name}: {(known ? list : $"none of these ({list})")}");
    }

    private void OrComplain(Action answer)
    {
        try
        {
            answer();
        }
        catch (KinemaException error) when (error.ExitCode == ExitCode.Data)
        {
            Complain(error.Message);
        }
    }

    // A damaged archive says the same of each of its clips.
    private void Complain(string reason)
    {
        if (reason != complaint) terminal.Complain(reason);
        complaint = reason;
        terminal.ExitCode = ExitCode.Data;
    }
}
