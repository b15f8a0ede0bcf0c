using Kinema.Storage;

namespace Kinema.Torch.Tests.Serialization;

public sealed class StateFilesTests : TensorTest
{
    [Theory]
    [InlineData(ScalarType.Bool)]
    [InlineData(ScalarType.UInt8)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Every_type_makes_the_round_trip(ScalarType type)
    {
        var tensor = Tensor.From([0.0, 1, 2, 3, 4, 5], 2, 3).To(type);
        var stored = tensor.ToStored("x");
        Assert.Equal(("x", 6L), (stored.Name, stored.ElementCount));
        Assert.Equal([2L, 3], stored.Shape);
        var back = stored.ToTensor();
        Assert.Equal(type, back.Type);
        Assert.Equal(tensor.ToArray<double>(), back.ToArray<double>());
        Assert.Equal(ScalarType.Float64, stored.ToTensor(ScalarType.Float64).Type);
    }

    [Fact]
    public void Views_and_channels_last_tensors_are_stored_in_C_order()
    {
        var x = Numbers(1, [2, 3, 4, 5], ScalarType.Float32);
        foreach (var tensor in new[] { x.Contiguous(MemoryFormat.ChannelsLast), x.Transpose(1, 3), x.Slice(3, 1, 5, 2), x.Select(1, 2), x.Select(0, 0).Unsqueeze(0).Expand(3, -1, -1, -1) })
        {
            var stored = tensor.ToStored("x");
            Assert.Equal(tensor.ToArray<float>(), stored.ToSingles());
            Assert.Equal(tensor.ToArray<float>(), stored.ToTensor().ToArray<float>());
        }
    }

    [Fact]
    public void Scalars_and_empty_tensors_make_the_round_trip()
    {
        Assert.Equal(7, Tensor.From([7L]).ToStored("x").ToTensor().Item());
        Assert.Equal([0L, 3], Tensor.Zeros([0, 3]).ToStored("x").ToTensor().Sizes.ToArray());
    }

    [Fact]
    public void A_stored_parameter_is_a_copy()
    {
        using var parameter = new Parameter(Tensor.Ones([2]));
        var stored = parameter.Value.ToStored("x");
        Init.Constant(parameter, 5);
        Assert.Equal([1f, 1], stored.ToSingles());
        Assert.False(stored.ToTensor().RequiresGrad);
    }

    [Fact]
    public void A_network_makes_the_round_trip_through_a_file()
    {
        var folder = Directory.CreateTempSubdirectory("kinema-torch-");
        try
        {
            using Sequential first = Network(seed: 1), second = Network(seed: 2);
            var x = Numbers(3, [5, 3], ScalarType.Float32);
            _ = first.Forward(x); // moves the running statistics and the counter
            var path = Path.Combine(folder.FullName, "w.safetensors");
            SafeTensors.Write(path, StateFiles.Save(first), metadata: null);

            using (var file = SafeTensorsFile.Open(path)) StateFiles.Load(second, file.Names.ToDictionary(name => name, file.Read), path);
            Assert.Equal(State(first), State(second));
            first.Eval();
            second.Eval();
            Assert.Equal(first.Forward(x).ToArray<float>(), second.Forward(x).ToArray<float>());
            Assert.All(second.NamedParameters(), entry => Assert.True(entry.Parameter.Value.RequiresGrad));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Types_are_converted_to_those_of_the_network()
    {
        using Sequential source = Network(1), target = Network(2);
        source.To(ScalarType.Float64);
        StateFiles.Load(target, Saved(source), "w.safetensors");
        Assert.All(target.NamedParameters(), entry => Assert.Equal(ScalarType.Float32, entry.Parameter.Value.Type));
        Assert.Equal(State(source), State(target));
    }

    [Fact]
    public void A_prefix_is_put_before_each_name()
    {
        using var network = Network(1);
        Assert.All(StateFiles.Save(network, "ema."), stored => Assert.StartsWith("ema.", stored.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void Names_are_those_of_the_dictionary_whatever_the_tensors_are_called()
    {
        using Sequential source = Network(1), target = Network(2);
        StateFiles.Load(target, Saved(source).ToDictionary(entry => entry.Key, entry => entry.Value.Named("param." + entry.Key)), "w.safetensors");
        Assert.Equal(State(source), State(target));
    }

    [Fact]
    public void What_does_not_fit_is_named_in_one_line_and_the_network_stays_as_it_is()
    {
        using Sequential source = Network(1), target = Network(2);
        var saved = Saved(source);
        saved.Remove("1.running_mean");
        saved["9.weight"] = saved["0.bias"];
        saved["2.weight"] = StoredTensor.From("2.weight", [3, 4], new float[12]);
        var before = State(target);

        var error = Assert.Throws<KinemaException>(() => StateFiles.Load(target, saved, "run/last.safetensors"));
        Assert.Equal(ExitCode.Checkpoint, error.ExitCode);
        Assert.DoesNotContain('\n', error.Message);
        Assert.StartsWith("run/last.safetensors: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("missing 1.running_mean (4)", error.Message, StringComparison.Ordinal);
        Assert.Contains("superfluous 9.weight (4)", error.Message, StringComparison.Ordinal);
        Assert.Contains("2.weight is (3, 4) in the file, (2, 4) in the network", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, State(target));
    }

    [Fact]
    public void Of_many_faults_the_first_are_named_and_the_others_counted()
    {
        using var target = Network(2);
        var error = Assert.Throws<KinemaException>(() => StateFiles.Load(target, new Dictionary<string, StoredTensor>(), "empty.safetensors"));
        Assert.Contains("and 3 more", error.Message, StringComparison.Ordinal); // 9 tensors, 6 of them named
    }

    private static Sequential Network(ulong seed)
    {
        using var random = new Generator(seed);
        var network = new Sequential(new Linear(3, 4), new BatchNorm(4), new Linear(4, 2));
        network.Initialise(random);
        return network;
    }

    private static Dictionary<string, StoredTensor> Saved(Module module) => StateFiles.Save(module).ToDictionary(stored => stored.Name);

    private static List<double[]> State(Module module) => [.. module.State().Select(entry => entry.Value.Value.ToArray<double>())];
}
