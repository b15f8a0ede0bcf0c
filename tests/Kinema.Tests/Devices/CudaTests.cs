using Kinema.Contrast;
using Kinema.Recipes;
using Kinema.Storage;
using Kinema.Tests.Recipes;
using Kinema.Tests.Training;
using Kinema.Torch;
using Kinema.Training;
using Kinema.Verification;

namespace Kinema.Tests.Devices;

/// <summary>What must hold on an NVIDIA accelerator. The processor is the reference; recordings are those of the original implementations.</summary>
public sealed class CudaTests : TensorTest
{
    private static readonly Device Cuda = Device.Cuda();

    [CudaFact("ctr-gcn-nw-ucla.safetensors")]
    public void The_authors_ctr_gcn_in_double_precision() => AssertReplays("ctr-gcn-nw-ucla", ScalarType.Float64, 1e-5, 1e-5);

    // Without TF32 single precision agrees to the fifth digit; ReLU decisions flip gradients as they do on the processor.
    [CudaFact("ctr-gcn-nw-ucla.safetensors")]
    public void The_authors_ctr_gcn_in_single_precision() => AssertReplays("ctr-gcn-nw-ucla", ScalarType.Float32, 1e-4, 5e-2);

    [CudaFact("csre-contrast-full.safetensors")]
    public void The_authors_contrast_at_full_size() => AssertReplays("csre-contrast-full", ScalarType.Float64, 1e-5, 1e-5);

    [CudaFact("csre-stfd-gcn-nw-ucla.safetensors")]
    public void The_authors_decomposition() => AssertReplays("csre-stfd-gcn-nw-ucla", ScalarType.Float64, 1e-5, 1e-5);

    [CudaFact("csre-e2e-ctr-gcn-nw-ucla.safetensors")]
    public void The_authors_training_step() => AssertReplays("csre-e2e-ctr-gcn-nw-ucla", ScalarType.Float64, 1e-5, 1e-5);

    [CudaFact]
    public void Numbers_come_back_as_they_went()
    {
        var x = Numbers(1, [3, 4], ScalarType.Float32);
        var there = x.Upload(Cuda);
        Assert.Equal(Cuda, there.Device);
        Assert.Equal(x.ToArray<float>(), there.ToArray<float>());
        Assert.Throws<InvalidOperationException>(() => there.Memory<float>());
    }

    [CudaFact]
    public void Single_precision_is_single_precision()
    {
        var (a, b) = (Numbers(1, [256, 256], ScalarType.Float32), Numbers(2, [256, 256], ScalarType.Float32));
        AssertClose(a.To(ScalarType.Float64).MatMul(b.To(ScalarType.Float64)), a.Upload(Cuda).MatMul(b.Upload(Cuda)).To(Device.Cpu), 1e-5);
        var (x, w) = (Numbers(3, [4, 32, 16, 20], ScalarType.Float32), Numbers(4, [32, 32, 5, 1], ScalarType.Float32));
        var expected = Functional.Conv2d(x.To(ScalarType.Float64), w.To(ScalarType.Float64), null, [1, 1], [2, 0], [1, 1]);
        AssertClose(expected, Functional.Conv2d(x.Upload(Cuda), w.Upload(Cuda), null, [1, 1], [2, 0], [1, 1]).To(Device.Cpu), 1e-5);
    }

    [CudaFact]
    public void Parameters_are_filled_with_the_same_numbers_on_every_device()
    {
        using var here = new Linear(5, 7);
        using var there = new Linear(5, 7);
        there.To(Cuda);
        foreach (var linear in (Linear[])[here, there])
        {
            using var random = new Generator(3);
            linear.Initialise(random);
        }

        Assert.Equal(here.Weight.Value.ToArray<float>(), there.Weight.Value.ToArray<float>());
    }

    [CudaFact]
    public void A_training_step_with_the_plug_in_agrees_with_the_processors()
    {
        var (cpu, cuda) = (Steps("cpu"), Steps("cuda"));
        for (var step = 0; step < cpu.Count; step++)
        {
            Assert.Equal(cpu[step].Loss, cuda[step].Loss, 2e-3 * Math.Max(1, cpu[step].Loss));
            Assert.Equal(cpu[step].Anchors, cuda[step].Anchors);
        }

        Assert.Contains(cpu, result => result.Anchors > 0);

        static List<StepResult> Steps(string device)
        {
            using var experiment = Experiment.Create(Tiny.Recipe(csre: true, training => training with { Device = device }), Tiny.Data);
            using var loader = BatchLoader.Training(experiment.TrainingClips, 2, experiment.Model.Pipeline, 4, seed: 1, epoch: 0);
            return [.. loader.Batches().Index().Select(entry => TrainingStep.Run(experiment, entry.Item, 0, entry.Index, 1e-3))];
        }
    }

    [CudaFact]
    public void Two_epochs_run_in_both_precisions_and_leave_no_tensor_behind()
    {
        foreach (var precision in Enum.GetValues<Precision>())
        {
            using var folder = new TemporaryFolder();
            var outcome = Tiny.Run(folder.File("run"), Tiny.Recipe(csre: true, training => training with { Device = "cuda", Precision = precision }));
            Assert.True(outcome.Finished);
            Assert.Equal(2, outcome.Epochs);
        }
    }

    [CudaFact]
    public void A_checkpoint_goes_from_one_device_to_the_other_and_back()
    {
        using var folder = new TemporaryFolder();
        Assert.False(Tiny.Run(folder.File("run"), On("cuda"), stopAfter: 3).Finished);
        var cuda = Names();
        Assert.False(Tiny.Run(folder.File("run"), On("cpu"), stopAfter: 2, resume: true).Finished);
        Assert.Equal(cuda, Names());
        Assert.True(Tiny.Run(folder.File("run"), On("cuda"), resume: true).Finished);
        using var model = TrainedModel.Load(Tiny.Folder(folder.File("run")).LastCheckpoint);
        Assert.Equal(Device.Cpu, model.Device);
        var here = Evaluator.Score(model, [.. Tiny.Data.Clips], "all");
        model.To(Cuda);
        var there = Evaluator.Score(model, [.. Tiny.Data.Clips], "all");
        for (var i = 0; i < here.Count; i++)
            AssertClose([.. here.Row(i).ToArray().Select(value => (double)value)], [.. there.Row(i).ToArray().Select(value => (double)value)], 1e-3);

        static Recipe On(string device) => Tiny.Recipe(csre: true, training => training with { Device = device });

        // The optimiser remembers the plug-in from the first step on in which an anchor takes part.
        List<string> Names()
        {
            using var file = SafeTensorsFile.Open(Tiny.Folder(folder.File("run")).LastCheckpoint);
            Assert.Contains("device: cpu", file.Metadata["recipe"], StringComparison.Ordinal);
            return [.. file.Names.Where(name => !name.StartsWith("optimizer.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        }
    }

    [CudaFact]
    public void The_plug_in_draws_the_same_random_negatives()
    {
        var labels = Enumerable.Range(0, 40).Select(row => (long)(row % 4)).ToArray();
        Assert.Equal(Chosen(Device.Cpu), Chosen(Cuda));

        long[] Chosen(Device device)
        {
            using var bank = new ClipBank(labels, 8);
            bank.To(device);
            var features = Numbers(5, [40, 8], ScalarType.Float32).Upload(device);
            bank.Write(Tensor.Arange(40).Upload(device), features / features.Norm(1, keepDim: true));
            var anchors = bank.Features.Value.Narrow(0, 0, 4);
            using var random = new Generator(9);
            var sample = HybridSampler.Sample(
                anchors.MatMul(bank.Features.Value.Transpose(0, 1)), Tensor.From(labels[..4], 4).Upload(device), bank,
                new CsreOptions(Dimension: 8, Positives: 3, HardNegatives: 5, RandomNegatives: 6), random);
            return [.. sample.RandomNegatives.ToArray<long>().Chunk(6).SelectMany(row => row.Order())];
        }
    }

    private static void AssertReplays(string name, ScalarType type, double tolerance, double gradients)
    {
        using var recording = Recording.Open(GoldenFactAttribute.PathOf($"{name}.safetensors"), Cuda);
        Assert.All(
            RecordingKind.Of(recording, null).Replay(recording, type),
            result => Assert.True(result.Within(result.Result.StartsWith("grad.", StringComparison.Ordinal) ? gradients : tolerance), $"{result}"));
    }
}
