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

    // One more than may stay: a value, or the number of a bin, and how often it came, in the order in which they came.
    private readonly double[] _keys = new double[MaxBins + 1];
    private readonly long[] _counts = new long[MaxBins + 1];
    private int _used;
    private int? _exponent;
    private double _min = double.PositiveInfinity;
    private double _max = double.NegativeInfinity;

    public void Add(double score)
    {
        RunningMoments.Check(score);
        if (!(score >= _min && score <= _max))
        {
            (_min, _max) = (Math.Min(_min, score), Math.Max(_max, score));
            if (_exponent is { } exponent && Span(exponent) > MaxBins)
            {
                Widen(exponent);
            }
        }

        Count(_exponent is { } width ? Bin(score, width) : score, 1);
        if (_exponent is null && _used > MaxBins)
        {
            Bucket();
        }
    }

    public ScoreDistribution ToDistribution()
    {
        // Negative zero is the same value as zero, and shown as it.
        var bins = Enumerable.Range(0, _used).Select(place => (Key: _keys[place] + 0.0, Count: _counts[place])).OrderBy(bin => bin.Key);
        return _exponent is { } exponent
            ? new ScoreDistribution(false, [.. bins.Select(bin => new ScoreBin(Math.ScaleB(bin.Key, exponent), Math.ScaleB(bin.Key + 1, exponent), bin.Count))])
            : new ScoreDistribution(true, [.. bins.Select(bin => new ScoreBin(bin.Key, bin.Key, bin.Count))]);
    }

    private void Count(double key, long count)
    {
        for (var place = 0; place < _used; place++)
        {
            if (_keys[place] == key)
            {
                _counts[place] += count;
                return;
            }
        }

        (_keys[_used], _counts[_used]) = (key, count);
        _used++;
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
        var old = _keys.Zip(_counts).Take(_used).ToList();
        (_used, _exponent) = (0, exponent);
        foreach (var (key, count) in old)
        {
            Count(rebin(key), count);
        }
    }

    private double Span(int exponent) => Bin(_max, exponent) - Bin(_min, exponent) + 1;

    private static double Bin(double score, int exponent) => Math.Floor(Math.ScaleB(score, -exponent)) + 0.0;
}
