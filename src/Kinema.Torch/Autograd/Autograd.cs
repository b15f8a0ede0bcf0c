using Kinema.Torch.Interop;

namespace Kinema.Torch;

/// <summary>What the current thread records.</summary>
public static unsafe class Autograd
{
    /// <summary>Whether operations are recorded for backward on this thread.</summary>
    public static bool Enabled => NativeMethods.kt_grad_enabled() != 0;

    /// <summary>Until disposed, nothing is recorded on this thread.</summary>
    public static IDisposable NoGrad() => new Mode(0);

    /// <summary>Until disposed, operations are recorded again, inside of a <see cref="NoGrad"/>.</summary>
    public static IDisposable EnableGrad() => new Mode(1);

    /// <summary>Until disposed, nothing is recorded and tensors made here can never take part in a graph: the fastest mode.</summary>
    public static IDisposable Inference() => new Mode(2);

    /// <summary>Until disposed, matrix products and convolutions on the device run in a smaller type.</summary>
    /// <param name="type">Usually <see cref="ScalarType.BFloat16"/>.</param>
    /// <param name="device">Where.</param>
    public static IDisposable Autocast(ScalarType type, DeviceKind device = DeviceKind.Cpu) => new Casting(type, device);

    /// <summary>Gradients of scalar outputs, or of outputs weighted by <paramref name="gradOutputs"/>, without touching <see cref="Tensor.Grad"/>.</summary>
    /// <param name="outputs">What is differentiated.</param>
    /// <param name="inputs">With respect to what.</param>
    /// <param name="gradOutputs">One per output; null for scalars.</param>
    /// <param name="retainGraph">Keeps the graph for another pass.</param>
    /// <returns>One per input; null where the outputs do not depend on it.</returns>
    public static Tensor?[] Grad(Tensor[] outputs, Tensor[] inputs, Tensor[]? gradOutputs = null, bool retainGraph = false)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(inputs);
        var results = new nint[inputs.Length];
        fixed (nint* o = Handles(outputs), i = Handles(inputs), g = gradOutputs is null ? null : Handles(gradOutputs), r = results)
            Native.Check(NativeMethods.kt_autograd_grad(o, g, outputs.Length, i, inputs.Length, retainGraph ? 1 : 0, 0, r));
        GC.KeepAlive(outputs);
        GC.KeepAlive(inputs);
        GC.KeepAlive(gradOutputs);
        return [.. results.Select(handle => handle == 0 ? null : Tensor.Own(handle))];
    }

    internal static nint[] Handles(IEnumerable<Tensor> tensors) => [.. tensors.Select(tensor => tensor.Handle)];

    private sealed class Mode : IDisposable
    {
        private nint guard;

        internal Mode(int mode) => Native.Check(NativeMethods.kt_guard_begin(mode, out guard));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref guard, 0) is var last and not 0) NativeMethods.kt_guard_end(last);
        }
    }

    private sealed class Casting : IDisposable
    {
        private readonly ScalarType type;
        private readonly DeviceKind device;
        private readonly int before;

        internal Casting(ScalarType type, DeviceKind device)
        {
            (this.type, this.device) = (type, device);
            Native.Check(NativeMethods.kt_autocast((int)device, 1, type, out before));
        }

        public void Dispose() => Native.Check(NativeMethods.kt_autocast((int)device, before, type, out _));
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
