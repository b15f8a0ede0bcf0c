using System.Text.RegularExpressions;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Preparation;

namespace Kinema.Training;

/// <summary>
/// Which preparation of NTU RGB+D goes with which pipeline: each published line of work centres and turns bodies either when it prepares the
/// files or when it reads them, and one half without the other trains on bodies that stand anywhere, without any error.
/// </summary>
public static partial class PreparationFit
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

    /// <summary>What to say of clips that were prepared otherwise than those a network learnt from, in one line; null where nothing tells against them.</summary>
    /// <param name="model">The network.</param>
    /// <param name="name">The clips' set.</param>
    /// <param name="preparation">What was done to their coordinates; empty where that is not known.</param>
    public static string? Remark(TrainedModel model, string name, string preparation)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (trained, given) = (Told(model.Preparation, model), Told(preparation, model));
        return trained.Length == 0 || given.Length == 0 || given == trained
            ? null
            : $"{name}: its clips are prepared as '{preparation}', those of the training were as '{model.Preparation}': "
                + "where coordinates differ by that, answers are wrong; prepare or convert both alike";
    }

    // A pipeline that takes one person was trained on clips of one, however many might have been kept.
    private static string Told(string preparation, TrainedModel model)
    {
        var whole = SelectedSource.WholeOf(preparation);
        return model.Recipe.Data.Pipeline == "nw-ucla" ? Persons().Replace(whole, "") : whole;
    }

    [GeneratedRegex(", persons [0-9]+")]
    private static partial Regex Persons();
}
