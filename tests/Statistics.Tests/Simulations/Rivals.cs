using FunctionsEval.Statistics.Resampling;
using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Tests.Simulations;

/// <summary>How other tools decide about the differences of paired items, from what their documentation and sources say; docs/statistics.md names them.</summary>
internal static class Rivals
{
    private const int Resamples = 10_000;

    /// <summary>MLflow 3.18, compare_evaluations: McNemar's test of pass or fail, exact below 25 that differ and else χ² with a correction; Wilcoxon's signed ranks of numbers.</summary>
    public static double MlflowPValue(double[] differences, bool isPassOrFail) => isPassOrFail ? McNemar(differences) : SignedRanks(differences);

    /// <summary>Its interval: percentiles of the bootstrap.</summary>
    public static ConfidenceInterval MlflowInterval(double[] differences, Random random)
    {
        var means = Replications.Run(Resamples, differences.Length, random, stream =>
        {
            var sum = 0.0;
            for (var draw = 0; draw < differences.Length; draw++)
            {
                sum += differences[stream.Next(differences.Length)];
            }

            return sum / differences.Length;
        });
        Array.Sort(means);
        return new ConfidenceInterval(means[(int)(0.025 * (Resamples - 1))], means[(int)Math.Ceiling(0.975 * (Resamples - 1))], 0.95);
    }

    /// <summary>
    /// nel compare (NeMo Evaluator) of pass or fail: one-sided exact test of McNemar at 5%; what it does not find passes, unless 2.8/√(pairs that differ) is more than ten times the
    /// drop that is allowed.
    /// </summary>
    public static (bool IsSignificant, bool Passes) Nel(double[] differences, double maxDrop)
    {
        var (worse, better) = (differences.Count(value => value < 0), differences.Count(value => value > 0));
        var isSignificant = worse + better > 0 && BinomialTail.AtLeast(worse, worse + better, 0.5) < 0.05;
        var isUnderpowered = worse + better > 0 && 2.8 / Math.Sqrt(worse + better) > 10 * maxDrop;
        return (isSignificant, !isSignificant && !isUnderpowered);
    }

    /// <summary>The t interval that evalstats 0.3 takes for pairs of numbers, whatever their clusters.</summary>
    public static ConfidenceInterval Student(double[] differences)
    {
        var moments = RunningMoments.Of(differences);
        var reach = StudentT.InvCDF(0, 1, differences.Length - 1, 0.975) * moments.StandardDeviation / Math.Sqrt(differences.Length);
        return new ConfidenceInterval(moments.Mean - reach, moments.Mean + reach, 0.95);
    }

    private static double McNemar(double[] differences)
    {
        var (first, second) = (differences.Count(value => value > 0), differences.Count(value => value < 0));
        return first + second == 0 ? 1
            : first + second < 25 ? Math.Min(1, 2 * BinomialTail.AtMost(Math.Min(first, second), first + second, 0.5))
            : 1 - ChiSquared.CDF(1, Math.Pow(Math.Abs(first - second) - 1, 2) / (first + second));
    }

    // As SciPy: zeros are left out; exact up to 50 without zeros or ties, else by a normal law.
    private static double SignedRanks(double[] differences)
    {
        double[] values = [.. differences.Where(value => Math.Abs(value) > 1e-12)];
        if (values.Length == 0)
        {
            return 1;
        }

        double[] sizes = [.. values.Select(value => Math.Round(Math.Abs(value), 9)).Order()];
        var groups = sizes.Distinct().ToDictionary(size => size, size => (First: Array.IndexOf(sizes, size), Count: sizes.Count(other => other.Equals(size))));
        double RankOf(double value) => groups[Math.Round(Math.Abs(value), 9)] is var (first, count) ? first + ((count + 1) / 2.0) : 0;
        var (n, positive) = (values.Length, values.Where(value => value > 0).Sum(RankOf));
        var smaller = Math.Min(positive, (n * (n + 1) / 2.0) - positive);
        if (n <= 50 && n == differences.Length && groups.Count == n)
        {
            return Math.Min(1, 2 * CountedBelow(n, (int)smaller));
        }

        var variance = (n * (n + 1.0) * ((2 * n) + 1) / 24) - (groups.Values.Sum(group => Math.Pow(group.Count, 3) - group.Count) / 48);
        return variance <= 0 ? 1 : 2 * Normal.CDF(0, 1, (smaller - (n * (n + 1) / 4.0)) / Math.Sqrt(variance));
    }

    private static double CountedBelow(int n, int limit)
    {
        var counts = new double[(n * (n + 1) / 2) + 1];
        counts[0] = 1;
        for (var rank = 1; rank <= n; rank++)
        {
            for (var sum = counts.Length - 1; sum >= rank; sum--)
            {
                counts[sum] += counts[sum - rank];
            }
        }

        return counts[..(limit + 1)].Sum() / Math.Pow(2, n);
    }
}
