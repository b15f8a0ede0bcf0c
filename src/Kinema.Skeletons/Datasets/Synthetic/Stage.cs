namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>The subjects, cameras and actions of one synthetic set, and whose turn each clip is.</summary>
internal sealed class Stage
{
    public Stage(SyntheticOptions options)
    {
        Options = options;
        Actions = [.. (options.Hard ? SyntheticAction.Confusable : SyntheticAction.Everyday).Take(options.Classes)];
        Subjects = [.. Enumerable.Range(0, options.Subjects).Select(number =>
        {
            var draws = Draws.ForSubject(options.Seed, number);
            return Subject.Draw(ref draws);
        })];
        Cameras = [.. Enumerable.Range(0, options.Cameras).Select(number =>
        {
            var draws = Draws.ForCamera(options.Seed, number);
            return SyntheticCamera.Draw(number, options.Cameras, ref draws);
        })];
    }

    public SyntheticOptions Options { get; }

    public SyntheticAction[] Actions { get; }

    public Subject[] Subjects { get; }

    public SyntheticCamera[] Cameras { get; }

    /// <summary>Classes change fastest, then cameras, then subjects: each class is as frequent in either split, give or take one.</summary>
    public (int Action, int Camera, int Subject, int Repetition) Turn(int clip)
    {
        var round = clip / Actions.Length;
        var session = round / Cameras.Length;
        return (clip % Actions.Length, round % Cameras.Length, session % Subjects.Length, session / Subjects.Length);
    }
}
