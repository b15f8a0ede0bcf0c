using Kinema.Torch.Interop;

namespace Kinema.Torch;

/// <summary>A seeded source of random numbers on the CPU, whose state can be saved and restored bit for bit.</summary>
public sealed class Generator : IDisposable
{
    private nint handle;

    /// <summary>Makes a generator.</summary>
    /// <param name="seed">Equal seeds give equal numbers.</param>
    public Generator(ulong seed) => Native.Check(NativeMethods.kt_generator_new(seed, out handle));

    /// <summary>Frees a generator that nobody disposed.</summary>
    ~Generator() => NativeMethods.kt_generator_free(Interlocked.Exchange(ref handle, 0));

    internal nint Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(Generator));

    /// <summary>Begins anew, as a generator made with this seed would.</summary>
    public void Seed(ulong seed)
    {
        Native.Check(NativeMethods.kt_generator_seed(Handle, seed));
        GC.KeepAlive(this);
    }

    /// <summary>The state as bytes, to be given to <see cref="Restore"/>.</summary>
    public byte[] Save()
    {
        Native.Check(NativeMethods.kt_generator_state(Handle, out var state));
        GC.KeepAlive(this);
        using var scope = TensorScope.Begin();
        return Tensor.Own(state).Memory<byte>().ToArray();
    }

    /// <summary>Goes back to a saved state.</summary>
    /// <param name="state">What <see cref="Save"/> returned.</param>
    public void Restore(ReadOnlySpan<byte> state)
    {
        using var scope = TensorScope.Begin();
        Native.Check(NativeMethods.kt_generator_set_state(Handle, Tensor.From(state, state.Length).Handle));
        GC.KeepAlive(this);
    }

    /// <summary>Frees the generator.</summary>
    public void Dispose()
    {
        NativeMethods.kt_generator_free(Interlocked.Exchange(ref handle, 0));
        GC.SuppressFinalize(this);
    }
}
