using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Datasets.Labels;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Conversion;

/// <summary>What a conversion that was interrupted is known by: files, labels and options, wherever they lie.</summary>
public sealed class ConvertKeyTests : IDisposable
{
    private const string Header = "shoulder.x,shoulder.y,elbow.x,elbow.y,wrist.x,wrist.y\n";
    private readonly TemporaryFolder folder = new();
    private readonly string arm;

    public ConvertKeyTests() => arm = folder.Write("arm.yaml", Toy.Arm.Yaml);

    public void Dispose() => folder.Dispose();

    private ConvertOptions Arm => new() { Layout = arm };

    private void Write(string name, string text) => folder.Write($"set/{name}", text);

    [Fact]
    public void Labels_that_were_corrected_meanwhile_are_not_mixed_with_those_before()
    {
        for (var i = 0; i < 4; i++) Write($"{i}.csv", Header + $"{i},2,3,4,5,6\n{i},2,3,4,5,6\n");
        folder.Write("labels.csv", "clip,label\n0,sit\n1,wave\n2,sit\n3,wave\n");
        using (var first = Opened())
        {
            // Interrupted after the first clips.
            using var stop = new CancellationTokenSource();
            var progress = new Stop(stop, after: 2);
            Assert.Throws<OperationCanceledException>(() => ClipPreparation.Run(first, folder.File("out"), new PreparationOptions { Jobs = 1 }, progress, stop.Token));
        }
        folder.Write("labels.csv", "clip,label\n0,wave\n1,wave\n2,sit\n3,sit\n");
        using (var second = Opened())
        {
            Assert.Contains("of other files, labels or options", Hostile.Refusal(() => ClipPreparation.Run(second, folder.File("out")), ExitCode.Usage));
            Assert.Equal(0, ClipPreparation.Run(second, folder.File("out"), new PreparationOptions { Fresh = true }).ResumedItems);
        }

        File.Move(folder.File("out"), folder.File("out.safetensors"));
        Assert.Equal([1, 1, 0, 0], DatasetReader.OpenPart(folder.File("out.safetensors")).Clips.Select(clip => clip.Label));

        ConvertedSource Opened() => ConvertSources.Open(folder.File("set"), Arm with { Labels = folder.File("labels.csv") });
    }

    [Fact]
    public void A_file_or_a_side_that_was_changed_shows_in_the_key()
    {
        var keys = new HashSet<string>();
        Write("a1.csv", "clip,frame,label,subject,split," + Header + "a,0,wave,ann,train,1,2,3,4,5,6\nb,0,sit,ben,test,1,2,3,4,5,6\n");
        Assert.True(Add());
        Assert.False(Add());
        Write("a1.csv", "clip,frame,label,subject,split," + Header + "a,0,wave,ann,train,1,2,3,4,5,6\nb,0,sit,ben,test,1,2,3,4,5,7\n");
        File.SetLastWriteTimeUtc(folder.File("set/a1.csv"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.True(Add());
        Assert.True(Add(new SplitRule { Train = [1] }));
        Assert.True(Add(new SplitRule { Train = [2] }));

        bool Add(SplitRule? rule = null)
        {
            using var source = ConvertSources.Open(folder.File("set/a1.csv"), Arm with { Split = rule });
            return keys.Add(source.ContentKey);
        }
    }

    [Fact]
    public void The_same_tables_by_another_path_have_the_same_key()
    {
        Write("a1.csv", "clip,frame,label," + Header + "a,0,wave,1,2,3,4,5,6\n");
        using var one = ConvertSources.Open(folder.File("set/a1.csv"), Arm);
        using var other = ConvertSources.Open(folder.File("set/../set/a1.csv"), Arm);

        Assert.Equal(PreparationJournal.FingerprintOf(one, 1), PreparationJournal.FingerprintOf(other, 1));
    }

    private sealed class Stop(CancellationTokenSource source, int after) : IProgress<PreparationProgress>
    {
        public void Report(PreparationProgress value)
        {
            if (value.Items == after) source.Cancel();
        }
    }
}
