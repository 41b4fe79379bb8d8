using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Sequential;

/// <summary>
/// A planned number of looks that together keep the two-sided error rate: the boundaries of |Z| are solved look by look, by recursive
/// integration over the values with which the run went on. Armitage, McPherson and Rowe (1969), doi:10.2307/2343787; Jennison and Turnbull
/// (2000), Group Sequential Methods, chapter 19. Futility stops are not counted on, so that ignoring one costs no error.
/// </summary>
public sealed class GroupSequentialDesign
{
    // No boundary lies beyond: the chance of crossing it is below 1e-22.
    private const double Furthest = 10;
    private const int Nodes = 101;

    // A tenth of a percent of a p-value, and eight digits of a boundary.
    private const int PValueRounds = 15;
    private const int BoundaryRounds = 30;

    private readonly Dictionary<double, Solution> _known = [];

    /// <param name="fractions">Of the planned information at each look, ascending and at most 1.</param>
    /// <param name="alpha">Two-sided, of all looks together.</param>
    public GroupSequentialDesign(IReadOnlyList<double> fractions, double alpha, AlphaSpending spending)
    {
        ArgumentNullException.ThrowIfNull(fractions);
        ArgumentRules.CheckAlpha(alpha);
        for (var look = 0; look < fractions.Count; look++)
        {
            if (!(fractions[look] > (look == 0 ? 0 : fractions[look - 1]) && fractions[look] <= 1))
            {
                throw new ArgumentOutOfRangeException(nameof(fractions), fractions[look], "Looks must be at ascending fractions, above 0 and at most 1.");
            }
        }

        (Fractions, Alpha, Spending) = ([.. fractions], alpha, spending);
    }

    public IReadOnlyList<double> Fractions { get; }

    public double Alpha { get; }

    public AlphaSpending Spending { get; }

    /// <summary>|Z| that stops at each look.</summary>
    public IReadOnlyList<double> Boundaries => BoundariesAt(Alpha, Fractions.Count);

    /// <summary>The largest number of items over that of a plan without looks of the same power.</summary>
    public double Inflation(double power) =>
        Math.Pow(Drift(power) / (Normal.InvCDF(0, 1, 1 - (Alpha / 2)) + Normal.InvCDF(0, 1, power)), 2);

    /// <summary>The mean fraction of the plan at which it ends, under that drift: the mean of Z at the end of the plan. Without one, 0.</summary>
    public double ExpectedFraction(double drift)
    {
        var exits = Exits([.. Boundaries], drift);
        var (expected, left) = (0.0, 1.0);
        for (var look = 0; look < exits.Length - 1; look++)
        {
            expected += exits[look] * Fractions[look];
            left -= exits[look];
        }

        return expected + (left * Fractions[^1]);
    }

    /// <summary>How likely a boundary is crossed at each look, under that drift.</summary>
    public double[] ExitProbabilities(double drift) => Exits([.. Boundaries], drift);

    /// <summary>The drift that is found with that power.</summary>
    public double Drift(double power)
    {
        if (!(power > Alpha && power < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(power), power, $"Power must lie between alpha ({Alpha}) and 1.");
        }

        double[] boundaries = [.. Boundaries];
        var (low, high) = (0.0, 12.0);
        for (var round = 0; round < 50; round++)
        {
            var middle = (low + high) / 2;
            (low, high) = Exits(boundaries, middle).Sum() < power ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>The smallest error rate at which some look so far had stopped: a p-value for all of them. Liu and Anderson (2008),
    /// doi:10.1002/sim.3330.</summary>
    /// <param name="statistics">|Z| at each look so far.</param>
    public double PValue(ReadOnlySpan<double> statistics)
    {
        var (from, to) = (Math.Log(1e-12), Math.Log(0.999));
        if (!Crosses(statistics, Math.Exp(to)))
        {
            return 1;
        }

        if (Crosses(statistics, Math.Exp(from)))
        {
            return Math.Exp(from);
        }

        for (var round = 0; round < PValueRounds; round++)
        {
            var middle = (from + to) / 2;
            (from, to) = Crosses(statistics, Math.Exp(middle)) ? (from, middle) : (middle, to);
        }

        // The halves meet the error rate itself only by chance, and there the answer must be the same as the boundary's.
        var p = Math.Exp(to);
        return Crosses(statistics, Alpha) ? Math.Min(p, Alpha) : Math.Max(p, Math.BitIncrement(Alpha));
    }

    /// <summary>How likely the last boundary is still crossed, were the rest like what was seen: for futility, which spends no error.</summary>
    public double ConditionalPower(int look, double statistic)
    {
        var (fraction, end) = (Fractions[look], Fractions[^1]);
        if (fraction >= end)
        {
            return Math.Abs(statistic) >= Boundaries[look] ? 1 : 0;
        }

        var value = Math.Abs(statistic) * Math.Sqrt(fraction);
        var expected = value * end / fraction;
        return Normal.CDF(0, 1, (expected - (Boundaries[^1] * Math.Sqrt(end))) / Math.Sqrt(end - fraction));
    }

    // Looks beyond those that were asked for are not solved: early ones cost little, and are asked for most.
    private List<double> BoundariesAt(double alpha, int looks)
    {
        if (!_known.TryGetValue(alpha, out var known))
        {
            _known[alpha] = known = new Solution();
        }

        for (var look = known.Boundaries.Count; look < looks; look++)
        {
            var target = Spending.Spent(Fractions[look], alpha);
            var boundary = Boundary(known.State, look, target - known.Spent);
            known.Boundaries.Add(boundary);
            known.Spent = target;
            known.State = known.State.Next(Step(look), Fractions[look], boundary, 0);
        }

        return known.Boundaries;
    }

    private bool Crosses(ReadOnlySpan<double> statistics, double alpha)
    {
        var boundaries = BoundariesAt(alpha, statistics.Length);
        for (var look = 0; look < statistics.Length; look++)
        {
            if (statistics[look] >= boundaries[look])
            {
                return true;
            }
        }

        return false;
    }

    private double Boundary(Continuation state, int look, double chance)
    {
        var (low, high) = (0.0, Furthest);
        if (state.Exit(Step(look), Fractions[look], high, 0) >= chance)
        {
            return high;
        }

        for (var round = 0; round < BoundaryRounds; round++)
        {
            var middle = (low + high) / 2;
            (low, high) = state.Exit(Step(look), Fractions[look], middle, 0) > chance ? (middle, high) : (low, middle);
        }

        return high;
    }

    private double[] Exits(double[] boundaries, double drift)
    {
        var exits = new double[boundaries.Length];
        var state = default(Continuation);
        for (var look = 0; look < exits.Length; look++)
        {
            exits[look] = state.Exit(Step(look), Fractions[look], boundaries[look], drift);
            state = state.Next(Step(look), Fractions[look], boundaries[look], drift);
        }

        return exits;
    }

    private double Step(int look) => Fractions[look] - (look == 0 ? 0 : Fractions[look - 1]);

    private sealed class Solution
    {
        public List<double> Boundaries { get; } = [];

        public Continuation State { get; set; }

        public double Spent { get; set; }
    }

    /// <summary>The density of Z·√t where no look has stopped, at the nodes of Simpson's rule; empty before the first look.</summary>
    private readonly record struct Continuation(double[]? Values, double[]? Weighted)
    {
        public double Exit(double step, double fraction, double boundary, double drift)
        {
            var (end, spread) = (boundary * Math.Sqrt(fraction), Math.Sqrt(step));
            if (Values is null)
            {
                return Outside(drift * step);
            }

            var sum = 0.0;
            for (var node = 0; node < Values.Length; node++)
            {
                sum += Weighted![node] * Outside(Values[node] + (drift * step));
            }

            return sum;

            double Outside(double mean) => Normal.CDF(0, 1, (mean - end) / spread) + Normal.CDF(0, 1, (-end - mean) / spread);
        }

        public Continuation Next(double step, double fraction, double boundary, double drift)
        {
            var (end, spread) = (boundary * Math.Sqrt(fraction), Math.Sqrt(step));

            // A dozen nodes for each standard deviation of a step, an odd number in all.
            var count = Math.Max(Nodes, (2 * (int)Math.Ceiling(end / spread * 8)) + 1);
            var (values, weighted) = (new double[count], new double[count]);
            var width = 2 * end / (count - 1);
            for (var node = 0; node < count; node++)
            {
                var value = -end + (node * width);
                var simpson = width / 3 * (node == 0 || node == count - 1 ? 1 : node % 2 == 1 ? 4 : 2);
                values[node] = value;
                weighted[node] = simpson * Density(value, spread, drift * step);
            }

            return new Continuation(values, weighted);
        }

        private double Density(double value, double spread, double shift)
        {
            if (Values is null)
            {
                return Normal.PDF(shift, spread, value);
            }

            var sum = 0.0;
            for (var node = 0; node < Values.Length; node++)
            {
                var z = (value - Values[node] - shift) / spread;
                sum += z is > -9 and < 9 ? Weighted![node] * Math.Exp(-z * z / 2) : 0;
            }

            return sum / (spread * Math.Sqrt(2 * Math.PI));
        }
    }
}
