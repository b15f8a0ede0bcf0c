using System.Globalization;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Datasets.Tables;

/// <summary>Which joint a text means: <c>left-wrist</c>, <c>Left_Wrist</c> and <c>leftWrist</c> are one, <c>joint12</c> and <c>12</c> are numbers.</summary>
internal sealed class JointNames
{
    private static readonly string[] NumberWords = ["joint", "keypoint", "landmark", "point", "node", "kp", "j", "p"];
    private readonly Dictionary<string, int> indices = new(StringComparer.Ordinal);

    public JointNames(SkeletonLayout layout)
    {
        // Names that become equal without case and separators are left to exact numbers; the first keeps the name.
        for (var joint = 0; joint < layout.JointCount; joint++)
            indices.TryAdd(Normal(layout.Joints[joint]), joint);
    }

    /// <summary>The joint of this name.</summary>
    public int? Named(string text) => indices.TryGetValue(Normal(text), out var joint) ? joint : null;

    /// <summary>Letters and digits, in lower case.</summary>
    public static string Normal(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    /// <summary>The number that a text such as <c>12</c>, <c>joint12</c> or <c>kp_12</c> is.</summary>
    public static int? Number(string text)
    {
        var normal = Normal(text);
        foreach (var word in NumberWords)
        {
            if (normal.StartsWith(word, StringComparison.Ordinal))
            {
                normal = normal[word.Length..];
                break;
            }
        }
        return int.TryParse(normal, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The built-in layout that has exactly these joints; null if none has, or several have.</summary>
    public static SkeletonLayout? Guess(IEnumerable<string> joints)
    {
        var wanted = joints.Select(Normal).ToHashSet(StringComparer.Ordinal);
        var fitting = Layouts.All.Where(layout => wanted.SetEquals(layout.Joints.Select(Normal))).ToList();
        return fitting.Count == 1 ? fitting[0] : null;
    }
}
