using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;
using Kinema.Torch;
using Kinema.Verification;

namespace Kinema.Tests.Verification;

public sealed class RecordingTests : TensorTest
{
    private readonly TemporaryFolder folder = new();

    public override void Dispose()
    {
        folder.Dispose();
        base.Dispose();
    }

    [Fact]
    public void Parameters_come_from_the_base_and_its_base_less_those_ignored_and_the_files_own_win()
    {
        Directory.CreateDirectory(folder.File("a"));
        Write("root", [("param.x", 1), ("param.y", 1), ("param.z", 1), ("param.w", 1), ("logits", 1)]);
        Write("middle", [("param.y", 2), ("param.z", 2)], ("base", "root.safetensors"), ("base_ignore", "w"));
        Write("a/leaf", [("param.z", 3), ("param.n", 3), ("input", 3)], ("base", "../middle.safetensors"), ("base_ignore", " y , none "));
        using var recording = Recording.Open(folder.File("a/leaf.safetensors"));
        Assert.Equal(
            ["n 3", "x 1", "z 3"],
            recording.Parameters.Select(entry => $"{entry.Key} {entry.Value.ToSingles()[0]}").Order(StringComparer.Ordinal));
        Assert.Equal("z", recording.Parameters["z"].Name);
        Assert.True(recording.Contains("input"));
        Assert.False(recording.Contains("logits")); // only parameters are inherited
        Assert.Equal("leaf", recording.Name);
    }

    [Fact]
    public void A_missing_base_is_named_in_one_line()
    {
        Write("leaf", [("param.x", 1)], ("base", "gone.safetensors"));
        Assert.Contains(
            $"{folder.File("leaf.safetensors")}: takes its parameters from its base {folder.File("gone.safetensors")}, which does not exist", Refusal("leaf"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_absolute_base_is_refused()
    {
        Write("root", [("param.x", 1)]);
        Write("leaf", [("param.x", 1)], ("base", folder.File("root.safetensors")));
        Assert.Contains($"absolute path '{folder.File("root.safetensors")}'", Refusal("leaf"), StringComparison.Ordinal);
    }

    [NeedsFact("/proc/self/maps")]
    public void A_refused_recording_is_not_kept_open()
    {
        Write("root", [("param.x", 1)]);
        Write("leaf", [("param.x", 1)], ("base", folder.File("root.safetensors")));
        Refusal("leaf");
        Write("orphan", [("param.x", 1)], ("base", "gone.safetensors"));
        Refusal("orphan");
        var mapped = File.ReadAllText("/proc/self/maps");
        Assert.DoesNotContain(folder.File("leaf.safetensors"), mapped, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.File("orphan.safetensors"), mapped, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_its_own_base_is_refused()
    {
        Write("self", [("param.x", 1)], ("base", "self.safetensors"));
        Assert.Contains("does a file name itself as its base?", Refusal("self"), StringComparison.Ordinal);
        Write("one", [("param.x", 1)], ("base", "two.safetensors"));
        Write("two", [("param.x", 1)], ("base", "one.safetensors"));
        Assert.Contains("does a file name itself as its base?", Refusal("one"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_sibling_is_named_with_the_file_that_needs_it()
    {
        Write("csre-e2e-ctr-gcn-nw-ucla", [("x", 1)]);
        using var recording = Recording.Open(folder.File("csre-e2e-ctr-gcn-nw-ucla.safetensors"));
        var error = Assert.Throws<KinemaException>(() => RecordingKind.Of(recording, null).Replay(recording, ScalarType.Float64));
        Assert.Equal(ExitCode.Checkpoint, error.ExitCode);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Contains(recording.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains(folder.File("ctr-gcn-nw-ucla.safetensors"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_step_under_another_name_says_which_name_it_needs()
    {
        Write("renamed", [("x", 1)]);
        using var recording = Recording.Open(folder.File("renamed.safetensors"));
        var error = Assert.Throws<KinemaException>(() => RecordingKind.Of(recording, "csre-e2e-ctr-gcn").Replay(recording, ScalarType.Float64));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("csre-e2e-ctr-gcn-", error.Message, StringComparison.Ordinal);
    }

    // Encoders of other shapes of maps have decompositions of their own; graph convolutions may share one.
    [Theory, InlineData("hcn"), InlineData("hyperformer"), InlineData("ctr-gcn")]
    public void A_whole_step_takes_the_decomposition_of_its_encoder_before_the_common_one(string model)
    {
        Write($"csre-e2e-{model}-nw-ucla", [("x", 1)]);
        WriteEncoder(model);
        var neither = Refused();
        Assert.Contains(folder.File($"csre-stfd-{model}-nw-ucla.safetensors"), neither, StringComparison.Ordinal);
        Assert.Contains($"or {folder.File("csre-stfd-gcn-nw-ucla.safetensors")}, which does not exist", neither, StringComparison.Ordinal);

        WriteDecomposition("gcn", 7);
        AssertDecomposes("gcn", 7);
        WriteDecomposition(model, 5);
        AssertDecomposes(model, 5);

        void AssertDecomposes(string name, int size) => Assert.StartsWith(
            $"{folder.File($"csre-stfd-{name}-nw-ucla.safetensors")}: decomposes maps (C, T', V') = ({size}, {size}, {size}), and {model} has maps (",
            Refused(), StringComparison.Ordinal);

        string Refused()
        {
            using var recording = Recording.Open(folder.File($"csre-e2e-{model}-nw-ucla.safetensors"));
            var error = Assert.Throws<KinemaException>(() => RecordingKind.Of(recording, null).Replay(recording, ScalarType.Float32));
            Assert.Equal(ExitCode.Checkpoint, error.ExitCode);
            Assert.DoesNotContain('\n', error.Message);
            return error.Message;
        }
    }

    [Theory]
    [InlineData("ctr-gcn-ntu", "ctr-gcn")]
    [InlineData("my-ctr-gcn-of-tuesday", "ctr-gcn")]
    [InlineData("csre-e2e-ctr-gcn-nw-ucla", "csre-e2e-ctr-gcn")]
    [InlineData("csre-stfd-hyperformer-nw-ucla", "csre-stfd")]
    [InlineData("csre-contrast-small", "csre-contrast")]
    public void The_kind_is_the_longest_that_the_name_holds(string name, string kind)
    {
        Write(name, [("x", 1)]);
        using var recording = Recording.Open(folder.File($"{name}.safetensors"));
        Assert.Equal(kind, RecordingKind.Of(recording, null).Name);
        Assert.Equal("ctr-gcn", RecordingKind.Of(recording, "ctr-gcn").Name); // what the user says wins
    }

    [Fact]
    public void A_name_that_tells_nothing_and_an_unknown_kind_are_refused()
    {
        Write("weights", [("x", 1)]);
        using var recording = Recording.Open(folder.File("weights.safetensors"));
        var nameless = Assert.Throws<KinemaException>(() => RecordingKind.Of(recording, null));
        Assert.Equal(ExitCode.Usage, nameless.ExitCode);
        Assert.Contains("--model (", nameless.Message, StringComparison.Ordinal);
        var unknown = Assert.Throws<KinemaException>(() => RecordingKind.Of(recording, "ctr-gnc"));
        Assert.Contains("did you mean 'ctr-gcn'?", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Halves_and_doubles_are_converted_and_integers_stay()
    {
        SafeTensors.Write(folder.File("t.safetensors"),
        [
            StoredTensor.From("half", [2], [(Half)0.5f, (Half)(-2)]), StoredTensor.From("double", [2], [0.1, 1e300]),
            StoredTensor.From("single", [1], [0.1f]), StoredTensor.From("integer", [2], [3L, long.MaxValue]),
        ]);
        using var recording = Recording.Open(folder.File("t.safetensors"));
        Assert.Equal([0.5, -2], Read("half"));
        Assert.Equal([0.1, 1e300], Read("double"));
        Assert.Equal([0.1f], Read("single"));
        Assert.Equal(ScalarType.Float32, recording.Read("half", ScalarType.Float32).Type);
        Assert.Equal(ScalarType.Int64, recording.Read("integer", ScalarType.Float32).Type);
        Assert.Equal([3, long.MaxValue], recording.Read("integer", ScalarType.Float32).ToArray<long>());
        Assert.Contains("absent", Assert.Throws<KinemaException>(() => recording.Read("absent", ScalarType.Float64)).Message, StringComparison.Ordinal);

        double[] Read(string name)
        {
            var tensor = recording.Read(name, ScalarType.Float64);
            Assert.Equal(ScalarType.Float64, tensor.Type);
            return tensor.ToArray<double>();
        }
    }

    [Fact]
    public void What_nobody_read_is_known_parameters_apart()
    {
        Write("r", [("param.x", 1), ("input", 1), ("logits", 1), ("a.new.result", 1)]);
        using var recording = Recording.Open(folder.File("r.safetensors"));
        Assert.Equal(["a.new.result", "input", "logits"], recording.Unread);
        recording.Read("logits", ScalarType.Float64);
        Assert.Equal(1, recording.Stored("input").ToSingles()[0]);
        Assert.Throws<KinemaException>(() => recording.Stored("absent"));
        Assert.Equal(["a.new.result"], recording.Unread);
    }

    // As much of an encoder's recording as it takes to build the network.
    private void WriteEncoder(string model)
    {
        using var network = new Recogniser(EncoderRegistry.Get(model).Create(new EncoderInput(Layouts.NwUcla, 3, 16, 1), new EncoderSettings(Dropout: 0)), 3);
        SafeTensors.Write(
            folder.File($"{model}-nw-ucla.safetensors"),
            [
                .. StateFiles.Save(network, "param."), StoredTensor.From("input", [1, 3, 16, 20, 1], new float[3 * 16 * 20]),
                StoredTensor.From("logits.eval", [1, 3], new float[3]),
            ]);
    }

    private void WriteDecomposition(string name, long size) => SafeTensors.Write(
        folder.File($"csre-stfd-{name}-nw-ucla.safetensors"), [StoredTensor.From("cfg", [7], [2L, 1, size, size, size, 8, 16])]);

    private string Refusal(string name)
    {
        var error = Assert.Throws<KinemaException>(() => Recording.Open(folder.File($"{name}.safetensors")));
        Assert.Equal(ExitCode.Checkpoint, error.ExitCode);
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }

    private void Write(string name, (string Name, float Value)[] tensors, params (string, string)[] metadata) => SafeTensors.Write(
        folder.File($"{name}.safetensors"), tensors.Select(tensor => StoredTensor.From(tensor.Name, [1], [tensor.Value])),
        metadata.ToDictionary(entry => entry.Item1, entry => entry.Item2));
}
