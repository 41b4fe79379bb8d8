namespace FunctionsEval.Statistics;

/// <summary>
/// Analyses the scores of items x variants x samples in one pass, in any order, in memory that does not grow with the samples. Not
/// thread-safe.
/// </summary>
/// <param name="samples">How many samples each pair of item and variant should have.</param>
/// <param name="scale">The smallest and largest possible score, when known.</param>
public sealed class MultiSampleAnalysis(int items, int variants, int samples, (double Min, double Max)? scale)
{
    public const double Level = 0.95;
    private const int Ranked = 5;

    private readonly RunningMoments[] _pairs = new RunningMoments[Positive(items, nameof(items)) * (long)Positive(variants, nameof(variants))];
    private readonly ScoreHistogram[] _histograms = [.. Enumerable.Range(0, variants).Select(_ => new ScoreHistogram())];
    private readonly Dictionary<long, RunningMoments> _retried = [];
    private readonly long[] _invalid = new long[variants];
    private readonly long[] _failed = new long[variants];
    private readonly Dictionary<int, double> _criticalValues = [];
    private readonly long _planned = (long)items * Positive(samples, nameof(samples));

    /// <summary>True as long as every score is 0 or 1.</summary>
    public bool IsPassOrFail { get; private set; } = true;

    public bool HasRetried => _retried.Count > 0;

    /// <param name="wasRetried">The sample needed more than one try.</param>
    public void AddScore(int item, int variant, double score, bool wasRetried = false)
    {
        var index = IndexOf(item, variant);
        _pairs[index].Add(score);
        IsPassOrFail &= score is 0 or 1;
        if (wasRetried)
        {
            var retried = _retried.GetValueOrDefault(index);
            retried.Add(score);
            _retried[index] = retried;
        }

        _histograms[variant].Add(score);
    }

    public void AddInvalid(int item, int variant)
    {
        IndexOf(item, variant);
        _invalid[variant]++;
    }

    public void AddFailed(int item, int variant)
    {
        IndexOf(item, variant);
        _failed[variant]++;
    }

    public MultiSampleResult Finish()
    {
        var ranking = Enumerable.Range(0, items)
            .Select(item => new ItemVariance(item, AverageVariance(item)))
            .Where(item => !double.IsNaN(item.Variance))
            .ToList();
        var mostVariable = ranking.Where(item => item.Variance > 0).OrderByDescending(item => item.Variance).ThenBy(item => item.Item).Take(Ranked).ToList();
        var mostStable = ranking.Except(mostVariable).OrderBy(item => item.Variance).ThenBy(item => item.Item).Take(Ranked).ToList();
        return new MultiSampleResult([.. Enumerable.Range(0, variants).Select(Analyze)], mostVariable, mostStable);
    }

    /// <summary>The scores of a variant, item by item.</summary>
    public RunningMoments[] ScoresOf(int variant)
    {
        var scores = new RunningMoments[items];
        for (var item = 0; item < items; item++)
        {
            scores[item] = _pairs[IndexOf(item, variant)];
        }

        return scores;
    }

    /// <summary>Those of them that needed more than one try.</summary>
    public RunningMoments[] RetriedOf(int variant)
    {
        var scores = new RunningMoments[items];
        for (var item = 0; item < items; item++)
        {
            scores[item] = _retried.GetValueOrDefault(IndexOf(item, variant));
        }

        return scores;
    }

    /// <summary>Every pair with at least one score, by item, then variant; made one at a time, as there may be millions.</summary>
    public IEnumerable<PairAnalysis> Pairs()
    {
        for (var item = 0; item < items; item++)
        {
            for (var variant = 0; variant < variants; variant++)
            {
                var moments = _pairs[IndexOf(item, variant)];
                if (moments.Count > 0)
                {
                    yield return new PairAnalysis(item, variant, SummaryStatistics.Of(moments), IntervalOf(moments));
                }
            }
        }
    }

    private static int Positive(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, name);
        return value;
    }

    private VariantAnalysis Analyze(int variant)
    {
        var means = default(RunningMoments);
        var variances = default(RunningMoments);
        var consistencies = default(RunningMoments);
        var scored = 0L;
        for (var item = 0; item < items; item++)
        {
            ref readonly var pair = ref _pairs[IndexOf(item, variant)];
            scored += pair.Count;
            if (pair.Count > 0)
            {
                means.Add(pair.Mean);
            }

            if (pair.Count > 1)
            {
                variances.Add(pair.Variance);
                if (scale is { } known)
                {
                    consistencies.Add(Consistency.Of(pair.Variance, pair.Count, known.Min, known.Max));
                }
            }
        }

        double? consistency = consistencies.Count > 0 ? consistencies.Mean : null;
        return new VariantAnalysis(
            variant,
            scored,
            means.Count,
            _invalid[variant],
            _failed[variant],
            Math.Max(0, _planned - scored - _invalid[variant] - _failed[variant]),
            SummaryStatistics.Of(means),
            IntervalOf(means),
            variances.Count > 0 ? variances.Mean : null,
            consistency,
            consistency is { } value ? Consistency.LabelOf(value) : null,
            _histograms[variant].ToDistribution());
    }

    private double AverageVariance(int item)
    {
        var variances = default(RunningMoments);
        for (var variant = 0; variant < variants; variant++)
        {
            ref readonly var pair = ref _pairs[IndexOf(item, variant)];
            if (pair.Count > 1)
            {
                variances.Add(pair.Variance);
            }
        }

        return variances.Mean;
    }

    // The quantile costs more than the rest of a pair, and there are few distinct sample counts.
    private ConfidenceInterval? IntervalOf(RunningMoments moments)
    {
        if (moments.Count < 2)
        {
            return null;
        }

        var freedom = moments.Count - 1;
        if (!_criticalValues.TryGetValue(freedom, out var critical))
        {
            _criticalValues[freedom] = critical = StudentT.CriticalValue(freedom, Level);
        }

        return StudentT.IntervalOfMean(moments, Level, critical);
    }

    private long IndexOf(int item, int variant)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(item);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(item, items);
        ArgumentOutOfRangeException.ThrowIfNegative(variant);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(variant, variants);
        return ((long)item * variants) + variant;
    }
}
