namespace FunctionsEval.Statistics;

/// <summary>Counts of scores: one bin a distinct value (<paramref name="IsExact"/>), or ranges when there were too many.</summary>
public sealed record ScoreDistribution(bool IsExact, IReadOnlyList<ScoreBin> Bins);

/// <summary>Scores from <paramref name="From"/>, below <paramref name="To"/>; both are the value itself in an exact distribution.</summary>
public sealed record ScoreBin(double From, double To, long Count);

/// <summary>
/// Counts a stream in constant memory: exactly up to <see cref="MaxBins"/> distinct values, then in at most as many bins whose width is
/// the smallest power of two that spans them. Such bins nest, so widening them loses nothing and the order of scores does not matter.
/// </summary>
public sealed class ScoreHistogram
{
    public const int MaxBins = 20;

    private readonly Dictionary<double, long> _counts = [];
    private int? _exponent;
    private double _min = double.PositiveInfinity;
    private double _max = double.NegativeInfinity;

    public void Add(double score)
    {
        RunningMoments.Check(score);

        // Negative zero would be a different key from zero.
        Count(score + 0.0);
    }

    public ScoreDistribution ToDistribution()
    {
        var bins = _counts.OrderBy(pair => pair.Key);
        return _exponent is { } exponent
            ? new ScoreDistribution(false, [.. bins.Select(pair => new ScoreBin(Math.ScaleB(pair.Key, exponent), Math.ScaleB(pair.Key + 1, exponent), pair.Value))])
            : new ScoreDistribution(true, [.. bins.Select(pair => new ScoreBin(pair.Key, pair.Key, pair.Value))]);
    }

    private void Count(double score)
    {
        _min = Math.Min(_min, score);
        _max = Math.Max(_max, score);
        if (_exponent is { } exponent && Span(exponent) > MaxBins)
        {
            Widen(exponent);
        }

        var key = _exponent is { } width ? Bin(score, width) : score;
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
        if (_exponent is null && _counts.Count > MaxBins)
        {
            Bucket();
        }
    }

    private void Bucket()
    {
        var exponent = Math.Max(-1_022, Math.ILogB((_max / 2) - (_min / 2)) - 5);
        while (Span(exponent) > MaxBins)
        {
            exponent++;
        }

        Recount(exponent, key => Bin(key, exponent));
    }

    private void Widen(int exponent)
    {
        var wider = exponent;
        while (Span(wider) > MaxBins)
        {
            wider++;
        }

        Recount(wider, key => Math.Floor(Math.ScaleB(key, exponent - wider)));
    }

    private void Recount(int exponent, Func<double, double> rebin)
    {
        var old = _counts.ToList();
        _counts.Clear();
        _exponent = exponent;
        foreach (var (key, count) in old)
        {
            var bin = rebin(key);
            _counts[bin] = _counts.GetValueOrDefault(bin) + count;
        }
    }

    private double Span(int exponent) => Bin(_max, exponent) - Bin(_min, exponent) + 1;

    private static double Bin(double score, int exponent) => Math.Floor(Math.ScaleB(score, -exponent)) + 0.0;
}
