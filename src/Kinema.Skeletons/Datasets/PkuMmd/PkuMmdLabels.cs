using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.PkuMmd;

/// <summary>One line of a label file, as it is written.</summary>
/// <param name="Action">The class, from 1.</param>
/// <param name="Start">Its first frame.</param>
/// <param name="End">Its last frame, or the one after it: conventions differ (<see cref="PkuMmdCutting"/>).</param>
/// <param name="Line">The line.</param>
internal readonly record struct PkuMmdLabel(int Action, int Start, int End, int Line);

/// <summary>The label file of a video: a line <c>class,start,end,confidence</c> for each action.</summary>
internal static class PkuMmdLabels
{
    /// <summary>The most lines a file may have; real ones have some twenty.</summary>
    public const int Most = 1000;

    /// <summary>Reads a label file. Classes and frames are not checked.</summary>
    /// <param name="text">The file.</param>
    /// <param name="where">What to call it in messages.</param>
    /// <param name="damaged">Gets a line that is no such line and what is wrong with it; null refuses the file for it.</param>
    /// <exception cref="KinemaException">A line is no such line, or there are too many (<see cref="ExitCode.Data"/>).</exception>
    public static List<PkuMmdLabel> Parse(ReadOnlySpan<byte> text, string where, Action<int, string>? damaged = null)
    {
        var met = 0;
        var labels = new List<PkuMmdLabel>();
        var lines = new NumberLines(text, where);
        while (lines.NextLine())
        {
            if (met++ == Most)
                throw lines.Wrong($"more than {Most} actions in one video: this is another kind of file");
            try
            {
                var label = new PkuMmdLabel(
                    lines.NextInteger("the class"), lines.NextInteger("the first frame"), lines.NextInteger("the last frame"), lines.Line);
                if (!lines.Rest.Trim(","u8).IsEmpty)
                    lines.Next();                                  // the confidence, whole or not: it says nothing of the clip
                lines.EndLine();
                labels.Add(label);
            }
            catch (KinemaException error) when (damaged is not null)
            {
                damaged(lines.Line, error.Message);
            }
        }
        return labels;
    }
}
