using System.Numerics;
using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Inference;

/// <summary>
/// Flips the sign of each unit's deviation from the hypothetical mean: were the unit symmetric around it, either sign would be as likely.
/// Fisher (1935), The Design of Experiments, section 21; the means that are not rejected are Hartigan's interval by typical values (1969),
/// doi:10.1080/01621459.1969.10501057. Exact whatever the sizes and spreads of the units. Assignments that come out exactly as the observed
/// one count by half, except that one itself. Up to 28 units that differ all assignments are counted; beyond, those of the ten largest, and the
/// rest by a normal law with the fourth cumulant of Edgeworth, which is within 0.0003 of the whole count. Where none of them is large, all by that law.
/// </summary>
internal sealed class SignFlips(UnitSums units) : CountedTails
{
    private const int Counted = 28;
    private const int Largest = 10;

    // Of the largest unit in the sum of squares: what Edgeworth's series leaves out is less than a hundred-thousandth then.
    private const double SmallShare = 0.01;
    private const long ExactSteps = 20_000_000;

    // No p-value is 0.
    private const double Smallest = 1e-300;

    private readonly double[] _deviations = new double[units.Count];
    private readonly PowerSums? _ofManyItems = units.Count > Counted && units.Values == units.Count ? PowerSums.Of(units.Deviations) : null;

    protected override (double Above, double Below) Compute(double mean)
    {
        var shift = mean - units.Mean;
        if (mean != 0 && _ofManyItems is { } sums && sums.At(shift) is { } moments && moments.Largest < SmallShare * moments.Squares)
        {
            return Approximate(moments.Total, moments.Squares, moments.Fourths);
        }

        var size = 0.0;
        for (var unit = 0; unit < _deviations.Length; unit++)
        {
            _deviations[unit] = units.Deviations[unit] - (units.Sizes[unit] * shift);
            size += Math.Abs(_deviations[unit]);
        }

        // Equal sums differ by rounding when their terms come in another order; equal ones must count as ties.
        var rounding = 1e-12 * size;
        var count = 0;
        foreach (var deviation in _deviations)
        {
            if (Math.Abs(deviation) > rounding / units.Count)
            {
                _deviations[count++] = deviation;
            }
        }

        var differing = _deviations.AsSpan(0, count);
        return count <= Counted ? Count(differing, rounding)
            : mean == 0 && Steps(differing) is { } steps ? Convolve(steps)
            : Approximate(differing);
    }

    // The flipped units sum to F, and the assignment is as large as the observed one exactly when F is not positive.
    private static (double Above, double Below) Count(ReadOnlySpan<double> deviations, double rounding)
    {
        var (negative, notPositive, all) = SubsetSums.Count(deviations, rounding);
        return Shares(negative, notPositive - negative, all - notPositive, all, 1);
    }

    private static (double Above, double Below) Shares(double negative, double ties, double positive, double all, double observed)
    {
        var shared = (ties + observed) / 2;
        return (Math.Clamp((negative + shared) / all, Smallest, 1), Math.Clamp((positive + shared) / all, Smallest, 1));
    }

    // Scores such as ratings or shares of passes come in steps: then sums are whole numbers of steps and all assignments can be counted.
    private static int[]? Steps(ReadOnlySpan<double> deviations)
    {
        var smallest = double.PositiveInfinity;
        foreach (var deviation in deviations)
        {
            smallest = Math.Min(smallest, Math.Abs(deviation));
        }

        for (var parts = 1; parts <= 12; parts++)
        {
            var steps = new int[deviations.Length];
            var (step, total, isWhole) = (smallest / parts, 0L, true);
            for (var unit = 0; unit < steps.Length && isWhole; unit++)
            {
                var whole = Math.Round(deviations[unit] / step);
                isWhole = Math.Abs(whole) < 1e6 && Math.Abs((deviations[unit] / step) - whole) < 1e-7;
                steps[unit] = isWhole ? (int)whole : 0;
                total += Math.Abs(steps[unit]);
            }

            if (isWhole)
            {
                return total * steps.Length <= ExactSteps ? steps : null;
            }
        }

        return null;
    }

    private static (double Above, double Below) Convolve(int[] steps)
    {
        // Probabilities of the sum of the flipped units, from the sum of the negative ones to that of the positive ones.
        var lowest = steps.Where(step => step < 0).Sum();
        var chances = new double[steps.Sum(Math.Abs) + 1];
        chances[-lowest] = 1;
        var (from, to) = (-lowest, -lowest);
        foreach (var step in steps)
        {
            (from, to) = (Math.Min(from, from + step), Math.Max(to, to + step));
            if (step > 0)
            {
                for (var sum = to; sum >= from; sum--)
                {
                    chances[sum] = (chances[sum] + (sum - step >= from ? chances[sum - step] : 0)) / 2;
                }
            }
            else
            {
                for (var sum = from; sum <= to; sum++)
                {
                    chances[sum] = (chances[sum] + (sum - step <= to ? chances[sum - step] : 0)) / 2;
                }
            }
        }

        var negative = chances.AsSpan(0, -lowest);
        var positive = chances.AsSpan(1 - lowest);
        return Shares(Sum(negative), chances[-lowest], Sum(positive), 1, Math.Pow(0.5, steps.Length));
    }

    private static double Sum(ReadOnlySpan<double> values)
    {
        var sum = default(CompensatedSum);
        foreach (var value in values)
        {
            sum.Add(value);
        }

        return sum.Value;
    }

    private static (double Above, double Below) Approximate(Span<double> deviations)
    {
        var (total, largest) = (0.0, 0.0);
        foreach (var deviation in deviations)
        {
            total += deviation;
            largest = Math.Max(largest, deviation * deviation);
        }

        var (squares, fourths) = EvenMoments(deviations);
        if (largest < SmallShare * squares)
        {
            return Approximate(total, squares, fourths);
        }

        MoveLargestToFront(deviations);
        (squares, fourths) = EvenMoments(deviations[Largest..]);
        var spread = Math.Sqrt(squares);
        var bend = -fourths / (12 * squares * squares);
        var (sum, tail) = (0.0, 0.0);
        for (var unit = 0; unit < Largest; unit++)
        {
            sum += deviations[unit];
        }

        Span<bool> flipped = stackalloc bool[Largest];
        for (var step = 1; step <= 1 << Largest; step++)
        {
            tail += Edgeworth((Math.Abs(total) - sum) / spread, bend);
            if (step < 1 << Largest)
            {
                var unit = BitOperations.TrailingZeroCount(step);
                sum += (flipped[unit] ? 2 : -2) * deviations[unit];
                flipped[unit] = !flipped[unit];
            }
        }

        return OfSmaller(total, tail / (1 << Largest));
    }

    private static (double Above, double Below) Approximate(double total, double squares, double fourths)
    {
        return OfSmaller(total, Edgeworth(Math.Abs(total) / Math.Sqrt(squares), -fourths / (12 * squares * squares)));
    }

    // 1 minus the larger tail would lose the digits of a small one.
    private static (double Above, double Below) OfSmaller(double total, double tail) => total >= 0 ? (tail, 1 - tail) : (1 - tail, tail);

    private static (double Squares, double Fourths) EvenMoments(ReadOnlySpan<double> deviations)
    {
        var (squares, fourths) = (0.0, 0.0);
        foreach (var deviation in deviations)
        {
            var square = deviation * deviation;
            squares += square;
            fourths += square * square;
        }

        return (squares, fourths);
    }

    // P[a sum is z or more], with a twenty-fourth of the fourth cumulant.
    private static double Edgeworth(double z, double bend) => z > 9 ? Math.Max(Smallest, Normal.CDF(0, 1, -z)) : z < -9 ? 1
        : Math.Clamp(Normal.CDF(0, 1, -z) + (Normal.PDF(0, 1, z) * bend * ((z * z * z) - (3 * z))), 0, 1);

    private static void MoveLargestToFront(Span<double> deviations)
    {
        // The smallest of the largest stays at their end.
        deviations[..Largest].Sort(static (a, b) => Math.Abs(b).CompareTo(Math.Abs(a)));
        for (var unit = Largest; unit < deviations.Length; unit++)
        {
            var candidate = deviations[unit];
            if (Math.Abs(candidate) <= Math.Abs(deviations[Largest - 1]))
            {
                continue;
            }

            deviations[unit] = deviations[Largest - 1];
            var place = Largest - 1;
            while (place > 0 && Math.Abs(deviations[place - 1]) < Math.Abs(candidate))
            {
                deviations[place] = deviations[place - 1];
                place--;
            }

            deviations[place] = candidate;
        }
    }

    /// <summary>Of deviations from their mean; from them those of deviations from any other mean, without reading them again.</summary>
    private readonly record struct PowerSums(double Count, double Smallest, double Largest, double Squares, double Cubes, double Fourths)
    {
        public static PowerSums Of(ReadOnlySpan<double> deviations)
        {
            var (smallest, largest, squares, cubes, fourths) = (double.PositiveInfinity, double.NegativeInfinity, 0.0, 0.0, 0.0);
            foreach (var deviation in deviations)
            {
                var square = deviation * deviation;
                (smallest, largest) = (Math.Min(smallest, deviation), Math.Max(largest, deviation));
                squares += square;
                cubes += square * deviation;
                fourths += square * square;
            }

            return new PowerSums(deviations.Length, smallest, largest, squares, cubes, fourths);
        }

        public (double Total, double Squares, double Fourths, double Largest) At(double shift)
        {
            var square = shift * shift;
            var furthest = Math.Max(Math.Abs(Largest - shift), Math.Abs(Smallest - shift));
            return (-Count * shift, Squares + (Count * square), Fourths - (4 * Cubes * shift) + (6 * Squares * square) + (Count * square * square), furthest * furthest);
        }
    }
}
