using System.Globalization;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// Who was recorded in which setup. In each of its setups a performer did sixty actions twice before three cameras: actions 1–60 in
/// setups 1–17, actions 61–120 in setups 18–32, without exception, so that 316 and 320 sessions name all 114,480 files.
/// </summary>
internal static class NtuSessions
{
    private const int FirstSetup120 = 18;

    private static readonly string[] Performers =
    [
        "1-8", "3 7-14", "1-2 7-8 15-19", "3 7-8 20", "4 10 13 15-18 21", "1 7-8 15-17 19 22-24", "1 7-8 15-19 25-28",
        "1 7-8 15 19 25 29-36", "7-8 15-17 19 25", "7-8 13 15-19 21 25", "1-2 7-8 15-19 25 27-28 38", "7-8 15-19 25 27-28 37",
        "7-8 15-19 25 27-28 37", "7-8 15 17 19 25 27 37 39", "7-8 15-17 19 25 37", "7-8 19 21 25 39-40", "3 7-9 15-17 20",
        "8 41-45", "8 41-42 46-51", "8 41 43-44 52-54", "55-60", "61-67", "55-68", "57 60-64 67", "55-56 58-59 65-66 68",
        "8 41 44 49-51 69-72 74-77", "6 8 11 41 43-44 78-86", "8 41-43 46 48 70 73 87", "6 8 41 43-44 48-49 51 67 74-75 80 88-90",
        "8 11 41 43-44 48 67 75-76 81 85 88 91-96", "6 8 41-44 51 67 82 85 96-101", "8 41 43-44 67 102-106",
    ];

    /// <summary>The names of the files of the first setups, in ascending order.</summary>
    public static IEnumerable<NtuName> Names(int setups)
    {
        for (var setup = 1; setup <= setups; setup++)
        {
            int[] performers = [.. Performers[setup - 1].Split(' ').SelectMany(Range)];
            var first = setup < FirstSetup120 ? 1 : 61;
            for (var camera = 1; camera <= 3; camera++)
            {
                foreach (var performer in performers)
                {
                    for (var replication = 1; replication <= 2; replication++)
                    {
                        for (var action = first; action < first + 60; action++)
                            yield return new NtuName(setup, camera, performer, replication, action);
                    }
                }
            }
        }
    }

    private static IEnumerable<int> Range(string text)
    {
        int[] ends = [.. text.Split('-').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
        return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
    }
}
