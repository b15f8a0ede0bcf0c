using System.Text.Json;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Preparation;

public sealed class PreparationJournalTests : IDisposable
{
    private const int Items = 80;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // Another version of Kinema may keep more or less room for the header: all clips of its half-made file lie elsewhere, and only seem to be damaged.
    [Fact]
    public void A_half_made_file_with_another_room_for_the_header_is_kept_and_refused()
    {
        var (set, partial, journal) = (folder.File("toy.safetensors"), folder.File(".toy.safetensors.partial"), folder.File(".toy.safetensors.journal"));
        Assert.Throws<InvalidOperationException>(() => ClipPreparation.Run(
            new ToySource(Items) { Reading = item => { if (item == 70) throw new InvalidOperationException(); } }, set, new PreparationOptions { Jobs = 1 }));
        var lines = File.ReadAllLines(journal);
        Assert.Equal(JsonSerializer.Serialize(PreparationJournal.FingerprintOf(new ToySource(Items), Items)), lines[0]);
        lines[0] = JsonSerializer.Serialize(PreparationJournal.FingerprintOf(new ToySource(Items), Items, room: 4096));
        File.WriteAllLines(journal, lines);
        var (bytes, text) = (File.ReadAllBytes(partial), File.ReadAllBytes(journal));

        var refusal = Hostile.Refusal(() => ClipPreparation.Run(new ToySource(Items), set), ExitCode.Usage);

        Assert.Contains("or of another version of Kinema", refusal, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(partial));
        Assert.Equal(text, File.ReadAllBytes(journal));
    }
}
