namespace FunctionsEval.Statistics.Inference;

/// <summary>What is declared before scores are seen, and decides how they are compared.</summary>
/// <param name="SamplesPerItem">Planned for each item and variant.</param>
/// <param name="IsClustered">Items come in clusters, whose scores are alike.</param>
/// <param name="Margin">The smallest difference that would matter, in units of the score; without it nothing can be called equivalent.</param>
public sealed record ComparisonDesign(ScoreScale Scale, int SamplesPerItem = 1, bool IsClustered = false, double? Margin = null, double Confidence = 0.95)
{
    // 1 - 0.95 is 0.050000000000000044.
    public double Alpha => Math.Round(1 - Confidence, 12);

    internal void Check()
    {
        ArgumentRules.CheckPositive(SamplesPerItem, nameof(SamplesPerItem));
        ConfidenceInterval.CheckLevel(Confidence);
        ArgumentRules.CheckAlpha(Alpha, 0.5);
        if (Margin is { } margin)
        {
            ArgumentRules.CheckPositive(margin, nameof(Margin));
        }
    }
}
