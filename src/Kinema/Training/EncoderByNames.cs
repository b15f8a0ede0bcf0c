using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Storage;

namespace Kinema.Training;

/// <summary>Tells whose weights a checkpoint holds by what its entries are called.</summary>
public static class EncoderByNames
{
    private const double Enough = 0.9; // of the names; heads and buffers differ between releases of one network

    /// <summary>Looks for another encoder than the one that does not fit.</summary>
    /// <param name="names">Of the checkpoint's entries.</param>
    /// <param name="model">What does not fit; the others are built for its clips.</param>
    /// <returns>The encoder's name, or null where none has more of the names than the model and nine of ten at least.</returns>
    public static string? Guess(IEnumerable<string> names, TrainedModel model)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(model);
        var inFile = names.ToHashSet(StringComparer.Ordinal);
        var (best, share) = ((string?)null, Math.Max(Enough, Share(model)));
        foreach (var other in EncoderRegistry.All.Where(one => one.Name != model.Recipe.Model.Name))
        {
            try
            {
                var recipe = model.Recipe with { Model = new ModelSettings { Name = other.Name, Channels = model.Recipe.Model.Channels } };
                using var built = TrainedModel.Create(recipe, model.Layout, model.Classes);
                if (Share(built) is var found && found > share) (best, share) = (other.Name, found);
            }
            catch (KinemaException)
            {
                // It does not take such clips: then these are not its weights either.
            }
        }

        return best;

        double Share(TrainedModel one)
        {
            var state = one.Network.State().Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
            return (double)state.Count(inFile.Contains) / Math.Max(state.Count, inFile.Count);
        }
    }
}
