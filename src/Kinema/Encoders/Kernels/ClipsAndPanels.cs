using Kinema.Torch;
using static Kinema.Torch.Products;

namespace Kinema.Encoders.Kernels;

/// <summary>Work cut by clips, and within each clip by panels of sixteen channels where the clips are few: one clip alone keeps several cores busy.</summary>
internal static class ClipsAndPanels
{
    private const int Pieces = 16; // of work, at least, where there are as many panels

    /// <summary>Runs <paramref name="body"/> for each clip and run of panels, and returns when all are done.</summary>
    /// <param name="clips">N.</param>
    /// <param name="channels">C of the map that the work writes.</param>
    /// <param name="body">Takes the clip, its first panel and how many channels there are from that panel's first on.</param>
    internal static void Run(int clips, int channels, Action<int, int, int> body)
    {
        var panels = Panels(channels);
        var sets = Math.Clamp((Pieces + clips - 1) / clips, 1, panels);
        var each = (panels + sets - 1) / sets;
        sets = (panels + each - 1) / each;
        KernelTasks.Run(clips * sets, task =>
        {
            var first = task % sets * each;
            body(task / sets, first, Math.Min(channels - (first * Panel), each * Panel));
        });
    }
}
