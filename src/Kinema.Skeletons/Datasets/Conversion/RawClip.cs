using System.Globalization;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Conversion;

/// <summary>A clip as its file has it: M persons over T frames, NaN where a joint was not seen, in the unit and layout of the file.</summary>
/// <param name="Frames">T.</param>
/// <param name="Persons">M.</param>
/// <param name="Points">[m][t][v][x, y, z].</param>
/// <param name="Marks">What the file says about the clip.</param>
/// <param name="Notes">What is odd: a stable word, and what it is.</param>
internal sealed record RawClip(int Frames, int Persons, double[] Points, ClipMarks Marks, IReadOnlyList<(string Kind, string Reason)> Notes)
{
    /// <summary>Coordinates of one clip that are believed: 128 MiB of them, eleven minutes of 100 joints of two persons.</summary>
    public const int MostNumbers = 1 << 24;

    /// <summary>Persons of one clip that are told apart.</summary>
    public const int MostPersons = 64;

    /// <summary>Refuses a clip of too many frames, or of too many coordinates altogether, before memory is given to it.</summary>
    public static void CheckSize(long persons, long frames, long joints, string where)
    {
        if (frames > ClipLimits.Frames)
        {
            throw new KinemaException(ExitCode.Data, string.Create(CultureInfo.InvariantCulture,
                $"{where}: the clip has more than {ClipLimits.Frames} frames, the most a clip may have; cut it"));
        }
        if (persons * frames * joints * 3 > MostNumbers)
        {
            throw new KinemaException(ExitCode.Data, string.Create(CultureInfo.InvariantCulture,
                $"{where}: {persons} persons × {frames} frames × {joints} joints are more than a clip may hold ({MostNumbers} coordinates); cut it"));
        }
    }
}
