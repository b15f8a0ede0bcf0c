using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Kinema.Torch.Interop;

/// <summary>Loads the bridge, checks that it is the one this assembly was written for, and turns its statuses into exceptions.</summary>
internal static unsafe partial class Native
{
    // What managed callbacks threw, by the number that crosses the border in its place: the callback may run on another thread than the
    // call that gets to know of it.
    private static readonly ConcurrentDictionary<int, Exception> pending = new();
    private static int lastPending;
    private static readonly Lock loading = new();
    private static nint bridge;

    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2255", Justification = "The resolver must be set before the first import of this assembly.")]
    internal static void Initialise() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, Resolve);

    internal static void Check(Status status)
    {
        if (status != Status.Ok) Throw(status);
    }

    internal static Exception Failure(Status status, string? context)
    {
        var message = LastError();
        var text = context is null ? message : $"{context}: {message}";
        return status == Status.Memory || (status == Status.Torch && SaysOutOfMemory(message))
            ? new TorchOutOfMemoryException(text)
            : new TorchException(text);
    }

    /// <summary>Keeps the exception of a managed callback until the call that ran it returns.</summary>
    /// <returns>What the callback answers: a number other than 0.</returns>
    internal static int Pend(Exception exception)
    {
        int number;
        do number = Interlocked.Increment(ref lastPending);
        while (number == 0 || !pending.TryAdd(number, exception));
        return number;
    }

    /// <summary>Reads a text that a bridge function writes into a buffer.</summary>
    internal static string Text(Func<nint, long, Status> read)
    {
        const int capacity = 64 * 1024;
        var buffer = new byte[capacity];
        fixed (byte* p = buffer)
        {
            Check(read((nint)p, capacity));
            return Marshal.PtrToStringUTF8((nint)p) ?? "";
        }
    }

    /// <summary>
    /// The file whose function of this name the bridge and its libraries call, as the loader finds it: in the program first, then in the bridge's
    /// libraries in the order of their loading. Null where none has it, or the system does not tell.
    /// </summary>
    internal static string? FileOf(string function)
    {
        _ = NativeMethods.kt_abi(); // loads the bridge
        var found = NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), function, out var address)
            || NativeLibrary.TryGetExport(bridge, function, out address);
        return found ? LoadedFile.Holding(address) : null;
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private static void Throw(Status status)
    {
        var failure = Failure(status, context: null);
        if (status == Status.Managed && int.TryParse(failure.Message, CultureInfo.InvariantCulture, out var number)
            && pending.TryRemove(number, out var thrown))
            ExceptionDispatchInfo.Throw(thrown); // the very exception, with the place where it was thrown
        throw failure;
    }

    // The allocators say it in words of their own: the host's, CUDA's.
    private static bool SaysOutOfMemory(string message) =>
        message.Contains("can't allocate memory", StringComparison.Ordinal)
        || message.Contains("not enough memory", StringComparison.Ordinal)
        || message.Contains("out of memory", StringComparison.Ordinal);

    private static string LastError()
    {
        const int first = 2048;
        var buffer = stackalloc byte[first];
        var length = NativeMethods.kt_last_error(buffer, first);
        if (length < first) return Encoding.UTF8.GetString(buffer, (int)length);
        var longer = new byte[length + 1];
        fixed (byte* p = longer) NativeMethods.kt_last_error(p, longer.Length);
        return Encoding.UTF8.GetString(longer, 0, (int)length);
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != NativeMethods.Library) return 0;
        lock (loading) return Load(); // a second thread waits for the first
    }

    private static nint Load()
    {
        PrepareEnvironment();
        KeepFreedMemory();
        var file = Path.Combine(AppContext.BaseDirectory, "libkinema_torch.so");
        if (!File.Exists(file))
            throw new DllNotFoundException($"libkinema_torch.so is not in {AppContext.BaseDirectory}; build it with `dotnet build src/Kinema.Torch`");
        nint handle;
        try
        {
            handle = NativeLibrary.Load(file);
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException(
                $"{file} cannot be loaded, probably because libtorch is missing or of another version; rebuild it with `dotnet build src/Kinema.Torch`. {e.Message}", e);
        }

        var abi = ((delegate* unmanaged<int>)NativeLibrary.GetExport(handle, "kt_abi"))();
        if (abi != NativeMethods.Abi)
            throw new DllNotFoundException(
                $"{file} speaks version {abi} of the border, Kinema.Torch wants {NativeMethods.Abi}; rebuild both with `dotnet build`");
        _ = ((delegate* unmanaged<Status>)NativeLibrary.GetExport(handle, "kt_memory_keep"))(); // where it fails libtorch's own allocator stays
        // Single precision means single precision on every device: libtorch's default rounds the inputs of CUDA's convolutions to 10 bits.
        _ = ((delegate* unmanaged<int, Status>)NativeLibrary.GetExport(handle, "kt_cuda_allow_tf32"))(0);
        return bridge = handle;
    }

    // What libtorch's libraries read once, when they are loaded. Whoever set the variables knows better.
    private static void PrepareEnvironment()
    {
        // OpenMP's and OpenBLAS's idle threads spin for milliseconds by default. On a machine with few cores the one then starves the
        // other, and both starve the threads that prepare data.
        // A fraction of a millisecond bridges the gap between two kernels of a step, which waking a thread would cost as well.
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null) _ = setenv("GOMP_SPINCOUNT", "10000", overwrite: 0);
        _ = setenv("OMP_WAIT_POLICY", "PASSIVE", overwrite: 0);
        _ = setenv("OPENBLAS_THREAD_TIMEOUT", "4", overwrite: 0);

        // Debian 13's libtorch brings UCX, which takes the signals for itself that .NET makes its exceptions of: the first null reference
        // would end the process. Its other signal is SIGHUP, on which a closed terminal would leave a debugger waiting.
        _ = setenv("UCX_ERROR_SIGNALS", "", overwrite: 0);
        _ = setenv("UCX_DEBUG_SIGNO", "0", overwrite: 0);
    }

    // What glibc still serves, blocks below 128 KiB and those of OpenBLAS and oneDNN, is freed and asked for again in every step. By default
    // large ones go back to the kernel each time, and every page of the next one is cleared and mapped anew.
    private static void KeepFreedMemory()
    {
        const int trimThreshold = -1, mmapThreshold = -3, largest = 32 << 20; // 32 MiB is the most glibc takes
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = mallopt(mmapThreshold, largest);
            _ = mallopt(trimThreshold, int.MaxValue);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library: it has its own ways.
        }
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
