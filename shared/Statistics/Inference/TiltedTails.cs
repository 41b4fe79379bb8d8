using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Inference;

/// <summary>
/// The test of scores between two known ends. For each hypothetical mean the law that makes the data most likely under it (Owen 1988,
/// doi:10.1093/biomet/75.2.237), where chance may also lie at the ends of the scale that no score reached: so scores that hardly differ are no
/// proof that nothing does. For one sample of pass or fail it is the constrained law of Tango's interval (1998),
/// doi:10.1002/(SICI)1097-0258(19980430)17:8&lt;891::AID-SIM780&gt;3.0.CO;2-B. The tail of the mean under that law is counted, or taken from its
/// saddlepoint: Lugannani and Rice (1980), doi:10.2307/1426607, which for scores in steps counts the observed one by half.
/// </summary>
internal sealed class TiltedTails : CountedTails
{
    private const int Groups = 400;
    private const int Rounds = 200;

    private readonly double _mean;
    private readonly double _min;
    private readonly double _max;
    private readonly bool _isWhole;
    private readonly double _units;
    private readonly double _size;
    private readonly double[] _counts;
    private readonly double[] _deviations;
    private readonly double[] _sizes;

    // By group, with the two ends of the scale behind them.
    private readonly double[] _values;
    private readonly double[] _chances;

    /// <param name="min">The smallest value that can come out; <paramref name="max"/> the largest.</param>
    /// <param name="isWhole">Counts the observed outcome in full.</param>
    public TiltedTails(UnitSums units, double min, double max, bool isWhole)
    {
        _mean = units.Mean;
        (_min, _max, _isWhole) = (min, max, isWhole);
        _units = units.Count;
        _size = units.Values == units.Count ? 1 : units.Sizes.Average();
        (_counts, _deviations, _sizes) = Grouped(units);
        _values = new double[_counts.Length + 2];
        _chances = new double[_counts.Length + 2];
    }

    protected override (double Above, double Below) Compute(double mean) =>
        mean <= _min ? (mean < _min || _mean > _min ? 0 : 1, 1)
        : mean >= _max ? (1, mean > _max || _mean < _max ? 0 : 1)
        : WithinScale(mean);

    private (double Above, double Below) WithinScale(double mean)
    {
        var groups = _counts.Length;
        for (var group = 0; group < groups; group++)
        {
            _values[group] = _deviations[group] - (_sizes[group] * (mean - _mean));
        }

        _values[groups] = _size * (_min - mean);
        _values[groups + 1] = _size * (_max - mean);
        SetChances();
        return (Tail(1), Tail(-1));
    }

    // p = w/(N(1 + λu)); where no λ balances the mean, what is left lies at an end of the scale.
    private void SetChances()
    {
        var groups = _counts.Length;
        var (smallest, largest) = (_values[groups], _values[groups + 1]);
        for (var group = 0; group < groups; group++)
        {
            (smallest, largest) = (Math.Min(smallest, _values[group]), Math.Max(largest, _values[group]));
        }

        var (low, high) = (-1 / largest, -1 / smallest);
        _chances[groups] = _chances[groups + 1] = 0;
        double lambda;
        if (Balance(low) <= 0)
        {
            lambda = low;
            _chances[groups + 1] = 1;
        }
        else if (Balance(high) >= 0)
        {
            lambda = high;
            _chances[groups] = 1;
        }
        else
        {
            lambda = Root(low, high);
        }

        var sum = 0.0;
        for (var group = 0; group < groups; group++)
        {
            _chances[group] = _counts[group] / (_units * (1 + (lambda * _values[group])));
            sum += _chances[group];
        }

        var left = Math.Max(0, 1 - sum);
        _chances[groups] *= left;
        _chances[groups + 1] *= left;
        for (var place = 0; place < _chances.Length; place++)
        {
            _chances[place] /= _chances[groups] + _chances[groups + 1] > 0 ? 1 : sum;
        }
    }

    private double Balance(double lambda)
    {
        var sum = 0.0;
        for (var group = 0; group < _counts.Length; group++)
        {
            var weight = 1 + (lambda * _values[group]);
            sum += weight <= 1e-14 ? Math.Sign(_values[group]) * double.PositiveInfinity : _counts[group] * _values[group] / weight;
        }

        return sum;
    }

    private double Root(double low, double high)
    {
        var lambda = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            var (value, slope) = (0.0, 0.0);
            for (var group = 0; group < _counts.Length; group++)
            {
                var part = _values[group] / (1 + (lambda * _values[group]));
                value += _counts[group] * part;
                slope -= _counts[group] * part * part;
            }

            (low, high) = value > 0 ? (lambda, high) : (low, lambda);
            var next = lambda - (value / slope);
            next = next > low && next < high ? next : (low + high) / 2;
            if (Math.Abs(next - lambda) <= 1e-13 * (high - low + Math.Abs(next)) || high - low <= 1e-15 * Math.Abs(next))
            {
                return next;
            }

            lambda = next;
        }

        return lambda;
    }

    /// <summary>P[the sum of as many draws is at least (sign 1) or at most (sign -1) the observed one].</summary>
    private double Tail(int sign)
    {
        var observed = 0.0;
        var (largest, atLargest) = (double.NegativeInfinity, 0.0);
        for (var group = 0; group < _counts.Length; group++)
        {
            observed += sign * _counts[group] * _values[group] / _units;
        }

        for (var place = 0; place < _chances.Length; place++)
        {
            if (_chances[place] > 0 && sign * _values[place] > largest)
            {
                largest = sign * _values[place];
            }
        }

        for (var place = 0; place < _chances.Length; place++)
        {
            atLargest += _chances[place] > 0 && sign * _values[place] >= largest - (1e-12 * Math.Abs(largest)) ? _chances[place] : 0;
        }

        if (observed >= largest - (1e-12 * Math.Abs(largest)))
        {
            return Math.Pow(atLargest, _units) / (_isWhole ? 1 : 2);
        }

        return Lattice.Of(_values, _chances, (int)_units) is { } lattice ? lattice.TailFrom(observed * sign, sign, _isWhole) : Saddlepoint(sign, observed);
    }

    private double Saddlepoint(int sign, double observed)
    {
        var (low, high, t) = (double.NegativeInfinity, double.PositiveInfinity, 0.0);
        var (shift, mass, first, second, third) = Moments(sign, 0);
        t = (observed - first) / second;
        for (var round = 0; round < Rounds; round++)
        {
            (shift, mass, first, second, third) = Moments(sign, t);
            var gap = observed - first;
            if (Math.Abs(gap) <= 1e-11 * Math.Sqrt(second))
            {
                break;
            }

            (low, high) = gap > 0 ? (t, high) : (low, t);
            var next = t + (gap / second);
            t = next > low && next < high ? next
                : double.IsInfinity(low) ? high < 0 ? high * 2 : high - Math.Max(1e-3, Math.Abs(high))
                : double.IsInfinity(high) ? low > 0 ? low * 2 : low + Math.Max(1e-3, Math.Abs(low))
                : (low + high) / 2;
        }

        var cumulant = shift + Math.Log(mass);
        var squared = 2 * _units * ((t * observed) - cumulant);
        var w = Math.Sign(t) * Math.Sqrt(Math.Max(0, squared));
        var v = t * Math.Sqrt(_units * second);
        return Math.Abs(w) < 1e-3
            ? 0.5 - (third / (6 * Math.Sqrt(2 * Math.PI * _units) * second * Math.Sqrt(second)))
            : Math.Clamp(Normal.CDF(0, 1, -w) + (Normal.PDF(0, 1, w) * ((1 / v) - (1 / w))), 0, 1);
    }

    // Of the law tilted by e^tu: log of its constant in two parts, mean, variance and third central moment.
    private (double Shift, double Mass, double Mean, double Variance, double Third) Moments(int sign, double t)
    {
        var shift = double.NegativeInfinity;
        for (var place = 0; place < _values.Length; place++)
        {
            shift = _chances[place] > 0 ? Math.Max(shift, t * sign * _values[place]) : shift;
        }

        var (mass, first) = (0.0, 0.0);
        Span<double> weights = stackalloc double[_values.Length];
        for (var place = 0; place < _values.Length; place++)
        {
            weights[place] = _chances[place] > 0 ? _chances[place] * Math.Exp((t * sign * _values[place]) - shift) : 0;
            mass += weights[place];
            first += weights[place] * sign * _values[place];
        }

        first /= mass;
        var (second, third) = (0.0, 0.0);
        for (var place = 0; place < _values.Length; place++)
        {
            var deviation = (sign * _values[place]) - first;
            second += weights[place] * deviation * deviation;
            third += weights[place] * deviation * deviation * deviation;
        }

        return (shift, mass, first, second / mass, third / mass);
    }

    // Units alike are one group; of more than 400 neighbours are taken together by their mean, which moves no tail by more than a thousandth.
    private static (double[] Counts, double[] Deviations, double[] Sizes) Grouped(UnitSums units)
    {
        var (deviations, sizes) = ((double[])units.Deviations.Clone(), (double[])units.Sizes.Clone());
        Array.Sort(deviations, sizes);
        var (counts, sums, widths) = (new List<double>(), new List<double>(), new List<double>());
        var tolerance = deviations.Length == 0 ? 0 : 1e-12 * (deviations[^1] - deviations[0]);
        for (var unit = 0; unit < deviations.Length; unit++)
        {
            if (counts.Count > 0 && deviations[unit] - sums[^1] <= tolerance && sizes[unit].Equals(widths[^1]))
            {
                counts[^1]++;
            }
            else
            {
                counts.Add(1);
                sums.Add(deviations[unit]);
                widths.Add(sizes[unit]);
            }
        }

        return counts.Count <= Groups ? ([.. counts], [.. sums], [.. widths]) : Neighbours(deviations, sizes);
    }

    private static (double[] Counts, double[] Deviations, double[] Sizes) Neighbours(double[] deviations, double[] sizes)
    {
        var (counts, sums, widths) = (new double[Groups], new double[Groups], new double[Groups]);
        for (var unit = 0; unit < deviations.Length; unit++)
        {
            var group = (int)((long)unit * Groups / deviations.Length);
            counts[group]++;
            sums[group] += deviations[unit];
            widths[group] += sizes[unit];
        }

        for (var group = 0; group < Groups; group++)
        {
            sums[group] /= counts[group];
            widths[group] /= counts[group];
        }

        return (counts, sums, widths);
    }
}
