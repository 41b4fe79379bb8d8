namespace FunctionsEval.Statistics;

/// <summary>
/// Count, mean, sum of squared deviations, smallest and largest of a stream, in constant memory and without cancellation:
/// Welford (1962), doi:10.1080/00401706.1962.10490022. A mutable struct, so that millions fit in one array.
/// </summary>
public struct RunningMoments
{
    /// <summary>The largest magnitude whose squared deviations can be summed without overflow, ten million of them.</summary>
    public const double MaxMagnitude = 1e140;

    private double _squares;

    public int Count { get; private set; }

    /// <summary>NaN when empty, as are <see cref="Min"/> and <see cref="Max"/>.</summary>
    public double Mean { readonly get => Count == 0 ? double.NaN : field; private set; }

    public double Min { readonly get => Count == 0 ? double.NaN : field; private set; }

    public double Max { readonly get => Count == 0 ? double.NaN : field; private set; }

    public readonly double Range => Max - Min;

    /// <summary>The sample variance, divided by n-1; NaN below two values.</summary>
    public readonly double Variance => Count < 2 ? double.NaN : _squares / (Count - 1);

    public readonly double StandardDeviation => Math.Sqrt(Variance);

    public static RunningMoments Of(ReadOnlySpan<double> values)
    {
        var moments = default(RunningMoments);
        foreach (var value in values)
        {
            moments.Add(value);
        }

        return moments;
    }

    /// <summary>Of values that are known by their summary alone.</summary>
    /// <param name="variance">Divided by n-1; ignored for one value.</param>
    public static RunningMoments Of(int count, double mean, double variance, double min, double max)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegative(variance);
        Check(min);
        Check(max);
        var rounding = 1e-9 * (max - min);
        if (!(mean >= min - rounding && mean <= max + rounding && double.IsFinite(variance)))
        {
            throw new ArgumentOutOfRangeException(nameof(mean), mean, FormattableString.Invariant($"A mean must lie between {min} and {max}, and a variance be finite, but is {variance}."));
        }

        return new RunningMoments { Count = count, Mean = mean, Min = min, Max = max, _squares = variance * (count - 1) };
    }

    public void Add(double value)
    {
        Check(value);
        if (Count == 0)
        {
            this = new RunningMoments { Count = 1, Mean = value, Min = value, Max = value };
            return;
        }

        Count++;
        var delta = value - Mean;
        Mean += delta / Count;
        _squares += delta * (value - Mean);
        Min = Math.Min(Min, value);
        Max = Math.Max(Max, value);
    }

    /// <summary>Of the same values, each larger by that much.</summary>
    public readonly RunningMoments Shifted(double by)
    {
        Check(by);
        return Count == 0 ? this : this with { Mean = Mean + by, Min = Min + by, Max = Max + by };
    }

    /// <summary>The moments of both streams together: Chan, Golub and LeVeque (1983), doi:10.1080/00031305.1983.10483115.</summary>
    public readonly RunningMoments Merge(RunningMoments other)
    {
        if (Count == 0 || other.Count == 0)
        {
            return Count == 0 ? other : this;
        }

        var count = Count + other.Count;
        var delta = other.Mean - Mean;
        return new RunningMoments
        {
            Count = count,
            Mean = Mean + (delta * other.Count / count),
            _squares = _squares + other._squares + (delta * delta * Count * other.Count / count),
            Min = Math.Min(Min, other.Min),
            Max = Math.Max(Max, other.Max),
        };
    }

    internal static void Check(double value)
    {
        if (!(Math.Abs(value) <= MaxMagnitude))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"A score must lie within ±{MaxMagnitude}.");
        }
    }
}
