namespace FunctionsEval.Statistics.Planning;

/// <summary>What more money can be spent on.</summary>
public enum Spending
{
    Scenarios,
    Samples,

    /// <summary>Judgements of the same answers.</summary>
    Judgements,
}

/// <summary>
/// Where the uncertainty of a mean comes from: Var(mean) = (σ²_item + σ²_sample/K + σ²_judge/(K·J))/n, Miller (2024), arXiv:2411.00640, section 3, with a level
/// below for J judgements an answer. Twice the calls halve all of it when they go to new items, and only a lower level's share when they go to that.
/// </summary>
/// <param name="ItemVariance">Between items, the noise of samples taken out; with one sample an item that of samples is in it.</param>
/// <param name="SampleVariance">Of one sample around its item, the noise of its judge taken out; 0 with one sample an item.</param>
/// <param name="SampleShare">Of the variance of the mean, from 0 to 1; with the other shares 1.</param>
/// <param name="JudgeVariance">Of one judgement around its answer; null where no answer was judged twice, and then it is in that of samples.</param>
/// <param name="SamplesPerItem">The mean; null in budgets of earlier versions.</param>
/// <param name="JudgementsPerSample">The mean; null without judgements.</param>
public sealed record VarianceBudget(
    double ItemVariance,
    double SampleVariance,
    double ItemShare,
    double SampleShare,
    double StandardError,
    double StandardErrorWithTwiceTheItems,
    double StandardErrorWithTwiceTheSamples,
    double? JudgeVariance = null,
    double? JudgeShare = null,
    double? StandardErrorWithTwiceTheJudgements = null,
    double? SamplesPerItem = null,
    double? JudgementsPerSample = null)
{
    /// <summary>Null when there are fewer than two items, when nothing varies, or when neither an item has two samples nor an answer two judgements.</summary>
    /// <param name="items">The scores of each item's samples; of several judgements of one sample their mean.</param>
    public static VarianceBudget? Of(ReadOnlySpan<RunningMoments> items, JudgeNoise? judge = null)
    {
        var (means, samples) = (default(RunningMoments), default(RunningMoments));
        foreach (var item in items)
        {
            if (item.Count > 0)
            {
                means.Add(item.Mean);
                samples.Add(item.Count);
            }
        }

        var noise = SampleNoise.Of(items);
        if (means.Count < 2 || (noise is null && judge is null))
        {
            return null;
        }

        // What judges add to the variance of an item's mean; of samples that vary less than their judge does, all of it is the judge's.
        var ofJudge = judge is null ? 0 : judge.Variance / (judge.Repeats * samples.Mean);
        var (ofSamples, ofItems) = noise is { } known
            ? (Math.Max(0, known.OfMeans - ofJudge), Math.Max(0, means.Variance - known.OfMeans))
            : (0, Math.Max(0, means.Variance - ofJudge));
        ofJudge = noise is { } limit ? Math.Min(ofJudge, limit.OfMeans) : ofJudge;
        var whole = ofItems + ofSamples + ofJudge;
        return whole == 0 ? null : new VarianceBudget(
            ofItems,
            ofSamples * (noise is { } n && n.OfMeans > 0 ? n.Variance / n.OfMeans : 0),
            ofItems / whole,
            ofSamples / whole,
            Math.Sqrt(whole / means.Count),
            Math.Sqrt(whole / (2.0 * means.Count)),
            Math.Sqrt((ofItems + (noise is null ? ofJudge : (ofSamples + ofJudge) / 2)) / means.Count),
            judge?.Variance,
            judge is null ? null : ofJudge / whole,
            judge is null ? null : Math.Sqrt((ofItems + ofSamples + (ofJudge / 2)) / means.Count),
            samples.Mean,
            judge?.Repeats);
    }

    /// <summary>
    /// Where the next dollar lowers the variance most. New items lower all of it, so they are never worse than more samples of the same; judgements win where they are cheap
    /// and noisy: σ²_judge·(answer + J·judgement) over K·J²·judgement against the whole.
    /// </summary>
    /// <param name="answerPrice">Of one answer, its judgements aside.</param>
    /// <param name="judgementPrice">Of one judgement; ignored where none is repeated.</param>
    /// <param name="hasMoreItems">Whether there are items that were not asked.</param>
    public Spending NextDollar(double answerPrice, double judgementPrice, bool hasMoreItems)
    {
        ArgumentRules.CheckNotNegative(answerPrice, nameof(answerPrice));
        ArgumentRules.CheckNotNegative(judgementPrice, nameof(judgementPrice));
        var repeats = JudgementsPerSample ?? 0;
        var cell = answerPrice + (repeats * judgementPrice);

        // Per cell's price, in units of the variance of the mean: items give the whole, samples what is below them, judgements their share at their own price.
        // Where none are left, new ones are worth writing as long as most of the variance is theirs.
        var ofItems = hasMoreItems || ItemShare >= 0.5 ? 1.0 : 0;
        var ofSamples = 1 - ItemShare;
        var ofJudgements = JudgeShare is not { } share ? 0
            : judgementPrice > 0 ? share * cell / (repeats * judgementPrice)
            : share > 0 ? double.PositiveInfinity : 0;
        return ofJudgements > Math.Max(ofItems, ofSamples) ? Spending.Judgements
            : ofItems > 0 ? Spending.Scenarios
            : Spending.Samples;
    }

    /// <summary>Judgements an answer that give the most precise mean for a budget: √(answer/judgement · (σ²_judge/K)/(σ²_item + σ²_sample/K)), at least 1; null without repeats.</summary>
    public int? BestJudgements(double answerPrice, double judgementPrice, int most)
    {
        ArgumentRules.CheckNotNegative(answerPrice, nameof(answerPrice));
        ArgumentRules.CheckPositive(judgementPrice, nameof(judgementPrice));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        if (JudgeShare is not { } share || JudgementsPerSample is not { } repeats)
        {
            return null;
        }

        // As shares of the variance of the mean: that of one judgement is its share times the repeats it was averaged over.
        return BestSampleCount.Of(ItemShare + SampleShare, share * repeats, answerPrice, judgementPrice, most);
    }
}
