using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Planning;

/// <summary>
/// With which probability each variant is tried next: that of having the highest success rate, by Beta(1, 1) priors (Thompson 1933,
/// doi:10.1093/biomet/25.3-4.285), mixed with equal shares so that every variant goes on being tried and can be weighed.
/// </summary>
public static class ThompsonSampling
{
    private const int Draws = 2_000;

    /// <param name="minExploration">The share of tries that is spread equally, 0..1.</param>
    public static double[] Probabilities(IReadOnlyList<(long Successes, long Trials)> variants, double minExploration, int seed)
    {
        ArgumentNullException.ThrowIfNull(variants);
        ArgumentOutOfRangeException.ThrowIfNegative(minExploration);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minExploration, 1);
        var random = new Random(seed);
        var posteriors = variants.Select(variant => new Beta(1 + variant.Successes, 1 + variant.Trials - variant.Successes, random)).ToList();
        var wins = new int[variants.Count];
        for (var draw = 0; draw < Draws; draw++)
        {
            var samples = posteriors.ConvertAll(posterior => posterior.Sample());
            wins[samples.IndexOf(samples.Max())]++;
        }

        return [.. wins.Select(won => (minExploration / variants.Count) + ((1 - minExploration) * won / Draws))];
    }
}
