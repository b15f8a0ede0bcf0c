namespace Kinema.Torch;

/// <summary>
/// Owns every tensor made on this thread while it is open, and frees them when it is disposed. Scopes nest.
/// <example><code>
/// using (var step = TensorScope.Begin())
/// {
///     var loss = network.Forward(batch).CrossEntropy(labels);   // all intermediates belong to the step
///     loss.Backward();
///     kept = step.Keep(loss.Detach());                          // this one outlives it
/// }
/// </code></example>
/// </summary>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic] private static TensorScope? current;

    private readonly TensorScope? outer;
    private readonly List<Tensor> owned = [];
    private bool disposed;

    private TensorScope(TensorScope? outer) => this.outer = outer;

    /// <summary>The innermost open scope of this thread, or null.</summary>
    public static TensorScope? Current => current;

    /// <summary>The number of native tensor references alive in this process: a leak test compares it with what it was.</summary>
    public static long LiveTensors => Interop.NativeMethods.kt_live_tensors();

    /// <summary>Opens a scope inside the current one.</summary>
    public static TensorScope Begin() => current = new TensorScope(current);

    /// <summary>Hands a tensor of this scope to the enclosing one, or to the caller when there is none.</summary>
    public Tensor Keep(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Scope != this) return tensor;
        tensor.Scope = outer;
        outer?.owned.Add(tensor);
        return tensor;
    }

    /// <summary>Takes a tensor out of every scope: the caller disposes it. For parameters, buffers, and what a graph saves.</summary>
    public static Tensor Release(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        tensor.Scope = null; // the scope's list still names it; Dispose looks at the owner
        return tensor;
    }

    /// <summary>Frees the tensors still owned, and gives the thread back to the enclosing scope.</summary>
    /// <exception cref="InvalidOperationException">An inner scope is still open, or another thread disposes this one.</exception>
    public void Dispose()
    {
        if (disposed) return;
        if (current != this) throw new InvalidOperationException("A TensorScope is disposed on the thread that began it, innermost first.");
        disposed = true;
        current = outer;
        foreach (var tensor in owned)
            if (tensor.Scope == this) tensor.Dispose();
        owned.Clear();
    }

    /// <summary>Frees this scope and those begun inside it that are still open: for who must give the thread back whatever happened.</summary>
    internal void DisposeWithInner()
    {
        while (!disposed && current is { } inner) inner.Dispose();
    }

    internal static void Own(Tensor tensor)
    {
        if (current is not { } scope) return;
        tensor.Scope = scope;
        scope.owned.Add(tensor);
    }
}
