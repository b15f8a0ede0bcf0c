using System.Globalization;
using System.Text;

namespace Kinema.Skeletons.Tests.Datasets.PkuMmd;

/// <summary>Small files in the form of PKU-MMD: coordinate i of frame t is t + i/1000.</summary>
internal static class PkuMmdToy
{
    public const string Subjects = "Training videos: \n0002-L, 0002-M, \n\nValidataion videos: \n0003-R, \n";
    public const string Views = "Training videos: \n0002-M, 0003-R, \n\nValidataion videos: \n0002-L, \n";

    /// <summary>The text of a video whose second body is there in some frames.</summary>
    public static string Video(int frames, Func<int, bool>? second = null, Func<int, bool>? first = null)
    {
        var text = new StringBuilder();
        for (var t = 0; t < frames; t++)
        {
            text.Append(t > 0 ? " " : "");
            for (var i = 0; i < 150; i++)
            {
                var there = i < 75 ? first?.Invoke(t) ?? true : second?.Invoke(t) ?? false;
                text.Append(CultureInfo.InvariantCulture, $"{(there ? t + (i / 1000m) : 0):F6} ");
            }
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Three videos with labels and splits, as downloads have them.</summary>
    public static void Write(TemporaryFolder folder)
    {
        folder.Write("data/PKU_Skeleton_Renew/0002-L.txt", Video(40, second: t => t is > 10 and < 20));
        folder.Write("data/PKU_Skeleton_Renew/0002-M.txt", Video(30));
        folder.Write("data/PKU_Skeleton_Renew/0003-R.txt", Video(20));
        folder.Write("data/Train_Label_PKU_final/0002-L.txt", "5,3,8,2\n51,15,21,1\n");
        folder.Write("data/Train_Label_PKU_final/0002-M.txt", "1,1,15,2\r\n\r\n33,16,29");
        folder.Write("data/Train_Label_PKU_final/0003-R.txt", "7,2,18,2\n");
        folder.Write("split/cross-subject.txt", Subjects);
        folder.Write("split/cross-view.txt", Views);
    }
}
