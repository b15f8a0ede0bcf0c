using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Tests;

/// <summary>A public set as downloaded, read once for all tests of a class.</summary>
public abstract class RealSet(string name, string file) : IDisposable
{
    private readonly Lazy<(ClipSource Source, ClipCollection Read)> content = new(() =>
    {
        var source = ClipSources.Open(name, Repository.Shared(file));
        return (source, ClipCollection.Of(source));
    });

    public ClipSource Source => content.Value.Source;

    public ClipCollection Read => content.Value.Read;

    /// <summary>Shortest, median (the lower of two), longest clip and all frames.</summary>
    public (int, int, int, int) Lengths
    {
        get
        {
            int[] lengths = [.. Read.Clips.Select(clip => clip.Frames).Order()];
            return (lengths[0], lengths[(lengths.Length - 1) / 2], lengths[^1], lengths.Sum());
        }
    }

    /// <summary>Clips of each class.</summary>
    public IEnumerable<int> Classes => Enumerable.Range(0, Source.Classes.Count).Select(label => Read.Clips.Count(clip => clip.Label == label));

    /// <summary>How many train and test.</summary>
    public (int Train, int Test) Sides(string protocol)
    {
        var splits = Read.ToDataset(Source, protocol).Splits;
        return (splits["train"].Count, splits["test"].Count);
    }

    public void Dispose()
    {
        if (content.IsValueCreated) Source.Dispose();
        GC.SuppressFinalize(this);
    }
}
