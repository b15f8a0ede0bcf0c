namespace Kinema.Torch;

/// <summary>Ways to fill a parameter, in place and without a graph.</summary>
public static class Init
{
    /// <summary>One number everywhere.</summary>
    public static void Constant(Tensor tensor, double value) => Fill(() => tensor.FillInPlace(value));

    /// <summary>Uniform in [low, high).</summary>
    public static void Uniform(Tensor tensor, double low, double high, Generator random) =>
        Draw(tensor, onHost => Aten.UniformInPlace.Call(onHost, low, high, random));

    /// <summary>Normal.</summary>
    public static void Normal(Tensor tensor, double mean, double std, Generator random) =>
        Draw(tensor, onHost => Aten.NormalInPlace.Call(onHost, mean, std, random));

    /// <summary>
    /// Kaiming normal for ReLU with fan-out: standard deviation √(2 / (C_out · kernel)). Weight of shape (C_out, C_in, kernel…).
    /// </summary>
    public static void KaimingNormalFanOut(Tensor weight, Generator random)
    {
        ArgumentNullException.ThrowIfNull(weight);
        double fan = weight.Size(0);
        for (var axis = 2; axis < weight.Dims; axis++) fan *= weight.Size(axis);
        Normal(weight, 0, Math.Sqrt(2 / fan), random);
    }

    /// <summary>The framework's default of a linear map or convolution: uniform within ±1/√fan_in, for weight and bias.</summary>
    public static void Default(Tensor weight, Tensor? bias, Generator random)
    {
        ArgumentNullException.ThrowIfNull(weight);
        double fan = 1;
        for (var axis = 1; axis < weight.Dims; axis++) fan *= weight.Size(axis);
        var bound = 1 / Math.Sqrt(fan);
        Uniform(weight, -bound, bound, random);
        if (bias is not null) Uniform(bias, -bound, bound, random);
    }

    /// <summary>
    /// Xavier uniform (Glorot and Bengio, 2010): within ±√(6 / (fan_in + fan_out)), each channels times kernel. Weight of shape
    /// (C_out, C_in, kernel…).
    /// </summary>
    /// <param name="weight">What is filled.</param>
    /// <param name="random">The source.</param>
    /// <param name="gain">Factor on the bound.</param>
    public static void XavierUniform(Tensor weight, Generator random, double gain = 1)
    {
        ArgumentNullException.ThrowIfNull(weight);
        double fans = weight.Size(0) + weight.Size(1);
        for (var axis = 2; axis < weight.Dims; axis++) fans *= weight.Size(axis);
        var bound = gain * Math.Sqrt(6 / fans);
        Uniform(weight, -bound, bound, random);
    }

    /// <summary>Identity matrices along the last two axes, which are equally long.</summary>
    public static void Identity(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var size = (int)tensor.Size(-1);
        var values = new float[size * size];
        for (var i = 0; i < size; i++) values[i * (size + 1)] = 1;
        using var scope = TensorScope.Begin();
        Copy(tensor, Tensor.From<float>(values, size, size).Expand(tensor.Sizes.ToArray()));
    }

    /// <summary>Copies numbers in.</summary>
    public static void Copy(Tensor tensor, Tensor values) => Fill(() => tensor.CopyInPlace(values));

    // Numbers are drawn on the processor, where the generator lives, so that they are the same on every device.
    private static void Draw(Tensor tensor, Action<Tensor> draw) => Fill(() =>
    {
        if (tensor.Device.Kind == DeviceKind.Cpu)
        {
            draw(tensor);
            return;
        }

        var onHost = Tensor.Empty(tensor.Sizes.ToArray(), tensor.Type);
        draw(onHost);
        tensor.CopyInPlace(onHost);
    });

    private static void Fill(Action fill)
    {
        using var mode = Autograd.NoGrad();
        using var scope = TensorScope.Begin();
        fill();
    }
}
