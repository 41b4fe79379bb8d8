namespace FunctionsEval.Statistics.Inference;

/// <summary>
/// The same difference with the items taken as they are: only samples are random, so that a run of three prompts with many samples says
/// something true about these three, and nothing about others.
/// </summary>
/// <param name="Interval">Of the difference of the two variants' true means on these items.</param>
public sealed record FixedItemsComparison(double Effect, ConfidenceInterval Interval, double PValue, string Method)
{
    private const string Words = "Welch's t test of samples within scenarios";

    /// <summary>
    /// A stratified mean: Var = Σ(s²_A/K_A + s²_B/K_B)/n², degrees of freedom of Satterthwaite (1946), doi:10.2307/3002019. Where the scale has
    /// ends each variant gets the squares of one more sample, so that samples all alike are no proof of no spread. Null with one sample an item.
    /// </summary>
    internal static FixedItemsComparison? Of(PairedSamples samples, ComparisonDesign design)
    {
        if (samples.Items == 0 || Noise.Of(samples.First, design.Scale) is not { } first || Noise.Of(samples.Second, design.Scale) is not { } second)
        {
            return null;
        }

        var variance = first.Variance + second.Variance;
        if (variance == 0)
        {
            return null;
        }

        var mean = RunningMoments.Of(samples.Differences).Mean;
        var error = Math.Sqrt(variance);
        var freedom = Math.Max(1, variance * variance / (first.Uncertainty + second.Uncertainty));
        var margin = MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, freedom, (1 + design.Confidence) / 2) * error;
        var end = design.Scale.Range ?? double.PositiveInfinity;
        var interval = new ConfidenceInterval(Math.Max(-end, mean - margin), Math.Min(end, mean + margin), design.Confidence);
        return new FixedItemsComparison(mean, interval, 2 * MathNet.Numerics.Distributions.StudentT.CDF(0, 1, freedom, -Math.Abs(mean / error)), Words);
    }

    /// <param name="Variance">Of the mean over items.</param>
    /// <param name="Uncertainty">Σ v_i²/f_i of Satterthwaite.</param>
    private readonly record struct Noise(double Variance, double Uncertainty)
    {
        public static Noise? Of(RunningMoments[] items, ScoreScale scale)
        {
            var (squares, freedom) = (0.0, 0);
            foreach (var item in items)
            {
                squares += item.Count > 1 ? item.Variance * (item.Count - 1) : 0;
                freedom += item.Count - 1;
            }

            if (freedom == 0)
            {
                return null;
            }

            var added = scale.Range is { } range ? range * range / (scale.Kind == ScoreKind.PassOrFail ? 1 : 4) : 0;
            var pooled = (squares + added) / (freedom + (added > 0 ? 1 : 0));
            var growth = squares > 0 ? pooled / (squares / freedom) : 0;
            double n = items.Length;
            var (variance, uncertainty) = (0.0, 0.0);
            foreach (var item in items)
            {
                // An item with one sample, or any where none varies, is taken to be as noisy as all together.
                var own = (item.Count > 1 && squares > 0 ? item.Variance * growth : pooled) / (item.Count * n * n);
                variance += own;
                uncertainty += own * own / (item.Count > 1 && squares > 0 ? item.Count - 1 : freedom);
            }

            return new Noise(variance, squares > 0 ? uncertainty : variance * variance / freedom);
        }
    }
}
