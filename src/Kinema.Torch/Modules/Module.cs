namespace Kinema.Torch;

/// <summary>
/// Part of a network: owns parameters, buffers and other modules under the names they have in a checkpoint. Names are given as text where
/// a part is added and never depend on C# names; they may hold dots (<c>branches.0.1</c>).
/// A module disposes nothing of what <c>Forward</c> makes: that belongs to the scope the caller opened.
/// </summary>
public abstract class Module : IDisposable
{
    private readonly List<(string Name, object Part)> parts = [];

    /// <summary>True while training: batch statistics, dropout.</summary>
    public bool Training { get; private set; } = true;

    /// <summary>
    /// All parameters with their checkpoint names, in the order in which they were added; one that several parts share comes once, under its
    /// first name.
    /// </summary>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters() =>
        Named().Where(entry => entry.Part is Parameter).Select(entry => (entry.Name, (Parameter)entry.Part)).DistinctBy(entry => entry.Item2);

    /// <summary>All buffers (running statistics, counters, banks) with their checkpoint names.</summary>
    public IEnumerable<(string Name, Buffer Buffer)> NamedBuffers() =>
        Named().Where(entry => entry.Part is Buffer).Select(entry => (entry.Name, (Buffer)entry.Part));

    /// <summary>All parameters and persistent buffers with their checkpoint names: what a checkpoint holds.</summary>
    public IEnumerable<(string Name, NamedTensor Value)> State() =>
        Tensors().Where(entry => entry.Value is not Buffer { Persistent: false });

    /// <summary>This module and all modules inside it, with their names; the module itself has the empty name.</summary>
    public IEnumerable<(string Name, Module Module)> NamedModules()
    {
        yield return ("", this);
        foreach (var (name, part) in parts)
            if (part is Module module)
                foreach (var (inner, found) in module.NamedModules())
                    yield return (Join(name, inner), found);
    }

    /// <summary>The number of trainable numbers.</summary>
    public long ParameterCount() => NamedParameters().Sum(entry => entry.Parameter.Value.Elements);

    /// <summary>Switches this module and all inside it to training.</summary>
    public void Train() => SetTraining(true);

    /// <summary>Switches this module and all inside it to evaluation.</summary>
    public void Eval() => SetTraining(false);

    /// <summary>Fills every parameter as the paper or the framework prescribes, drawing from one source in a fixed order.</summary>
    public void Initialise(Generator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        using var mode = Autograd.NoGrad();
        using var scope = TensorScope.Begin();
        InitialiseParts(random);
    }

    /// <summary>Converts all floating-point parameters and buffers.</summary>
    public void To(ScalarType type)
    {
        foreach (var (_, value) in Tensors()) value.To(type);
    }

    /// <summary>Moves all parameters and buffers.</summary>
    public void To(Device device)
    {
        foreach (var (_, value) in Tensors()) value.To(device);
    }

    /// <summary>Drops all gradients.</summary>
    public void ZeroGrad()
    {
        // Without names: joining those of hundreds of parameters in every step cost more than the rest.
        foreach (var (_, part) in parts)
        {
            if (part is Parameter parameter) parameter.Value.Grad = null;
            else (part as Module)?.ZeroGrad();
        }
    }

    /// <summary>Frees all parameters and buffers.</summary>
    public void Dispose()
    {
        foreach (var (_, value) in Tensors()) value.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds a part under its checkpoint name; with the empty name its parts keep their own names.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    protected T Add<T>(string name, T part)
        where T : class
    {
        if (part is not (Module or NamedTensor)) throw new ArgumentException($"{typeof(T).Name} is neither a module nor a parameter nor a buffer");
        if (name.Length > 0 && parts.Any(existing => existing.Name == name)) throw new ArgumentException($"the name '{name}' is taken");
        // Dotted and empty names can meet the names that another part brings along.
        var taken = Named().Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (inner, _) in part is Module module ? module.Named() : [("", part)])
            if (!taken.Add(Join(name, inner))) throw new ArgumentException($"the name '{Join(name, inner)}' is taken");
        parts.Add((name, part));
        return part;
    }

    /// <summary>Fills the parameters of this module itself; its children have been filled already.</summary>
    /// <param name="random">The source, the same for the whole network.</param>
    protected virtual void ResetParameters(Generator random)
    {
    }

    private void InitialiseParts(Generator random)
    {
        foreach (var (_, part) in parts) (part as Module)?.InitialiseParts(random);
        ResetParameters(random);
    }

    private IEnumerable<(string Name, NamedTensor Value)> Tensors() => Named().Select(entry => (entry.Name, (NamedTensor)entry.Part));

    private IEnumerable<(string Name, object Part)> Named()
    {
        foreach (var (name, part) in parts)
        {
            if (part is Module module)
            {
                foreach (var (inner, found) in module.Named()) yield return (Join(name, inner), found);
            }
            else
            {
                yield return (name, part);
            }
        }
    }

    private void SetTraining(bool value)
    {
        Training = value;
        foreach (var (_, part) in parts) (part as Module)?.SetTraining(value);
    }

    private static string Join(string outer, string inner) => outer.Length == 0 ? inner : inner.Length == 0 ? outer : $"{outer}.{inner}";
}

/// <summary>A module that maps one value to another.</summary>
public abstract class Module<TIn, TOut> : Module
{
    /// <summary>Applies the module.</summary>
    public abstract TOut Forward(TIn input);
}
