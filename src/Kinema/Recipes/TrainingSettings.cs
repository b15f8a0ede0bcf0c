namespace Kinema.Recipes;

/// <summary>The rule that turns gradients into steps.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,

    /// <summary>Adam, weight decay added to the gradient; β 0.9 and 0.999, ε 1e-8.</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay; β 0.9 and 0.999, ε 1e-8.</summary>
    AdamW,
}

/// <summary>Number format of the matrix products while training.</summary>
public enum Precision
{
    /// <summary>32-bit floating point, the reference.</summary>
    Fp32,

    /// <summary>bfloat16 products, 32-bit weights.</summary>
    Bf16,
}

/// <summary>Optimiser, schedule, batches and seed. Defaults are CTR-GCN's settings for NTU RGB+D, apart from the seed.</summary>
public sealed record TrainingSettings
{
    /// <summary>Passes over the training set.</summary>
    /// <value>Default 65 epochs.</value>
    public int Epochs { get; init; } = 65;

    /// <summary>Clips N per optimiser step; the last, incomplete batch of an epoch is dropped.</summary>
    /// <value>Default 64 clips.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>Clips per batch in evaluation; changes memory and speed, and the result of BlockGCN alone, whose topologies have a batch's unit.</summary>
    /// <value>Default 64 clips.</value>
    public int TestBatchSize { get; init; } = 64;

    /// <summary>
    /// Parts each batch is computed in: gradients are summed, memory falls, and one step still sees <see cref="BatchSize"/> clips.
    /// Batch normalisation sees a part at a time.
    /// </summary>
    /// <value>Default 1.</value>
    public int Accumulate { get; init; } = 1;

    /// <summary>The optimiser.</summary>
    /// <value>Default <see cref="OptimizerKind.Sgd"/>.</value>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Sgd;

    /// <summary>Base learning rate; <see cref="Recipes.LearningRate"/> gives an epoch's.</summary>
    /// <value>Default 0.1.</value>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Momentum of <see cref="OptimizerKind.Sgd"/>; the other optimisers do not read it.</summary>
    /// <value>Default 0.9.</value>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Whether the momentum is Nesterov's; the other optimisers do not read it.</summary>
    /// <value>Default true.</value>
    public bool Nesterov { get; init; } = true;

    /// <summary>
    /// Weight decay, on every parameter (biases, batch norms and graphs too, as the authors' code); of Shift-GCN ten times as much on
    /// <c>Linear_weight</c> and none on <c>Feature_Mask</c>, as theirs.
    /// </summary>
    /// <value>Default 0.0004.</value>
    public double WeightDecay { get; init; } = 0.0004;

    /// <summary>
    /// Largest Euclidean norm of all gradients together, network's and plug-in's: larger ones are made that long before the step.
    /// </summary>
    /// <value>Default null: gradients stay as they are.</value>
    public double? ClipNorm { get; init; }

    /// <summary>How the learning rate moves with the epochs.</summary>
    public ScheduleSettings Schedule { get; init; } = new();

    /// <summary>Share of each label spread evenly over all classes in the cross entropy.</summary>
    /// <value>Default 0.</value>
    public double LabelSmoothing { get; init; }

    /// <summary>Number format of the matrix products in training; evaluation is always fp32.</summary>
    /// <value>Default <see cref="Precision.Fp32"/>.</value>
    public Precision Precision { get; init; } = Precision.Fp32;

    /// <summary>What computes: <c>cpu</c>, <c>cuda</c> (the first one) or <c>cuda:N</c>. Says nothing of the result, so no checkpoint keeps it.</summary>
    /// <value>Default <c>cpu</c>.</value>
    public string Device { get; init; } = "cpu";

    /// <summary>Seed from which every random draw derives.</summary>
    /// <value>Default 0.</value>
    public int Seed { get; init; }

    /// <summary>
    /// Every how many epochs a checkpoint <c>epoch=NN.kpt</c> is kept beside <c>last.kpt</c> and <c>best.kpt</c>; 0 keeps none.
    /// </summary>
    /// <value>Default 0 epochs.</value>
    public int KeepEvery { get; init; }
}
