using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;
using Kinema.Storage.Numpy;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>One clip in one <c>.npy</c>: (C, T, V, M), as networks take it, or (C, T, V) of one person. It has no label.</summary>
internal sealed class SingleArraySource : ClipSource
{
    private readonly string path;
    private readonly ForeignOptions options;

    private SingleArraySource(string path, SkeletonLayout layout, ForeignOptions options)
    {
        (this.path, Layout, this.options) = (path, layout, options);
        var name = ClipNames.Clean(Path.GetFileNameWithoutExtension(path)) ?? "clip";
        Name = options.Name ?? name;
        Classes = options.Classes ?? ["unlabelled"];
        Items = [new SourceItem(name, new FileInfo(path).Length)];
    }

    public override string Name { get; }

    public override string Preparation => options.Named("none 1");

    public override SkeletonLayout Layout { get; }

    public override IReadOnlyList<string> Classes { get; }

    public override IReadOnlyList<SourceItem> Items { get; }

    public override IReadOnlyList<Protocol> Protocols { get; } = [new Protocol("official", _ => "test")];

    /// <summary>Whether a shape is that of one clip.</summary>
    public static bool Fits(IReadOnlyList<long> shape) => shape is [2 or 3, _, _] or [2 or 3, _, _, _];

    /// <summary>Opens the file and checks its shape.</summary>
    /// <exception cref="KinemaException">It is damaged, or no clip (<see cref="ExitCode.Data"/>).</exception>
    public static SingleArraySource Open(string path, ForeignOptions options)
    {
        using var array = NpyReader.Open(path);
        if (!Fits(array.Shape))
            throw new KinemaException(ExitCode.Data, $"{path}: expected one clip (C, T, V, M) with C = 2 or 3; got ({string.Join(", ", array.Shape)})");
        ForeignLimits.Check(array.Shape[1], array.Shape[2], Persons(array), path);
        return new SingleArraySource(path, LayoutGuess.For(array.Shape[2], array.Shape[0], options.Layout, path), options);
    }

    protected internal override string ContentKey => FileStamp.Of(path);

    public override ItemReader Open() => new Reader(this);

    private static long Persons(NpyReader array) => array.Shape.Count == 4 ? array.Shape[3] : 1;

    private sealed class Reader(SingleArraySource source) : ItemReader
    {
        public override ItemClips Read(int item)
        {
            using var array = NpyReader.Open(source.path);
            var (channels, frames, persons) = ((int)array.Shape[0], (int)array.Shape[1], (int)Persons(array));
            var points = new double[persons * frames * source.Layout.JointCount * 3];
            ChannelsFirst.ToPoints(
                array.ReadAll().ToSingles(), points, channels, frames, frames, source.Layout.JointCount, persons, source.Layout.Dimensions);
            return new RaggedClip(source.Layout, source.options)
                .Of(new ClipFacts(source.Items[item].Name, -1, 0, 0, 0, 0, 0), points, persons, frames, source.path);
        }
    }
}
