using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Kinema.Torch.Interop;

/// <summary>Loads the bridge, checks that it is the one this assembly was written for, and turns its statuses into exceptions.</summary>
internal static unsafe partial class Native
{
    // Numbers of a thread whose managed callback failed: the exception waits here until the native call that ran it returns.
    [ThreadStatic] private static Exception? pendingException;

    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2255", Justification = "The resolver must be set before the first import of this assembly.")]
    internal static void Initialise() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, Resolve);

    internal static void Check(Status status)
    {
        if (status != Status.Ok) throw Failure(status, context: null);
    }

    internal static Exception Failure(Status status, string? context)
    {
        var message = LastError();
        var text = context is null ? message : $"{context}: {message}";
        return status switch
        {
            Status.Memory => new TorchOutOfMemoryException(text),
            Status.Torch when message.Contains("not enough memory", StringComparison.Ordinal)
                || message.Contains("out of memory", StringComparison.Ordinal) => new TorchOutOfMemoryException(text),
            Status.Managed => TakePending() ?? new TorchException(text),
            _ => new TorchException(text),
        };
    }

    internal static void Pend(Exception exception) => pendingException = exception;

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

    private static Exception? TakePending()
    {
        var exception = pendingException;
        pendingException = null;
        return exception;
    }

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
        QuietIdleThreads();
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
            throw new DllNotFoundException($"{file} cannot be loaded, probably because libtorch is missing or of another version; rebuild it with `dotnet build src/Kinema.Torch`. {e.Message}", e);
        }

        var abi = ((delegate* unmanaged<int>)NativeLibrary.GetExport(handle, "kt_abi"))();
        return abi == NativeMethods.Abi
            ? handle
            : throw new DllNotFoundException($"{file} speaks version {abi} of the border, Kinema.Torch wants {NativeMethods.Abi}; rebuild both with `dotnet build`");
    }

    // OpenMP's and OpenBLAS's idle threads spin for milliseconds by default. On a machine with few cores the one then starves the
    // other, and both starve the threads that prepare data. Whoever set the variables knows better.
    private static void QuietIdleThreads()
    {
        _ = setenv("OMP_WAIT_POLICY", "PASSIVE", overwrite: 0);
        _ = setenv("OPENBLAS_THREAD_TIMEOUT", "4", overwrite: 0);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
