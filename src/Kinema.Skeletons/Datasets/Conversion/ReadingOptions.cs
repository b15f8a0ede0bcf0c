namespace Kinema.Skeletons.Datasets.Conversion;

/// <summary>What the readers of all forms are told.</summary>
/// <param name="MinimumScore">A joint seen with less confidence is missing.</param>
/// <param name="MaximumPersons">M, at most.</param>
/// <param name="EndSites">Whether the ends of the last bones of a BVH file are joints.</param>
internal sealed record ReadingOptions(double MinimumScore = 0, int MaximumPersons = 2, bool EndSites = false);
