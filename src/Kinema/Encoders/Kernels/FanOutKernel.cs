using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>The kernel of <see cref="FanOut"/> for single precision on the CPU. One piece of work is one clip.</summary>
internal sealed unsafe class FanOutKernel : CustomFunction
{
    private readonly int n, c, t, v, lastStride;
    private readonly bool withMean;

    private FanOutKernel(Tensor x, int lastStride, bool withMean)
    {
        (this.lastStride, this.withMean) = (lastStride, withMean);
        var (clips, channels, frames, joints) = x.Sizes4();
        (n, c, t, v) = ((int)clips, (int)channels, (int)frames, (int)joints);
    }

    // The ways, and the mean behind them.
    internal static Tensor[] Apply(Tensor x, int ways, int lastStride, bool withMean)
    {
        x = x.Contiguous(MemoryFormat.ChannelsLast);
        var function = new FanOutKernel(x, lastStride, withMean);
        return RecordMany(function, [x], () =>
        {
            Tensor[] maps = [.. Enumerable.Range(1, ways).Select(way => way == ways && lastStride > 1 ? function.Thinned(x) : x.Detach())];
            return withMean ? [.. maps, function.Mean(x)] : maps;
        });
    }

    // Every stride-th frame of the map.
    private Tensor Thinned(Tensor x)
    {
        var frames = (t + lastStride - 1) / lastStride;
        using var region = OperatorProfile.Kernel("FanOut", 0, 2 * sizeof(float) * (double)n * frames * v * c);
        var y = Tensor.Empty([n, c, frames, v], format: MemoryFormat.ChannelsLast);
        float* px = Floats.Of(x), py = Floats.Of(y);
        var frame = v * c;
        KernelTasks.Run(n, clip =>
        {
            for (var i = 0; i < frames; i++)
            {
                var from = px + ((((long)clip * t) + ((long)i * lastStride)) * frame);
                new ReadOnlySpan<float>(from, frame).CopyTo(new Span<float>(py + ((((long)clip * frames) + i) * frame), frame));
            }
        });
        GC.KeepAlive(x);
        return y;
    }

    private Tensor Mean(Tensor x)
    {
        using var region = OperatorProfile.Kernel("FanOut", 0, sizeof(float) * (double)n * v * c * (t + 1));
        var mean = Tensor.Empty([n, v, c]);
        float* px = Floats.Of(x), pm = Floats.Of(mean);
        var frame = v * c;
        KernelTasks.Run(n, clip =>
        {
            float* from = px + ((long)clip * t * frame), to = pm + ((long)clip * frame);
            new ReadOnlySpan<float>(from, frame).CopyTo(new Span<float>(to, frame));
            for (var i = 1; i < t; i++) Floats.Add(from + ((long)i * frame), to, frame);
            Floats.Scale(to, 1f / t, frame);
        });
        GC.KeepAlive(x);
        return mean;
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var ways = withMean ? grads[..^1] : grads;
        var thin = lastStride > 1 ? ways[^1]?.Contiguous(MemoryFormat.ChannelsLast) : null;
        Tensor[] maps = [.. (lastStride > 1 ? ways[..^1] : ways).OfType<Tensor>().Select(grad => grad.Contiguous(MemoryFormat.ChannelsLast))];
        var mean = withMean ? grads[^1]?.Contiguous() : null;
        if (maps.Length == 1 && mean is null && thin is null) return [maps[0]];
        var frames = (t + lastStride - 1) / lastStride;
        var read = (t * maps.Length) + (thin is null ? 0 : frames) + (mean is null ? 0 : 1);
        using var region = OperatorProfile.Kernel("FanOut backward", 0, sizeof(float) * (double)n * v * c * (read + t));
        var dx = Tensor.Empty([n, c, t, v], format: MemoryFormat.ChannelsLast);
        nint[] from = [.. maps.Select(map => (nint)Floats.Of(map))];
        float* pm = mean is null ? null : Floats.Of(mean), pThin = thin is null ? null : Floats.Of(thin), pdx = Floats.Of(dx);
        var frame = v * c;
        KernelTasks.Run(n, clip =>
        {
            var share = Scratch.Take(0, frame); // of every frame in the mean
            new Span<float>(share, frame).Clear();
            if (pm is not null)
            {
                Floats.Add(pm + ((long)clip * frame), share, frame);
                Floats.Scale(share, 1f / t, frame);
            }

            for (var i = 0; i < t; i++)
            {
                var at = (((long)clip * t) + i) * frame;
                new ReadOnlySpan<float>(share, frame).CopyTo(new Span<float>(pdx + at, frame)); // a frame stays in the first-level cache
                foreach (var map in from) Floats.Add((float*)map + at, pdx + at, frame);
                if (pThin is not null && i % lastStride == 0) Floats.Add(pThin + ((((long)clip * frames) + (i / lastStride)) * frame), pdx + at, frame);
            }
        });
        GC.KeepAlive(maps);
        GC.KeepAlive(thin);
        GC.KeepAlive(mean);
        return [dx];
    }
}
