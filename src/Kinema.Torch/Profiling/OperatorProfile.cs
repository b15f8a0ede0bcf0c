using System.Runtime.InteropServices;
using Kinema.Torch.Interop;

namespace Kinema.Torch;

/// <summary>
/// Where the time goes, operator by operator, forward and backward. libtorch's own observers see every operator, also those that backward
/// runs inside libtorch; kernels of ours say themselves what they do, by <see cref="Kernel(string, double, double, ScalarType?)"/>. One profile at
/// a time; costs nothing when none is taken.
/// <example><code>
/// using var profile = OperatorProfile.Begin();
/// network.Forward(clips).Sum().Backward();
/// foreach (var row in profile.End()) Console.WriteLine($"{row.Name} {row.Self}");
/// </code></example>
/// </summary>
public sealed unsafe class OperatorProfile : IDisposable
{
    private const int MostRows = 1024;

    private static volatile bool taken;
    private bool ended;

    private OperatorProfile()
    {
    }

    /// <summary>Begins to observe all threads.</summary>
    /// <param name="device">Where the work is done: the end of each operator is waited for on a device that works on its own.</param>
    /// <exception cref="TorchException">A profile is being taken already.</exception>
    public static OperatorProfile Begin(Device device = default)
    {
        Native.Check(NativeMethods.kt_profile_begin(device.Kind == DeviceKind.Cuda ? 1 : 0));
        taken = true;
        return new OperatorProfile();
    }

    /// <summary>Says that a kernel of ours runs until the result is disposed, on this thread.</summary>
    /// <param name="name">The kernel; backward has a name of its own.</param>
    /// <param name="multiplyAdds">What it computes.</param>
    /// <param name="bytes">The least it must move: each input read once, each output written once.</param>
    /// <param name="type">What its products are made in; null if it multiplies no matrices.</param>
    public static Region Kernel(string name, double multiplyAdds, double bytes, ScalarType? type = null) =>
        Enter(name, multiplyAdds, type is ScalarType.BFloat16 or ScalarType.Float16 ? multiplyAdds : 0, bytes, type);

    /// <summary>Says that a kernel runs whose products may be made in two types.</summary>
    internal static Region Kernel(string name, ProductWork work, double bytes) => Enter(name, work.MultiplyAdds, work.Half, bytes, work.Type);

    private static Region Enter(string name, double multiplyAdds, double halfMultiplyAdds, double bytes, ScalarType? type)
    {
        if (!taken) return default;
        Native.Check(NativeMethods.kt_profile_enter(name, multiplyAdds, halfMultiplyAdds, bytes, type is { } one ? (int)one : -1));
        return new Region(entered: true);
    }

    /// <summary>Stops observing.</summary>
    /// <returns>What ran, the most expensive first.</returns>
    public IReadOnlyList<OperatorTime> End()
    {
        if (ended) throw new InvalidOperationException("A profile ends once.");
        (ended, taken) = (true, false);
        var rows = new ProfileRow[MostRows];
        int written;
        fixed (ProfileRow* to = rows)
        {
            Native.Check(NativeMethods.kt_profile_end(to, MostRows, &written));
            var times = new List<OperatorTime>(written);
            for (var i = 0; i < written; i++)
            {
                times.Add(new OperatorTime(
                    Marshal.PtrToStringUTF8((nint)to[i].Name)!, to[i].Type < 0 ? null : (ScalarType)to[i].Type, to[i].Calls,
                    TimeSpan.FromTicks(to[i].SelfNanoseconds / TimeSpan.NanosecondsPerTick), to[i].MultiplyAdds,
                    to[i].HalfMultiplyAdds, to[i].Bytes));
            }

            return [.. times.OrderByDescending(time => time.Self)];
        }
    }

    /// <summary>Stops observing, if <see cref="End"/> has not.</summary>
    public void Dispose()
    {
        if (!ended) End();
    }

    /// <summary>A kernel while it runs.</summary>
    public readonly ref struct Region
    {
        private readonly bool entered;

        internal Region(bool entered) => this.entered = entered;

        /// <summary>The kernel is done.</summary>
        public void Dispose()
        {
            if (entered) Native.Check(NativeMethods.kt_profile_leave());
        }
    }
}
