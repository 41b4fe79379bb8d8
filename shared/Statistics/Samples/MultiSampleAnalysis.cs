using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Planning;
using FunctionsEval.Statistics.Repeats;

namespace FunctionsEval.Statistics.Samples;

/// <summary>
/// Analyses the scores of items x variants x samples in one pass, in any order, in memory that does not grow with the samples. Not
/// thread-safe.
/// </summary>
/// <param name="samples">How many samples each pair of item and variant should have.</param>
/// <param name="scale">Of the scorer, as declared.</param>
/// <param name="clusters">One label an item; empty when all stand alone.</param>
/// <param name="seed">Of the resamples where an interval needs them.</param>
public sealed class MultiSampleAnalysis(int items, int variants, int samples, ScoreScale scale, int[] clusters, int seed)
{
    public const double Level = 0.95;
    private const int Ranked = 5;

    private readonly RunningMoments[] _pairs = new RunningMoments[Positive(items, nameof(items)) * (long)Positive(variants, nameof(variants))];
    private readonly ScoreHistogram[] _histograms = [.. Enumerable.Range(0, variants).Select(_ => new ScoreHistogram())];
    private readonly Dictionary<long, RunningMoments> _retried = [];
    private readonly long[] _invalid = new long[variants];
    private readonly long[] _failed = new long[variants];
    private readonly SampleInterval _sampleInterval = new(scale, Level);
    private readonly long _planned = (long)items * Positive(samples, nameof(samples));

    public bool HasRetried => _retried.Count > 0;

    /// <param name="wasRetried">The sample needed more than one try.</param>
    public void AddScore(int item, int variant, double score, bool wasRetried = false)
    {
        var index = IndexOf(item, variant);
        _pairs[index].Add(score);
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
        var scores = Enumerable.Range(0, variants).Select(ScoresOf).ToList();
        var pValue = Variability.PValue(scores, scale.Kind == ScoreKind.PassOrFail);
        var ranking = pValue > Variability.Alpha || pValue is null ? [] : Enumerable.Range(0, items)
            .Select(item => new ItemVariance(item, AverageVariance(item)))
            .Where(item => !double.IsNaN(item.Variance))
            .ToList();
        var mostVariable = ranking.Where(item => item.Variance > 0).OrderByDescending(item => item.Variance).ThenBy(item => item.Item).Take(Ranked).ToList();
        var mostStable = ranking.Except(mostVariable).OrderBy(item => item.Variance).ThenBy(item => item.Item).Take(Ranked).ToList();
        return new MultiSampleResult([.. scores.Select((own, variant) => Analyze(variant, own))], mostVariable, mostStable, pValue);
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
                    yield return new PairAnalysis(item, variant, SummaryStatistics.Of(moments), _sampleInterval.Of(moments));
                }
            }
        }
    }

    private static int Positive(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, name);
        return value;
    }

    private VariantAnalysis Analyze(int variant, RunningMoments[] scores)
    {
        var (means, variances) = (default(RunningMoments), default(RunningMoments));
        var (itemMeans, labels, scored) = (new List<double>(items), new List<int>(), 0L);
        for (var item = 0; item < items; item++)
        {
            scored += scores[item].Count;
            if (scores[item].Count == 0)
            {
                continue;
            }

            means.Add(scores[item].Mean);
            itemMeans.Add(scores[item].Mean);
            if (clusters.Length > 0)
            {
                labels.Add(clusters[item]);
            }

            if (scores[item].Count > 1)
            {
                variances.Add(scores[item].Variance);
            }
        }

        var random = new Random(unchecked((seed * 31) + variant));
        return new VariantAnalysis(
            variant,
            scored,
            means.Count,
            _invalid[variant],
            _failed[variant],
            Math.Max(0, _planned - scored - _invalid[variant] - _failed[variant]),
            SummaryStatistics.Of(means),
            MeanInference.Of([.. itemMeans], [.. labels], scale, samples, Level, random),
            variances.Count > 0 ? variances.Mean : null,
            scale.Range is { } range ? ConsistencyEstimate.Of(scores, clusters, range, Level, random) : null,
            VarianceComponents.Of(scores),
            scale.Kind == ScoreKind.PassOrFail ? RepeatedPasses.Of(scores, clusters, samples, Level, random) : [],
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

    private long IndexOf(int item, int variant)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(item);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(item, items);
        ArgumentOutOfRangeException.ThrowIfNegative(variant);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(variant, variants);
        return ((long)item * variants) + variant;
    }
}
