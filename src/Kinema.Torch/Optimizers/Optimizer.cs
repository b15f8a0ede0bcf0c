using Kinema.Storage;

namespace Kinema.Torch;

/// <summary>Moves parameters along their gradients, and keeps what it remembers of each under a name, for the checkpoint.</summary>
public abstract unsafe class Optimizer : IDisposable
{
    private const int GroupLength = 32 * 1024;       // numbers that are worth a turn of a thread

    private readonly List<Entry> entries = [];
    private readonly List<Piece> pieces = [];        // of the current step
    private readonly List<int> groups = [];          // the first piece of each

    private protected Optimizer(IEnumerable<(string Name, Parameter Parameter)> parameters, double decay, Func<string, double>? decayFactor)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        foreach (var (name, parameter) in parameters) entries.Add(new Entry(name, parameter, decay * (decayFactor?.Invoke(name) ?? 1)));
    }

    /// <summary>What is trained, in the order given.</summary>
    public IEnumerable<Parameter> Parameters => entries.Select(entry => entry.Parameter);

    /// <summary>The names of the tensors remembered per parameter.</summary>
    private protected abstract string[] Slots { get; }

    /// <summary>Makes one step. Parameters without a gradient stay as they are.</summary>
    /// <param name="rate">The learning rate η of this step.</param>
    public void Step(double rate)
    {
        // Parameters live on one device. On an accelerator hundreds of small updates would cost a launch each.
        if (entries.Count > 0 && entries[0].Parameter.Value.Device.Kind != DeviceKind.Cpu) StepTogether(rate);
        else StepOneByOne(rate);
        GC.KeepAlive(this); // the pieces of a step point into tensors that only the entries hold
    }

    /// <summary>The same step by operators over lists of tensors, whatever the device: a few launches for all parameters.</summary>
    internal void StepTogether(double rate)
    {
        using var mode = Autograd.NoGrad();
        using var scope = TensorScope.Begin();
        var groups = new SortedDictionary<(long Step, double Decay), List<(Entry Entry, Tensor Gradient)>>(); // Adam's correction depends on the step
        foreach (var entry in entries)
        {
            if (entry.Parameter.Value.Grad is not { } gradient) continue;
            entry.Begin(Slots);
            if (!groups.TryGetValue((entry.Steps, entry.Decay), out var group)) groups.Add((entry.Steps, entry.Decay), group = []);
            group.Add((entry, gradient));
        }

        foreach (var ((step, decay), group) in groups)
        {
            Tensor[][] slots = [.. Enumerable.Range(0, Slots.Length).Select(slot => group.Select(one => one.Entry.Slots![slot]).ToArray())];
            UpdateAll([.. group.Select(one => one.Entry.Parameter.Value)], [.. group.Select(one => one.Gradient)], slots, step, decay, rate);
        }
    }

    // Finds out where everything lies, then goes once over the memory of all parameters: small ones together, large ones in pieces. Every
    // number is computed on its own, so that the result does not depend on how they are shared out.
    private void StepOneByOne(double rate)
    {
        using var mode = Autograd.NoGrad();
        using var scope = TensorScope.Begin();       // holds the gradients while there are pointers into them
        pieces.Clear();
        groups.Clear();
        var (room, numbers) = (0L, 0L);
        foreach (var entry in entries)
        {
            var weight = entry.Parameter.Value;
            if (weight.Grad is not { } gradient) continue;
            entry.Begin(Slots);
            var slots = entry.Slots!;
            nint g = 0, first = 0, second = 0;
            if (weight.IsPlain(out var w, out var count) && (gradient.IsPlain(out g, out _) || gradient.Contiguous().IsPlain(out g, out _))
                && (slots.Length < 1 || slots[0].IsPlain(out first, out _)) && (slots.Length < 2 || slots[1].IsPlain(out second, out _)))
            {
                weight.MarkChanged();                // as an operator in place would: a graph that still needs the weight notices it
                numbers += count;
                Cut(new Piece(w, g, first, second, count, entry.Steps, entry.Decay), ref room);
            }
            else
            {
                Update(weight, gradient, slots, entry.Steps, entry.Decay, rate);
            }
        }

        // The memory is what it costs. Multiply-adds are counted of the work on clips.
        using var region = OperatorProfile.Kernel(GetType().Name, 0, sizeof(float) * (3.0 + (2 * Slots.Length)) * numbers);
        KernelTasks.Run(groups.Count, group =>
        {
            var end = group + 1 < groups.Count ? groups[group + 1] : pieces.Count;
            for (var i = groups[group]; i < end; i++)
            {
                var (piece, slots, length) = (pieces[i], Slots.Length, (int)pieces[i].Count);
                Update(
                    new((float*)piece.Weight, length), new((float*)piece.Gradient, length), new((float*)piece.First, slots > 0 ? length : 0),
                    new((float*)piece.Second, slots > 1 ? length : 0), piece.Step, piece.Decay, rate);
            }
        });
    }

    private void Cut(Piece rest, ref long room)
    {
        while (rest.Count > 0)
        {
            if (room == 0)
            {
                groups.Add(pieces.Count);
                room = GroupLength;
            }

            var piece = rest with { Count = Math.Min(room, rest.Count) };
            pieces.Add(piece);
            room -= piece.Count;
            rest = rest.After(piece.Count);
        }
    }

    /// <summary>
    /// What must be saved to go on as if nothing had happened: per parameter the tensors remembered (<c>name.momentum</c>) and the count of
    /// steps (<c>name.step</c>). The tensors are the optimiser's own; copy them to keep them.
    /// </summary>
    public IEnumerable<(string Name, Tensor Value)> State()
    {
        foreach (var entry in entries)
        {
            if (entry.Slots is null) continue;
            for (var i = 0; i < entry.Slots.Length; i++) yield return ($"{entry.Name}.{Slots[i]}", entry.Slots[i]);
            yield return ($"{entry.Name}.step", Tensor.From([entry.Steps], 1));
        }
    }

    /// <summary>Goes back to a saved state.</summary>
    /// <param name="state">By the names of <see cref="State"/>; a parameter that is not in it starts afresh.</param>
    /// <exception cref="KinemaException">
    /// With <see cref="ExitCode.Checkpoint"/> when the state was written by another optimiser or for another network.
    /// </exception>
    public void Load(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        using var mode = Autograd.NoGrad();
        foreach (var entry in entries)
        {
            if (!state.TryGetValue($"{entry.Name}.step", out var step))
            {
                entry.Forget();
                continue;
            }

            var remembered = Slots.Select(slot => Remembered(state, $"{entry.Name}.{slot}", entry.Parameter.Value)).ToArray();
            entry.Steps = (long)step.Item();
            entry.Slots ??= [.. Slots.Select(_ => TensorScope.Release(entry.Parameter.Value.ZerosLike()))];
            for (var i = 0; i < remembered.Length; i++) entry.Slots[i].CopyInPlace(remembered[i]);
        }
    }

    /// <summary>Frees what was remembered.</summary>
    public void Dispose()
    {
        foreach (var entry in entries) entry.Forget();
        GC.SuppressFinalize(this);
    }

    /// <summary>The step in tensors: any type, any device, and the reference of the other one.</summary>
    private protected abstract void Update(Tensor weight, Tensor gradient, Tensor[] slots, long step, double decay, double rate);

    /// <summary>
    /// The same step in one pass over the memory of single-precision tensors: a network has hundreds of small parameters, and several
    /// operators for each of them cost more than a large layer does. The spans are pieces of a parameter; those of slots that there are not
    /// are empty.
    /// </summary>
    private protected abstract void Update(
        Span<float> weight, ReadOnlySpan<float> gradient, Span<float> first, Span<float> second, long step, double decay, double rate);

    /// <summary>
    /// The step of many parameters by operators over lists. The gradients stay as they are; the order of the additions may differ from the
    /// other two, so that results agree to the last digits only.
    /// </summary>
    private protected abstract void UpdateAll(Tensor[] weights, Tensor[] gradients, Tensor[][] slots, long step, double decay, double rate);

    private static Tensor Remembered(IReadOnlyDictionary<string, Tensor> state, string name, Tensor weight)
    {
        if (!state.TryGetValue(name, out var found))
            throw new KinemaException(ExitCode.Checkpoint, $"the optimiser's state holds no {name}; was it written with another optimiser or momentum?");
        return found.Sizes.SequenceEqual(weight.Sizes)
            ? found
            : throw new KinemaException(
                ExitCode.Checkpoint, $"the optimiser's state holds {name} as {found.ShapeText()}, but its parameter is {weight.ShapeText()}");
    }

    // Addresses of numbers that belong together; 0 for a slot that there is not.
    private readonly record struct Piece(nint Weight, nint Gradient, nint First, nint Second, long Count, long Step, double Decay)
    {
        internal Piece After(long count) => new(On(Weight, count), On(Gradient, count), On(First, count), On(Second, count), Count - count, Step, Decay);

        private static nint On(nint address, long count) => address == 0 ? 0 : address + (nint)(count * sizeof(float));
    }

    private sealed class Entry(string name, Parameter parameter, double decay)
    {
        public string Name { get; } = name;

        public Parameter Parameter { get; } = parameter;

        /// <summary>λ of this parameter.</summary>
        public double Decay { get; } = decay;

        public Tensor[]? Slots { get; set; }

        public long Steps { get; set; }

        public void Begin(string[] slots)
        {
            Slots ??= [.. slots.Select(_ => TensorScope.Release(Parameter.Value.ZerosLike()))];
            Steps++;
        }

        public void Forget()
        {
            foreach (var slot in Slots ?? []) slot.Dispose();
            (Slots, Steps) = (null, 0);
        }
    }
}
