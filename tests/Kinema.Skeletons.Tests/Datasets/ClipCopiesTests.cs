using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;

namespace Kinema.Skeletons.Tests.Datasets;

public sealed class ClipCopiesTests
{
    [Fact]
    public void Only_clips_equal_in_every_number_are_copies()
    {
        var original = Toy.Clip("train", 9, seed: 1);
        var numbers = original.Coordinates.ToArray();
        double[] almost = [.. numbers[..^1], Math.BitIncrement(numbers[^1])];
        var set = Toy.Dataset(
            [
                original, Toy.Clip("other", 9, seed: 2),
                new SkeletonClip("copy", 9, 20, 1, [.. numbers]) { Label = 0 },
                new SkeletonClip("almost", 9, 20, 1, almost) { Label = 0 },
                new SkeletonClip("shorter", 8, 20, 1, numbers[..^60]) { Label = 0 },
                new SkeletonClip("in three persons", 3, 20, 3, [.. numbers]) { Label = 0 },
            ],
            train: 2);

        Assert.Equal([new ClipCopy(2, 0)], ClipCopies.Find(set));
        Assert.Equal(["copy"], ClipCopies.Names(set));
        Assert.Equal([new ClipCopy(0, 2)], ClipCopies.Find(set, split: "train", among: "test"));
    }

    [Fact]
    public void A_zero_equals_a_negative_zero()
    {
        var numbers = Toy.Clip("numbers", 4).Coordinates.ToArray();
        (numbers[3], double[] negative) = (0, [.. numbers]);
        negative[3] = -0.0;

        var set = Toy.Dataset(
            [new SkeletonClip("train", 4, 20, 1, numbers) { Label = 0 }, new SkeletonClip("test", 4, 20, 1, negative) { Label = 0 }], train: 1);

        Assert.Equal([new ClipCopy(1, 0)], ClipCopies.Find(set));
    }

    [Fact]
    public void A_clip_of_both_splits_is_not_its_own_copy()
    {
        SkeletonClip[] clips = [Toy.Clip("a", 4), Toy.Clip("b", 5)];
        var set = new ClipDataset
        {
            Name = "toy",
            Layout = Kinema.Skeletons.Graphs.Layouts.NwUcla,
            Classes = ["only"],
            Clips = clips,
            Splits = new Dictionary<string, IReadOnlyList<int>> { ["train"] = [0, 1], ["test"] = [0, 1] },
        };

        Assert.Empty(ClipCopies.Find(set));
    }
}
