namespace FunctionsEval.Statistics.Repeats;

/// <summary>pass^k, the probability that all of k samples pass, without bias from n samples of which c passed: C(c,k)/C(n,k). Yao and
/// others (2024), arXiv:2406.12045. NaN below k samples: nothing was measured.</summary>
public static class PassEveryTime
{
    public static double Of(int samples, int passed, int k)
    {
        Check(samples, passed, k);
        if (samples < k)
        {
            return double.NaN;
        }

        var probability = 1.0;
        for (var draw = 0; draw < k && probability > 0; draw++)
        {
            probability *= Math.Max(0, passed - draw) / (double)(samples - draw);
        }

        return probability;
    }

    internal static void Check(int samples, int passed, int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        ArgumentOutOfRangeException.ThrowIfNegative(passed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(passed, samples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
    }
}
