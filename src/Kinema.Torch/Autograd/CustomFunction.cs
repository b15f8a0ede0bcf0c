using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kinema.Torch.Interop;

namespace Kinema.Torch;

/// <summary>
/// A function with a hand-written backward. Derive, save in the fields what backward needs (with <see cref="Save"/>), compute the outputs
/// without a graph, and hand both to <see cref="Record"/>.
/// <example><code>
/// internal sealed class Square : CustomFunction
/// {
///     private readonly Tensor x;
///     private Square(Tensor x) => this.x = Save(x);
///     public static Tensor Apply(Tensor x) => Record(new Square(x), [x], () => x * x);
///     protected override Tensor?[] Backward(Tensor?[] grads) => [grads[0]! * x * 2];
/// }
/// </code></example>
/// </summary>
public abstract unsafe class CustomFunction
{
    private const long Unwatched = -1;               // as the version of a tensor whose changes libtorch does not count

    private readonly List<(Tensor Tensor, string Name, long Version)> saved = [];

    /// <summary>The gradients of the inputs, given those of the outputs.</summary>
    /// <param name="grads">One per output; null where no gradient arrived.</param>
    /// <returns>One per input, in the order given to <see cref="Record"/>; null where none is needed.</returns>
    protected abstract Tensor?[] Backward(Tensor?[] grads);

    /// <summary>
    /// Keeps a tensor until backward has run or the graph is dropped. A view outside of the graph is kept, so that an output may be saved
    /// without the graph keeping itself alive. An operator that changes it in place between forward and backward, or anything else in the
    /// same memory, makes backward throw an <see cref="InvalidOperationException"/>, as libtorch's own functions do; what is written through
    /// a pointer (<see cref="Tensor.Memory"/>) is not noticed, so that a kernel may use a buffer of its own twice.
    /// </summary>
    /// <param name="tensor">What backward needs.</param>
    /// <param name="name">What the exception calls it.</param>
    protected Tensor Save(Tensor tensor, [CallerArgumentExpression(nameof(tensor))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var kept = TensorScope.Release(tensor.Detach());
        saved.Add((kept, name, Unwatched));
        return kept;
    }

    /// <summary>Whether a function of these inputs goes into the graph: otherwise nothing need be saved for it.</summary>
    protected static bool IsRecorded(Tensor[] inputs) => Autograd.Enabled && inputs.Any(input => input.RequiresGrad);

    /// <summary>Computes the outputs and, when a gradient can be asked for, puts the function into the graph.</summary>
    /// <param name="function">Used for one call only.</param>
    /// <param name="inputs">What the gradients of <see cref="Backward"/> belong to.</param>
    /// <param name="forward">Computes the outputs; runs without a graph.</param>
    protected static Tensor[] RecordMany(CustomFunction function, Tensor[] inputs, Func<Tensor[]> forward)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(forward);
        var handed = false; // to the graph, which then frees what was saved
        try
        {
            var recorded = IsRecorded(inputs);
            Tensor[] outputs;
            using (Autograd.NoGrad()) outputs = forward();
            if (!recorded) return outputs;

            function.Watch();
            nint[] given = Autograd.Handles(inputs), made = Autograd.Handles(outputs);
            var state = GCHandle.ToIntPtr(GCHandle.Alloc(function));
            handed = true;
            fixed (nint* i = given, o = made)
                Native.Check(NativeMethods.kt_custom_function(
                    function.GetType().Name, i, given.Length, o, made.Length, &RunBackward, &Release, state));
            GC.KeepAlive(inputs);
            GC.KeepAlive(outputs);
            return outputs;
        }
        finally
        {
            if (!handed) function.Free();
        }
    }

    /// <inheritdoc cref="RecordMany"/>
    protected static Tensor Record(CustomFunction function, Tensor[] inputs, Func<Tensor> forward) =>
        RecordMany(function, inputs, () => [forward()])[0];

    [UnmanagedCallersOnly]
    private static int RunBackward(nint state, nint* grads, int gradCount, nint* results, int resultCount)
    {
        // The gradients belong to this call from here on, whatever happens.
        var scope = TensorScope.Begin();
        try
        {
            var given = new Tensor?[gradCount];
            for (var i = 0; i < gradCount; i++) given[i] = grads[i] == 0 ? null : Tensor.Own(grads[i]);
            if (given.Any(grad => grad is not null)) Answer((CustomFunction)GCHandle.FromIntPtr(state).Target!, given, results, resultCount);
            scope.Dispose(); // refuses when Backward left a scope of its own open
            return 0;
        }
        catch (Exception e)
        {
            scope.DisposeWithInner();
            return Native.Pend(e);
        }
    }

    private static void Answer(CustomFunction function, Tensor?[] grads, nint* results, int resultCount)
    {
        using var mode = Autograd.NoGrad();
        function.RefuseChanges();
        var computed = function.Backward(grads);
        if (computed.Length != resultCount)
            throw new InvalidOperationException($"Backward returned {computed.Length} gradients for {resultCount} inputs");
        for (var i = 0; i < resultCount; i++)
        {
            if (computed[i] is null) continue;
            Native.Check(NativeMethods.kt_tensor_alias(computed[i]!.Handle, out results[i]));
        }

        GC.KeepAlive(computed);
    }

    [UnmanagedCallersOnly]
    private static void Release(nint state)
    {
        var handle = GCHandle.FromIntPtr(state);
        ((CustomFunction)handle.Target!).Free();
        handle.Free();
    }

    // Forward itself may still write to what it saves: what counts is how it is left.
    private void Watch()
    {
        foreach (ref var entry in CollectionsMarshal.AsSpan(saved)) entry.Version = entry.Tensor.Version;
    }

    private void RefuseChanges()
    {
        foreach (var (tensor, name, version) in saved)
        {
            if (version == Unwatched || tensor.Version == version) continue;
            throw new InvalidOperationException(
                $"{GetType().Name}: backward needs {name}, {tensor.Describe()}, as forward left it at version {version}, but it was changed in "
                + $"place and is at version {tensor.Version}; change it after backward, or give the function a clone of it");
        }
    }

    private void Free()
    {
        foreach (var (tensor, _, _) in saved) tensor.Dispose();
        saved.Clear();
    }
}
