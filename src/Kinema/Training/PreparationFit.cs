using Kinema.Skeletons.Datasets;

namespace Kinema.Training;

/// <summary>
/// Which preparation of NTU RGB+D goes with which pipeline: each published line of work centres and turns bodies either when it prepares the
/// files or when it reads them, and one half without the other trains on bodies that stand anywhere, without any error.
/// </summary>
public static class PreparationFit
{
    private static readonly string[] Known = ["ctr-gcn", "skeleton-contrast", "st-gcn", "2s-agcn"];

    /// <summary>What to say of a set that was prepared for another pipeline, in one line; null of one that goes with it, or is of another kind.</summary>
    /// <param name="pipeline"><see cref="Recipes.DataSettings.Pipeline"/>.</param>
    /// <param name="data">The clips.</param>
    public static string? Remark(string pipeline, ClipDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var preparation = data.Preparation.Split(' ', ',')[0];
        string? wanted = pipeline switch
        {
            "ntu" when preparation is "skeleton-contrast" or "st-gcn" or "2s-agcn" => "ctr-gcn",
            "2s-agcn" when preparation is not ("skeleton-contrast" or "2s-agcn") => "skeleton-contrast", // the latter are arrays of its authors'
            "actclr" when preparation is not "st-gcn" => "st-gcn",
            _ => null,
        };
        return wanted is null || !Known.Contains(preparation)
            ? null
            : $"{data.Name}: was prepared as {preparation}, and data.pipeline {pipeline} is published with the preparation {wanted}: "
                + $"for its numbers prepare the set with --preparation {wanted}";
    }
}
