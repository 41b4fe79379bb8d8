using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Statistics.Verdicts;

/// <param name="Items">Items that have both kinds of samples.</param>
/// <param name="Shift">Retried minus other samples of the same item and variant, the mean over items; null without such items.</param>
/// <param name="PValue">Of no shift; null below six items, whose signs cannot reach 5%.</param>
public sealed record RetryShift(long RetriedScores, int Items, double? Shift, double? PValue);

/// <summary>
/// Do samples that needed a second try score differently? A retry rolls the dice again: if vendors fail on the hard answers, those that
/// come through are not the ones that were asked for. Compared inside items and variants, by sign flips.
/// </summary>
public static class RetryShiftTest
{
    private const int FewestItems = 6;

    /// <param name="all">Each pair of item and variant with all its scores.</param>
    /// <param name="retried">The same pairs with the retried ones alone.</param>
    /// <param name="items">The item of each pair.</param>
    /// <returns>Null when nothing was retried.</returns>
    public static RetryShift? Of(
        ReadOnlySpan<RunningMoments> all, ReadOnlySpan<RunningMoments> retried, ReadOnlySpan<int> items)
    {
        ArgumentRules.CheckSameLength(all.Length, retried.Length, nameof(retried));
        ArgumentRules.CheckSameLength(all.Length, items.Length, nameof(items));
        var (shifts, labels, count) = (new List<double>(), new List<int>(), 0L);
        for (var pair = 0; pair < all.Length; pair++)
        {
            count += retried[pair].Count;
            var others = all[pair].Count - retried[pair].Count;
            if (retried[pair].Count > 0 && others > 0)
            {
                var othersMean = ((all[pair].Mean * all[pair].Count) - (retried[pair].Mean * retried[pair].Count)) / others;
                shifts.Add(retried[pair].Mean - othersMean);
                labels.Add(items[pair]);
            }
        }

        if (count == 0)
        {
            return null;
        }

        var distinct = labels.Distinct().Count();
        double? pValue = distinct < FewestItems ? null : new SignFlips(UnitSums.Of([.. shifts], [.. labels])).TwoSided(0);
        return new RetryShift(count, distinct, shifts.Count == 0 ? null : shifts.Average(), pValue);
    }
}
