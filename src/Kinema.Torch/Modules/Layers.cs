namespace Kinema.Torch;

/// <summary>y = x Wᵀ + b over the last axis.</summary>
public sealed class Linear : Module<Tensor, Tensor>
{
    /// <summary>Makes a linear map.</summary>
    /// <param name="inFeatures">Length of the last axis of x.</param>
    /// <param name="outFeatures">Length of the last axis of y.</param>
    /// <param name="bias">Whether b exists.</param>
    public Linear(long inFeatures, long outFeatures, bool bias = true)
    {
        Weight = Add("weight", new Parameter(outFeatures, inFeatures));
        if (bias) Bias = Add("bias", new Parameter(outFeatures));
    }

    /// <summary>W, (out, in).</summary>
    public Parameter Weight { get; }

    /// <summary>b, (out), or null.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => Functional.Linear(input, Weight, Bias?.Value);

    /// <inheritdoc/>
    protected override void ResetParameters(Generator random) => Init.Default(Weight, Bias?.Value, random);
}

/// <summary>Convolution of (N, C, L) along L.</summary>
public sealed class Conv1d : Module<Tensor, Tensor>
{
    /// <summary>Makes a convolution of stride 1 without padding.</summary>
    public Conv1d(long inChannels, long outChannels, long kernel, bool bias = true)
    {
        Weight = Add("weight", new Parameter(outChannels, inChannels, kernel));
        if (bias) Bias = Add("bias", new Parameter(outChannels));
    }

    /// <summary>(C', C, kernel).</summary>
    public Parameter Weight { get; }

    /// <summary>(C'), or null.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => Aten.Conv1d.Call(input, Weight.Value, Bias?.Value);

    /// <inheritdoc/>
    protected override void ResetParameters(Generator random) => Init.Default(Weight, Bias?.Value, random);
}

/// <summary>Convolution of (N, C, H, W).</summary>
public sealed class Conv2d : Module<Tensor, Tensor>
{
    private readonly long[] stride, padding, dilation;

    /// <summary>Makes a convolution.</summary>
    /// <param name="inChannels">C.</param>
    /// <param name="outChannels">C'.</param>
    /// <param name="kernel">Along H and W.</param>
    /// <param name="stride">Along H and W; 1 by default.</param>
    /// <param name="padding">Zeros at each end of H and W; none by default.</param>
    /// <param name="dilation">Distance of the taps along H and W; 1 by default.</param>
    /// <param name="bias">Whether a bias exists.</param>
    public Conv2d(
        long inChannels, long outChannels, (int H, int W) kernel, (int H, int W)? stride = null, (int H, int W)? padding = null,
        (int H, int W)? dilation = null, bool bias = true)
    {
        (Stride, Padding, Dilation) = (stride ?? (1, 1), padding ?? (0, 0), dilation ?? (1, 1));
        (this.stride, this.padding, this.dilation) = (Pair(Stride), Pair(Padding), Pair(Dilation));
        Weight = Add("weight", new Parameter(outChannels, inChannels, kernel.H, kernel.W));
        if (bias) Bias = Add("bias", new Parameter(outChannels));
    }

    /// <summary>From output to output, along H and W.</summary>
    public (int H, int W) Stride { get; }

    /// <summary>Zeros at each end of H and W.</summary>
    public (int H, int W) Padding { get; }

    /// <summary>Distance of the taps along H and W.</summary>
    public (int H, int W) Dilation { get; }

    /// <summary>(C', C, kernel H, kernel W).</summary>
    public Parameter Weight { get; }

    /// <summary>(C'), or null.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => Functional.Conv2d(input, Weight, Bias?.Value, stride, padding, dilation);

    /// <inheritdoc/>
    protected override void ResetParameters(Generator random) => Init.Default(Weight, Bias?.Value, random);

    private static long[] Pair((int H, int W) pair) => [pair.H, pair.W];
}

/// <summary>
/// Batch normalisation over axis 1 of (N, C), (N, C, L) or (N, C, H, W): y = γ (x - μ) / √(σ² + ε) + β, with the batch's μ and σ² while
/// training, which also move the running ones (σ² unbiased there), and with the running ones otherwise.
/// </summary>
public sealed class BatchNorm : Module<Tensor, Tensor>
{
    private readonly Buffer counter;

    /// <summary>Makes a batch normalisation.</summary>
    /// <param name="channels">C.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="momentum">Weight of the newest batch in the running statistics.</param>
    public BatchNorm(long channels, double epsilon = 1e-5, double momentum = 0.1)
    {
        (Epsilon, Momentum) = (epsilon, momentum);
        Weight = Add("weight", new Parameter(Tensor.Ones([channels])));
        Bias = Add("bias", new Parameter(channels));
        RunningMean = Add("running_mean", new Buffer(Tensor.Zeros([channels])));
        RunningVariance = Add("running_var", new Buffer(Tensor.Ones([channels])));
        counter = Add("num_batches_tracked", new Buffer(Tensor.Zeros([], ScalarType.Int64), onHost: true));
    }

    /// <summary>γ, (C).</summary>
    public Parameter Weight { get; }

    /// <summary>β, (C).</summary>
    public Parameter Bias { get; }

    /// <summary>Running μ, (C).</summary>
    public Buffer RunningMean { get; }

    /// <summary>Running σ², (C).</summary>
    public Buffer RunningVariance { get; }

    /// <summary>ε.</summary>
    public double Epsilon { get; }

    /// <summary>Weight of the newest batch in the running statistics.</summary>
    public double Momentum { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        if (Training)
        {
            RefuseOneRow(input);
            CountBatch();
        }

        return Aten.BatchNorm.Call(
            input, Weight.Value, Bias.Value, RunningMean.Value, RunningVariance.Value, Training, Momentum, Epsilon, false);
    }

    /// <summary>One number a channel has no variance: the running variance would become NaN, and stay so.</summary>
    internal static void RefuseOneRow(Tensor input)
    {
        if (input.Elements == input.Size(1))
            throw new ArgumentException($"batch normalisation is trained on more than one number a channel; got {input.ShapeText()}", nameof(input));
    }

    /// <summary>Counts a batch: the checkpoint of PyTorch holds how many there were. For kernels that do the rest of Forward themselves.</summary>
    public void CountBatch() => counter.Value.Memory<long>()[0]++;

    /// <inheritdoc/>
    protected override void ResetParameters(Generator random)
    {
        Init.Constant(Weight, 1);
        Init.Constant(Bias, 0);
        Init.Constant(RunningMean, 0);
        Init.Constant(RunningVariance, 1);
        Init.Constant(counter, 0);
    }
}

/// <summary>Sets elements to zero with a probability while training, and scales the others so that the mean stays.</summary>
/// <param name="probability">Of an element to be dropped, in [0, 1).</param>
/// <param name="random">Where the draws come from, so that a resumed run draws the same.</param>
public sealed class Dropout(double probability, Generator random) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!Training || probability == 0) return input;
        // In the order in which the numbers lie: whoever drops has them in the same on every device.
        if (!input.IsChannelsLast) return input * DropMask.Of(input.Sizes, probability, random).To(input.Type).Upload(input.Device);
        var (n, c, h, w) = (input.Size(0), input.Size(1), input.Size(2), input.Size(3));
        return input * DropMask.Of([n, h, w, c], probability, random).To(input.Type).Upload(input.Device).Permute(0, 3, 1, 2);
    }
}

/// <summary>max(x, 0).</summary>
public sealed class Relu : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => (input ?? throw new ArgumentNullException(nameof(input))).Relu();
}

/// <summary>Modules one after the other, named 0, 1, 2, … in the checkpoint.</summary>
public sealed class Sequential : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor>[] modules;

    /// <summary>Chains modules.</summary>
    public Sequential(params Module<Tensor, Tensor>[] modules)
    {
        this.modules = modules ?? throw new ArgumentNullException(nameof(modules));
        for (var i = 0; i < modules.Length; i++) Add(i.ToString(System.Globalization.CultureInfo.InvariantCulture), modules[i]);
    }

    /// <summary>One of the modules.</summary>
    public Module<Tensor, Tensor> this[int index] => modules[index];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => modules.Aggregate(input, (x, module) => module.Forward(x));
}
