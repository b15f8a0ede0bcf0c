using Kinema.Torch.Interop;

namespace Kinema.Torch;

/// <summary>What the current thread records.</summary>
public static unsafe class Autograd
{
    [ThreadStatic] private static bool castsOnCpu;

    /// <summary>Whether operations are recorded for backward on this thread.</summary>
    public static bool Enabled => NativeMethods.kt_grad_enabled() != 0;

    /// <summary>
    /// Whether products on the processor run in bf16 on this thread. Operators see to that themselves; kernels ask
    /// <see cref="ProductTypes.Here"/>.
    /// </summary>
    internal static bool CastsOnCpu => castsOnCpu;

    /// <summary>Until disposed, nothing is recorded on this thread.</summary>
    public static IDisposable NoGrad() => new Recording(0);

    /// <summary>Until disposed, operations are recorded again, inside of a <see cref="NoGrad"/>.</summary>
    public static IDisposable EnableGrad() => new Recording(1);

    /// <summary>Until disposed, nothing is recorded and tensors made here can never take part in a graph: the fastest mode.</summary>
    public static IDisposable Inference() => new Recording(2);

    /// <summary>
    /// Until disposed, matrix products and convolutions on the device run in a smaller type. Kernels of ours round only the factors of their
    /// products: maps, sums, statistics and weights stay in single precision.
    /// </summary>
    /// <param name="type">Usually <see cref="ScalarType.BFloat16"/>, on the processor always.</param>
    /// <param name="device">Where.</param>
    /// <exception cref="ArgumentException">Another type on the processor.</exception>
    public static IDisposable Autocast(ScalarType type, DeviceKind device = DeviceKind.Cpu) => new Casting(type, device);

    /// <summary>Gradients of scalar outputs, or of outputs weighted by <paramref name="gradOutputs"/>, without touching <see cref="Tensor.Grad"/>.</summary>
    /// <param name="outputs">What is differentiated.</param>
    /// <param name="inputs">With respect to what.</param>
    /// <param name="gradOutputs">One per output; null for scalars.</param>
    /// <param name="retainGraph">Keeps the graph for another pass.</param>
    /// <returns>One per input; null where the outputs do not depend on it.</returns>
    /// <exception cref="ArgumentException">Another number of gradients than of outputs.</exception>
    public static Tensor?[] Grad(Tensor[] outputs, Tensor[] inputs, Tensor[]? gradOutputs = null, bool retainGraph = false)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(inputs);
        if (gradOutputs is not null && gradOutputs.Length != outputs.Length)
            throw new ArgumentException($"{gradOutputs.Length} gradients for {outputs.Length} outputs");
        var results = new nint[inputs.Length];
        fixed (nint* o = Handles(outputs), i = Handles(inputs), g = gradOutputs is null ? null : Handles(gradOutputs), r = results)
            Native.Check(NativeMethods.kt_autograd_grad(o, g, outputs.Length, i, inputs.Length, retainGraph ? 1 : 0, r));
        GC.KeepAlive(outputs);
        GC.KeepAlive(inputs);
        GC.KeepAlive(gradOutputs);
        return [.. results.Select(handle => handle == 0 ? null : Tensor.Own(handle))];
    }

    internal static nint[] Handles(IEnumerable<Tensor> tensors) => [.. tensors.Select(tensor => tensor.Handle)];

    // A mode of a thread: it ends where it began, innermost first. Elsewhere, after an await say, ending it would change the modes of an
    // innocent thread for good.
    private abstract class Mode : IDisposable
    {
        [ThreadStatic] private static Mode? innermost;

        private readonly Mode? outer = innermost;
        private bool ended;

        public void Dispose()
        {
            if (ended) return;
            if (innermost != this) throw new InvalidOperationException("A mode is ended on the thread that began it, innermost first.");
            ended = true;
            innermost = outer;
            End();
        }

        protected void Begun() => innermost = this;

        protected abstract void End();
    }

    private sealed class Recording : Mode
    {
        private readonly nint guard;

        internal Recording(int mode)
        {
            Native.Check(NativeMethods.kt_guard_begin(mode, out guard));
            Begun();
        }

        protected override void End() => NativeMethods.kt_guard_end(guard);
    }

    private sealed class Casting : Mode
    {
        private readonly DeviceKind device;
        private readonly int wasEnabled;
        private readonly bool wasCasting = castsOnCpu;
        private readonly ScalarType wasType;

        internal Casting(ScalarType type, DeviceKind device)
        {
            if (device == DeviceKind.Cpu && type != ScalarType.BFloat16) throw new ArgumentException($"the processor casts to BFloat16 only; got {type}");
            this.device = device;
            Native.Check(NativeMethods.kt_autocast((int)device, 1, type, out wasEnabled, out wasType));
            if (device == DeviceKind.Cpu) castsOnCpu = true;
            Begun();
        }

        protected override void End()
        {
            castsOnCpu = wasCasting;
            Native.Check(NativeMethods.kt_autocast((int)device, wasEnabled, wasType, out _, out _));
        }
    }
}

public sealed unsafe partial class Tensor
{
    /// <summary>Adds the gradients of this scalar to <see cref="Grad"/> of every leaf it depends on.</summary>
    /// <param name="gradient">The gradient to start from, of this tensor's shape; null for a scalar.</param>
    /// <param name="retainGraph">Keeps the graph for another pass.</param>
    public void Backward(Tensor? gradient = null, bool retainGraph = false)
    {
        nint root = Handle, start = gradient?.Handle ?? 0;
        Native.Check(NativeMethods.kt_backward(&root, gradient is null ? null : &start, 1, retainGraph ? 1 : 0));
        GC.KeepAlive(this);
        GC.KeepAlive(gradient);
    }
}
