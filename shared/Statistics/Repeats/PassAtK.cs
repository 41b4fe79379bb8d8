namespace FunctionsEval.Statistics.Repeats;

/// <summary>The probability that at least one of k samples passes, without bias from n samples of which c passed: 1 - C(n-c,k)/C(n,k).
/// Chen and others (2021), arXiv:2107.03374. NaN below k samples: nothing was measured.</summary>
public static class PassAtK
{
    public static double Of(int samples, int passed, int k)
    {
        PassEveryTime.Check(samples, passed, k);
        return samples < k ? double.NaN : 1 - PassEveryTime.Of(samples, samples - passed, k);
    }
}
