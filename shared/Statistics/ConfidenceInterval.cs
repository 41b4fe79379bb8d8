namespace FunctionsEval.Statistics;

/// <param name="Level">The coverage that is promised, such as 0.95.</param>
public sealed record ConfidenceInterval(double Lower, double Upper, double Level)
{
    internal static void CheckLevel(double level)
    {
        if (!(level is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "A confidence level must lie between 0 and 1.");
        }
    }
}
