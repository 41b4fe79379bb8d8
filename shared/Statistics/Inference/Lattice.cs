namespace FunctionsEval.Statistics.Inference;

/// <summary>The law of a sum of draws whose values are evenly spaced, such as shares of passes: all sums are counted.</summary>
internal sealed class Lattice
{
    private const int MaxPoints = 41;
    private const long MaxSteps = 300_000;
    private const double Rounding = 1e-7;

    private readonly double[] _chances;
    private readonly int _draws;
    private readonly double _lowest;
    private readonly double _step;

    private Lattice(double[] chances, int draws, double lowest, double step)
    {
        _chances = Sums(chances, draws);
        (_draws, _lowest, _step) = (draws, draws * lowest, step);
    }

    /// <summary>Null when the values are not evenly spaced, or when a count would take long.</summary>
    public static Lattice? Of(ReadOnlySpan<double> values, ReadOnlySpan<double> chances, int draws)
    {
        if (values.Length > MaxPoints || 3L * draws * draws > MaxSteps)
        {
            return null;
        }

        Span<double> sorted = stackalloc double[values.Length];
        Span<double> mass = stackalloc double[values.Length];
        var count = 0;
        for (var place = 0; place < values.Length; place++)
        {
            if (chances[place] > 0)
            {
                (sorted[count], mass[count]) = (values[place], chances[place]);
                count++;
            }
        }

        sorted = sorted[..count];
        mass = mass[..count];
        sorted.Sort(mass);
        var width = sorted[^1] - sorted[0];
        var step = width;
        for (var place = 1; place < count; place++)
        {
            var gap = sorted[place] - sorted[place - 1];
            step = gap > Rounding * width ? Math.Min(step, gap) : step;
        }

        var points = step > 0 ? Math.Round(width / step) + 1 : 1;
        if (points > MaxPoints || points * points * draws * draws / 2 > MaxSteps)
        {
            return null;
        }

        var even = new double[(int)points];
        for (var place = 0; place < count; place++)
        {
            var position = step > 0 ? (sorted[place] - sorted[0]) / step : 0;
            if (Math.Abs(position - Math.Round(position)) > Rounding * points)
            {
                return null;
            }

            even[(int)Math.Round(position)] += mass[place];
        }

        return new Lattice(even, draws, sorted[0], step > 0 ? step : 1);
    }

    /// <summary>P[sum >= draws·mean] for sign 1, P[sum &lt;= draws·mean] for sign -1; with half of the chance of equality unless whole.</summary>
    public double TailFrom(double mean, int sign, bool isWhole)
    {
        var place = (int)Math.Round(((mean * _draws) - _lowest) / _step);
        var tail = place >= 0 && place < _chances.Length ? _chances[place] / (isWhole ? 1 : 2) : 0;
        for (var sum = place + sign; sum >= 0 && sum < _chances.Length; sum += sign)
        {
            tail += _chances[sum];
        }

        return tail;
    }

    private static double[] Sums(double[] chances, int draws)
    {
        var reach = chances.Length - 1;
        var sums = new double[(draws * reach) + 1];
        sums[0] = 1;
        for (var draw = 0; draw < draws; draw++)
        {
            for (var sum = draw * reach; sum >= 0; sum--)
            {
                var chance = sums[sum];
                if (chance == 0)
                {
                    continue;
                }

                sums[sum] = chance * chances[0];
                for (var step = 1; step <= reach; step++)
                {
                    sums[sum + step] += chance * chances[step];
                }
            }
        }

        return sums;
    }
}
