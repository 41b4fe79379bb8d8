namespace FunctionsEval.Statistics.Verdicts;

/// <summary>What the scores say about one difference, before several of them are adjusted for each other.</summary>
/// <param name="Effect">First minus second, the mean over items; null without items.</param>
/// <param name="Interval">Holds 0 inside exactly when <paramref name="PValue"/> is above 1 - confidence; 0 may be its end
/// otherwise. Null where no method holds.</param>
/// <param name="PValue">Of no difference.</param>
/// <param name="EquivalencePValue">Of a difference as large as the margin or larger; null without a margin, or where none can be given.</param>
/// <param name="Clusters">Independent units: clusters, or items where each stands alone.</param>
/// <param name="Limit">Why no number, or no equivalence, can be given; null when nothing is in the way.</param>
public sealed record DifferenceEvidence(
    double? Effect,
    ConfidenceInterval? Interval,
    double? PValue,
    double? EquivalencePValue,
    string Method,
    int Items,
    int Clusters,
    string? Limit = null);
