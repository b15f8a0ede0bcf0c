using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;
using Kinema.Storage.Numpy;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>
/// NTU RGB+D as CTR-GCN's scripts leave it, and all who build on them: <c>NTU60_CS.npz</c> and its like with <c>x_train</c> (N, T, 150),
/// <c>y_train</c> one-hot (N, 60 or 120), <c>x_test</c>, <c>y_test</c>. A row of 150 is two persons of 25 joints of x, y, z. The archive is
/// streamed, so that its 10 to 30 GB need the memory of one clip.
/// </summary>
/// <remarks>
/// The arrays are padded: to 300 frames with zeros, and to two persons with zeros (NTU 60) or a copy of the one (NTU 120). Both paddings are
/// taken off again. Names, subjects and cameras are not in the file: clips are numbered, and the one protocol is that of the file.
/// </remarks>
internal sealed class CtrGcnSource : ClipSource
{
    private readonly string path;
    private readonly Half[] halves;

    private CtrGcnSource(string path, Half[] halves, ForeignOptions options)
    {
        (this.path, this.halves) = (path, halves);
        Layout = options.Layout ?? Layouts.Ntu;
        Options = options;
        var classes = halves.Max(half => half.Labels.Classes);
        Name = options.Name ?? classes switch { 60 => "ntu60", 120 => "ntu120", _ => Path.GetFileNameWithoutExtension(path) };
        Classes = options.Classes ?? ClipNames.Classes(classes, ntu: true, Layout);
        Items = new NumberedItems([.. halves.Select(half => (half.Part, half.Count, half.Bytes))]);
        Protocols = [new Protocol("official", clip => clip.Name.StartsWith("train-", StringComparison.Ordinal) ? "train" : "test")];
    }

    public override string Name { get; }

    /// <summary>That of our own preparation of the text files, which gives the same numbers.</summary>
    public override string Preparation => Options.Named("ctr-gcn 1");

    public override SkeletonLayout Layout { get; }

    public override IReadOnlyList<string> Classes { get; }

    public override IReadOnlyList<SourceItem> Items { get; }

    public override IReadOnlyList<Protocol> Protocols { get; }

    public override bool InOrder => true;

    private ForeignOptions Options { get; }

    /// <summary>Whether a zip has the arrays this source reads.</summary>
    public static bool Has(NpzFile file) => file.Contains("x_train") || file.Contains("x_test");

    /// <summary>Opens the archive, checks the shapes and reads the labels.</summary>
    /// <exception cref="KinemaException">It is damaged, or another archive (<see cref="ExitCode.Data"/>).</exception>
    public static CtrGcnSource Open(string path, ForeignOptions options)
    {
        var layout = options.Layout ?? Layouts.Ntu;
        using var file = NpzFile.Open(path);
        Half[] halves = [.. new[] { "train", "test" }.Where(part => file.Contains($"x_{part}")).Select(part => Read(file, part, path, layout))];
        if (halves.Sum(half => half.Count) == 0)
            throw new KinemaException(ExitCode.Data, $"{path}: holds no clip: x_train and x_test are empty or missing");
        return new CtrGcnSource(path, halves, options);
    }

    protected internal override string ContentKey => FileStamp.Of(path);

    public override ItemReader Open() => new Reader(this);

    private static Half Read(NpzFile file, string part, string path, SkeletonLayout layout)
    {
        var where = $"{path}: x_{part}";
        using var x = file.OpenArray($"x_{part}");
        var person = layout.JointCount * 3;
        if (layout.Dimensions != 3 || !x.Type.IsFloatingPoint || x.IsFortranOrder || x.Shape is not [var count, var frames, var width]
            || (width != person && width != 2 * person))
        {
            throw new KinemaException(ExitCode.Data, FormattableString.Invariant($"{where}: expected floats (N, T, M·V·3), ")
                + FormattableString.Invariant($"that is (N, T, {2 * person}) for layout {layout.Name}; got {x.Type} ({string.Join(", ", x.Shape)})"));
        }
        ForeignLimits.Check(frames, layout.JointCount, width / person, where);
        var labels = LabelArray.Read(file, $"y_{part}", path);
        if (labels.Values.Length != count)
        {
            throw new KinemaException(ExitCode.Data, FormattableString.Invariant(
                $"{path}: x_{part} has {count} clips and y_{part} {labels.Values.Length} labels"));
        }
        return new Half(part, (int)count, frames * width * x.Type.Size, (int)frames, (int)(width / person), labels);
    }

    private sealed record Half(string Part, int Count, long Bytes, int Frames, int Persons, LabelArray Labels);

    private sealed class Reader(CtrGcnSource source) : ItemReader
    {
        private readonly NpzFile file = NpzFile.Open(source.path);
        private readonly RaggedClip ragged = new(source.Layout, source.Options, dropCopy: true);
        private NpyReader? array;
        private Half? half;
        private double[] row = [], points = [];
        private KinemaException? broken;

        public override ItemClips Read(int item)
        {
            // What comes after damage in a compressed stream is not there; say so of every clip, not only of the first.
            if (broken is not null)
                throw new KinemaException(ExitCode.Data, broken.Message, broken);
            var index = item;
            var wanted = source.halves[0];
            if (index >= wanted.Count)
                (index, wanted) = (index - wanted.Count, source.halves[1]);
            try
            {
                Fill(wanted, index);
            }
            catch (KinemaException error)
            {
                broken = error;
                throw;
            }
            var name = source.Items[item].Name;
            var where = $"{source.path}: x_{wanted.Part}";
            var label = wanted.Labels.Values[index];
            if (label < 0 || label >= source.Classes.Count)
                return RaggedClip.WithoutLabel(name, where, wanted.Labels.Complaint(index, source.Classes.Count));
            return ragged.Of(new ClipFacts(name, label, 0, 0, 0, 0, 0), points, wanted.Persons, wanted.Frames, where);
        }

        public override void Dispose()
        {
            array?.Dispose();
            file.Dispose();
            base.Dispose();
        }

        // [t][m][v][x, y, z] to [m][t][v][x, y, z].
        private void Fill(Half wanted, int index)
        {
            if (half != wanted)
            {
                array?.Dispose();
                array = file.OpenArray($"x_{wanted.Part}");
                half = wanted;
                row = new double[array.SliceLength];
                points = new double[array.SliceLength];
            }
            array!.ReadSlice(index, row);
            var person = source.Layout.JointCount * 3;
            for (var frame = 0; frame < wanted.Frames; frame++)
            {
                for (var m = 0; m < wanted.Persons; m++)
                    row.AsSpan((frame * wanted.Persons + m) * person, person).CopyTo(points.AsSpan((m * wanted.Frames + frame) * person));
            }
        }
    }
}
