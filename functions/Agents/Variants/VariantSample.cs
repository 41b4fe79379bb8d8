using FunctionsEval.Agents.Tasks;
using FunctionsEval.Statistics;

namespace FunctionsEval.Agents.Variants;

/// <summary>An estimate with the standard error and the number of equal values that it is worth.</summary>
internal readonly record struct Estimate(double Value, double Error, double Count);

/// <summary>The tasks of one variant: as observed, or weighted by the inverse of the probability with which it was drawn, which takes out that an
/// adaptive assignment gave it more tasks when it looked good (Horvitz and Thompson 1952; ratio form of Hájek 1971).</summary>
internal sealed class VariantSample(RollUpCounts counts, bool isWeighted)
{
    public RollUpCounts Counts => counts;

    public long Tasks => isWeighted ? counts.Drawn.Success.Values : counts.Tasks;

    public double Rate => isWeighted ? counts.Drawn.Success.Mean : (double)counts.Completed / counts.Tasks;

    /// <summary>How many equally weighted tasks these are worth: Kish (1965).</summary>
    private double WorthTasks => counts.Drawn.Success.Weight * counts.Drawn.Success.Weight / counts.Drawn.Success.SquaredWeight;

    public ConfidenceInterval Interval(double level) => isWeighted
        ? WilsonInterval.OfShare(Math.Clamp(Rate, 0, 1), WorthTasks, level)
        : WilsonInterval.OfProportion(counts.Completed, counts.Tasks, level)!;

    /// <summary>The mean logarithm of the seconds of completed tasks; null below two.</summary>
    public Estimate? LogSeconds
    {
        get
        {
            if (!isWeighted)
            {
                return counts.LogSeconds.Values < 2
                    ? null
                    : new Estimate(counts.LogSeconds.Mean, Math.Sqrt(counts.LogSeconds.Variance / counts.LogSeconds.Values), counts.LogSeconds.Values);
            }

            var sums = counts.Drawn.LogSeconds;
            if (sums.Values < 2)
            {
                return null;
            }

            var squares = sums.SquaredWeightSquares - (2 * sums.Mean * sums.SquaredWeightSum) + (sums.Mean * sums.Mean * sums.SquaredWeight);
            return new Estimate(sums.Mean, Math.Sqrt(Math.Max(0, squares)) / sums.Weight, Math.Max(2, sums.Weight * sums.Weight / sums.SquaredWeight));
        }
    }

    public double? CostPerSuccess => counts.Costs.Completed == 0 ? null : counts.Costs.Usd / counts.Costs.Completed;

    public ConfidenceInterval? CostInterval(double level)
    {
        var costs = counts.Costs;
        if (costs.Values < 2 || costs.Completed == 0)
        {
            return null;
        }

        var (n, cost, success) = ((double)costs.Values, costs.Usd / costs.Values, (double)costs.Completed / costs.Values);
        double Moment(double sum, double product) => (sum - (n * product)) / (n - 1);
        return FiellerInterval.OfRatio(
            costs.Values, cost, success, Math.Max(0, Moment(costs.Squares, cost * cost)), Math.Max(0, Moment(costs.Completed, success * success)), Moment(costs.UsdOfCompleted, cost * success), level);
    }

    public VariantSummary Summary(string variant, double level) => new(
        variant,
        counts.Tasks,
        counts.Completed,
        Math.Round(Rate, 4),
        Bounds.Of(Interval(level)),
        LogSeconds is { } log ? Math.Round(Math.Exp(log.Value), 2) : null,
        CostPerSuccess is { } cost ? Math.Round(cost, 6) : null,
        Bounds.Of(CostInterval(level)));
}
