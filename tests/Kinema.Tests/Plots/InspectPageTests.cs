using System.Text.RegularExpressions;
using Kinema.Plots;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Synthetic;
using Kinema.Skeletons.Graphs;

namespace Kinema.Tests.Plots;

public class InspectPageTests
{
    private const string Hostile = "<script>alert(1)</script> & \"quoted\"";

    private static readonly Lazy<DatasetStatistics> Synthetic = new(() =>
        DatasetStatistics.Of(SyntheticDataset.Generate(new SyntheticOptions { Clips = 60, Classes = 4, Cameras = 3, Subjects = 5 })));

    [Fact]
    public void The_page_shows_every_class_subject_camera_and_split_with_its_count()
    {
        var html = InspectPage.Html(Synthetic.Value);

        Assert.All(Synthetic.Value.Dataset.Classes, name => Assert.Contains($"<td>{name}</td>", html, StringComparison.Ordinal));
        Assert.All((string[])["Clips of each class", "Clips of each subject", "Clips of each camera", "Lengths of the clips"], title =>
            Assert.Contains($"<figcaption>{title}</figcaption>", html, StringComparison.Ordinal));
        Assert.Contains("<td class=\"n\">1</td><td class=\"n\">20</td><td class=\"n\">0</td>", html, StringComparison.Ordinal);      // camera 1 only trains
        Assert.Equal(5 + 4, Regex.Count(html, "<figcaption>"));               // classes, subjects, cameras, setups, lengths; a still a class
    }

    [Fact]
    public void The_page_asks_nothing_of_any_network_and_works_without_its_script()
    {
        var html = InspectPage.Html(Synthetic.Value);

        Assert.DoesNotMatch("(?i)(src|href)\\s*=\\s*[\"'](?!#)|@import|url\\(|https?://", html);
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
        Assert.Equal(Regex.Count(html, "<section"), Regex.Count(html, "</section>"));
    }

    [Fact]
    public void Hostile_names_stay_text_and_faults_are_listed_the_worst_first()
    {
        var clips = Enumerable.Range(0, 4).Select(i => new SkeletonClip($"{Hostile}{i}", 1, 20, 1, [.. Enumerable.Range(0, 60).Select(k => Math.Sin(k + i % 2))])
            { Label = i / 3 }).ToArray();
        var statistics = DatasetStatistics.Of(new ClipDataset
        {
            Name = Hostile, Layout = Layouts.NwUcla, Classes = [Hostile, "never"], Clips = clips,
            Splits = new Dictionary<string, IReadOnlyList<int>> { ["train"] = [0, 1], ["test"] = [2, 3] },
        });

        var html = InspectPage.Html(statistics);

        Assert.Equal(1, Regex.Count(html, "<script"));
        Assert.Contains("Not usable until the errors below are mended", html, StringComparison.Ordinal);
        Assert.True(html.IndexOf("missing-class", StringComparison.Ordinal) < html.IndexOf("<td>copy</td>", StringComparison.Ordinal));
        Assert.Contains("copies of clips of train (2)", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("<td class=\"n\">[^<]{30}", html);                 // a sentence that begins with a number is no number
    }

    [Fact]
    public void Of_several_protocols_the_bars_show_the_first_and_the_table_all()
    {
        var made = Synthetic.Value.Dataset;
        int[] half = [.. Enumerable.Range(0, 30)], rest = [.. Enumerable.Range(30, 30)];
        var html = InspectPage.Html(DatasetStatistics.Of(new ClipDataset
        {
            Name = "two", Layout = made.Layout, Classes = made.Classes, Clips = made.Clips,
            Splits = new Dictionary<string, IReadOnlyList<int>> { ["xsub.train"] = half, ["xsub.test"] = rest, ["xview.train"] = rest, ["xview.test"] = half },
        }));

        Assert.Contains(", xsub.train: ", html, StringComparison.Ordinal);
        Assert.DoesNotContain(", xview.train: ", html, StringComparison.Ordinal);
        Assert.Contains(">xview.train<", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_without_a_clip_are_named_apart_and_have_no_bar()
    {
        var made = Synthetic.Value.Dataset;
        string[] classes = [.. made.Classes, .. Enumerable.Range(0, 50).Select(i => $"unseen {i}")];
        var html = InspectPage.Html(DatasetStatistics.Of(new ClipDataset
        {
            Name = "part", Layout = made.Layout, Classes = classes, Clips = made.Clips, Splits = made.Splits,
        }));

        Assert.Contains("Classes without a clip (50)", html, StringComparison.Ordinal);
        Assert.Equal(1, Regex.Count(html, "<td>unseen 49</td>"));
        Assert.DoesNotContain("unseen 49 ", html, StringComparison.Ordinal);                       // what the bars say of each class
        Assert.DoesNotContain("Classes without a clip", InspectPage.Html(Synthetic.Value), StringComparison.Ordinal);
    }
}
