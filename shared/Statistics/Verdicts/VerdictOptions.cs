namespace FunctionsEval.Statistics.Verdicts;

/// <summary>What is fixed before the scores are looked at.</summary>
/// <param name="Margin">The smallest difference that would matter, in units of the score; without it nothing can be called equivalent.</param>
/// <param name="Draws">Of sign flips where there are too many to count them all.</param>
public sealed record VerdictOptions(double? Margin = null, double Confidence = 0.95, Correction Correction = Correction.Holm, int Draws = 9_999)
{
    // 1 - 0.95 is 0.050000000000000044.
    public double Alpha => Math.Round(1 - Confidence, 12);

    internal void Check()
    {
        ConfidenceInterval.CheckLevel(Confidence);
        ArgumentRules.CheckAlpha(Alpha, 0.5);
        if (Margin is { } margin)
        {
            ArgumentRules.CheckPositive(margin, nameof(Margin));
        }
    }
}
