using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Resampling;
using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Planning;

/// <summary>
/// How often the very test that a run will be decided by finds an effect, of few items: counted where all outcomes can be, else drawn with a fixed seed. The formula of the t test
/// (<see cref="PairedPower"/>) promises too much there, for coarse scores have too few steps and tests of few items are careful. Beyond <see cref="PlannedScores.MostUnits"/> both are the same within 3 points.
/// </summary>
public static class PlannedTest
{
    private const ulong Seed = 20_240_811;

    // A bootstrap of fewer replicates rejects a little less often: half a point.
    private const int Replicates = 399;
    private const int MostRounds = 12;
    private const double ClosestEffect = 0.003;

    /// <summary>The share of runs that find it on the right side; null where the scores have no room for that effect, or items are fewer than two units.</summary>
    /// <param name="draws">The standard error is 0.4/√draws at a power of 80%; not used where outcomes are counted.</param>
    public static double? Power(PlannedScores scores, int items, double effect, double alpha, int draws)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentRules.CheckAlpha(alpha);
        ArgumentRules.CheckPositive(draws, nameof(draws));
        if (scores.UnitsOf(items) < 2)
        {
            return 0;
        }

        if (scores.CountedPower(items, effect, alpha) is { } counted)
        {
            return counted;
        }

        if (scores.WithEffect(effect) is not { } draw)
        {
            return null;
        }

        var clusters = scores.ClustersOf(items);
        (double Min, double Max)? ends = scores.Scale.Range is { } range ? (-range, range) : null;
        return Replications.Run(0, draws, 100L * items, Seed, Found).Sum() / draws;

        double Found(SeededStream stream)
        {
            var units = UnitSums.Of(draw(stream, items), clusters);
            if (Math.Sign(units.Mean) != Math.Sign(effect))
            {
                return 0;
            }

            var method = Method.Of(scores.Scale, scores.SamplesPerItem, scores.IsClustered, units, ends, isDifference: true, new Random((int)stream.Next(int.MaxValue)), Replicates);
            return Math.Sign(method.Units.Mean) == Math.Sign(effect) && method.Tails.TwoSided(0) <= alpha ? 1 : 0;
        }
    }

    /// <summary>The fewest items with that power, and what it is; null where more than <see cref="PlannedScores.MostUnits"/> units are needed, or the scores have no room.</summary>
    /// <param name="start">Where to begin: what the formula says.</param>
    public static (int Items, double Power)? SampleSize(PlannedScores scores, double effect, double power, double alpha, int start, int draws)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.UnitsOf(start) > scores.MostUnits)
        {
            return null;
        }

        // Closer than the draws can tell is not worth a round.
        (int Items, double Power)? enough = null;
        var (tooFew, items, tolerance) = (1, Math.Max(2, start), scores.IsCounted ? 0 : 1 / Math.Sqrt(draws));
        for (var round = 0; round < MostRounds && (enough is not { } known || known.Items - tooFew > Math.Max(1, known.Items * tolerance)); round++)
        {
            if (Power(scores, items, effect, alpha, draws) is not { } found)
            {
                return null;
            }

            (tooFew, enough) = found < power ? (items, enough) : (tooFew, (items, found));

            // Power grows with the root of the items, on the scale of the normal deviate.
            var next = items * Math.Pow((Deviate(power) - Deviate(alpha / 2)) / Math.Max(0.3, Deviate(Math.Clamp(found, 0.001, 0.999)) - Deviate(alpha / 2)), 2);
            items = enough is not { } most ? Math.Clamp((int)Math.Ceiling(next), tooFew + 1, 2 * tooFew)
                : round % 3 < 2 && next > tooFew && next < most.Items ? Math.Clamp((int)Math.Round(next), tooFew + 1, Math.Max(tooFew + 1, most.Items - 1))
                : (tooFew + most.Items) / 2;
            if (enough is null && scores.UnitsOf(items) > 2 * scores.MostUnits)
            {
                return null;
            }
        }

        return enough;
    }

    /// <summary>The smallest effect that so many items find with that power; null where there are more than <see cref="PlannedScores.MostUnits"/> units, or no room for it.</summary>
    /// <param name="start">Where to begin, with the sign of the effect: what the formula says.</param>
    public static double? DetectableEffect(PlannedScores scores, int items, double power, double alpha, double start, int draws)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.UnitsOf(items) > scores.MostUnits || start == 0)
        {
            return null;
        }

        var (tooSmall, enough, effect) = (0.0, double.PositiveInfinity, Math.Abs(start));
        for (var round = 0; round < MostRounds && enough > tooSmall * (1 + ClosestEffect); round++)
        {
            if (Power(scores, items, Math.Sign(start) * effect, alpha, draws) is not { } found)
            {
                return null;
            }

            (tooSmall, enough) = found < power ? (effect, enough) : (tooSmall, effect);
            var next = effect * (Deviate(power) - Deviate(alpha / 2)) / Math.Max(0.3, Deviate(Math.Clamp(found, 0.001, 0.999)) - Deviate(alpha / 2));

            // A little beyond, so that it mostly lies on the other side.
            next *= found < power ? 1 + (ClosestEffect / 2) : 1 - (ClosestEffect / 2);
            effect = double.IsInfinity(enough) ? Math.Min(next, 2 * tooSmall) : next > tooSmall && next < enough ? next : (tooSmall + enough) / 2;
        }

        return double.IsInfinity(enough) ? null : Math.Sign(start) * enough;
    }

    private static double Deviate(double probability) => Normal.InvCDF(0, 1, probability);
}
