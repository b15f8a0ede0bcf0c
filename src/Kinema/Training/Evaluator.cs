using Kinema.Evaluation;
using Kinema.Skeletons.Clips;
using Kinema.Torch;

namespace Kinema.Training;

/// <summary>Runs a network over clips and gathers its raw logits.</summary>
public static class Evaluator
{
    /// <summary>Scores clips in list order, without augmentation, one view per clip. The network is left in the mode it was in.</summary>
    /// <param name="model">The network and its pipeline.</param>
    /// <param name="clips">The clips.</param>
    /// <param name="split">Their name, for the table.</param>
    /// <param name="batchSize">
    /// Clips at a time; changes memory and speed only, but for <see cref="Encoders.BlockGcn"/>, whose topologies have a batch's unit.
    /// </param>
    /// <param name="protocol">The protocol the split is of, for the table; null where there is none.</param>
    public static ScoreTable Score(TrainedModel model, IReadOnlyList<SkeletonClip> clips, string split, int batchSize = 64, string? protocol = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(clips);
        var training = model.Network.Training;
        model.Network.Eval();
        try
        {
            var classes = model.Classes.Count;
            var logits = new float[checked(clips.Count * classes)];
            var done = 0;
            using var loader = BatchLoader.Evaluation(clips, model.Pipeline, batchSize, BatchLoader.DecodersFor(TorchRuntime.Threads));
            foreach (var batch in loader.Batches())
            {
                using var mode = Autograd.Inference();
                using var scope = TensorScope.Begin();
                var (sample, topology) = ToTensors(batch, model, 0, batch.Count);
                var scores = model.Network.Forward(sample, topology).Logits;
                scores.ToArray<float>().CopyTo(logits, done * classes);
                done += batch.Count;
            }

            return new ScoreTable(
                [.. clips.Select(clip => clip.Name)], [.. clips.Select(clip => clip.Label)], logits, model.Classes, split, model.Recipe.Data.Stream,
                protocol);
        }
        finally
        {
            if (training) model.Network.Train();
        }
    }

    /// <summary>Some of a batch's clips (N, C, T, V, M), and the topology of their joints (N, V) where there is one, on the network's device.</summary>
    internal static (Tensor Clips, Tensor? Topology) ToTensors(Batch batch, TrainedModel model, int first, int count)
    {
        var pipeline = model.Pipeline;
        var samples = Tensor.From<float>(batch.Clips.AsSpan(first * pipeline.SampleLength, count * pipeline.SampleLength), count, pipeline.SampleLength)
            .Upload(model.Device);
        var clips = samples.Narrow(1, 0, pipeline.ClipLength).Reshape(count, pipeline.Channels, pipeline.Frames, pipeline.Joints, pipeline.Persons);
        return (clips, pipeline.TopologyLength == 0 ? null : samples.Narrow(1, pipeline.ClipLength, pipeline.TopologyLength));
    }
}
