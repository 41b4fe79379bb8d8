namespace FunctionsEval.Statistics.Effects;

/// <summary>A difference in standard deviations. Cohen (1988), Statistical Power Analysis, section 2. Null without two values (of each)
/// or without spread.</summary>
public static class CohensD
{
    /// <summary>Of two sets of items: (m_A - m_B)/√(((n_A-1)s_A² + (n_B-1)s_B²)/(n_A+n_B-2)).</summary>
    public static double? Independent(RunningMoments first, RunningMoments second)
    {
        if (first.Count < 2 || second.Count < 2)
        {
            return null;
        }

        var squares = (first.Variance * (first.Count - 1)) + (second.Variance * (second.Count - 1));
        return squares == 0 ? null : (first.Mean - second.Mean) / Math.Sqrt(squares / ((double)first.Count + second.Count - 2));
    }

    /// <summary>Of the differences of the same items: their mean over their standard deviation, which is called d_z.</summary>
    public static double? Paired(RunningMoments differences) =>
        differences.Count < 2 || differences.Variance == 0 ? null : differences.Mean / differences.StandardDeviation;
}
