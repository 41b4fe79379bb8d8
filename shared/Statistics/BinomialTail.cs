using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics;

/// <summary>How likely so many successes, or a more extreme number, are by chance alone; exact.</summary>
public static class BinomialTail
{
    // Summed over the failures: 1 minus the lower tail would lose the digits of a small number.
    public static double AtLeast(int successes, int trials, double rate) => AtMost(trials - successes, trials, 1 - rate);

    public static double AtMost(int successes, int trials, double rate)
    {
        Check(successes, trials, rate);
        return successes == trials || rate == 0 ? 1 : rate == 1 ? 0 : Binomial.CDF(rate, trials, successes);
    }

    private static void Check(int successes, int trials, double rate)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        if (!(rate is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "A rate lies between 0 and 1.");
        }
    }
}
