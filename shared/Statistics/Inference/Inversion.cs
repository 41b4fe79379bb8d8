using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Inference;

/// <summary>The means that a test does not reject.</summary>
internal static class Inversion
{
    private const int Rounds = 120;

    /// <param name="tails">Monotone in the mean.</param>
    /// <param name="center">A mean that is not rejected.</param>
    /// <param name="step">About a standard error; positive.</param>
    /// <param name="scale">The ends that no mean lies beyond.</param>
    /// <param name="isDifference">Of two means, so that 0 says that they are alike.</param>
    /// <returns>Null when no mean far away is rejected on either side, so that nothing is known.</returns>
    public static ConfidenceInterval? Interval(Tails tails, double center, double step, double level, (double Min, double Max)? scale, bool isDifference)
    {
        var (min, max) = scale ?? (double.NegativeInfinity, double.PositiveInfinity);
        var error = (1 - level) / 2;
        var lower = End(tails.Above, center, -step, error, min);
        var upper = End(tails.Below, center, step, error, max);
        if (double.IsInfinity(lower) || double.IsInfinity(upper))
        {
            return null;
        }

        // The two ways of counting sign flips differ by less than 0.0003 at 0, and the interval must say there what the test says.
        if (isDifference && tails.TwoSided(0) > 2 * error)
        {
            (lower, upper) = (Math.Min(lower, 0), Math.Max(upper, 0));
        }
        else if (isDifference && lower < 0 && upper > 0)
        {
            (lower, upper) = center > 0 ? (0.0, upper) : (lower, 0.0);
        }

        return new ConfidenceInterval(lower, upper, level);
    }

    private static double End(Func<double, double> tail, double center, double step, double error, double limit)
    {
        if (center.Equals(limit))
        {
            return limit;
        }

        var (inside, outside) = (center, center + (2 * step));
        for (var doubling = 0; tail(Clamp(outside)) > error; doubling++)
        {
            if (Clamp(outside).Equals(limit) || doubling > 60)
            {
                return limit;
            }

            inside = Clamp(outside);
            outside = center + ((outside - center) * 2);
        }

        outside = Clamp(outside);
        return Root(tail, inside, outside, error);

        double Clamp(double value) => step > 0 ? Math.Min(value, limit) : Math.Max(value, limit);
    }

    // Illinois' rule on the normal deviate of the tail, which is nearly linear in the mean, and halving where that is slow: tails may have steps.
    private static double Root(Func<double, double> tail, double inside, double outside, double error)
    {
        var target = Normal.InvCDF(0, 1, error);
        var (atInside, atOutside) = (Gap(inside), Gap(outside));
        var width = Math.Abs(outside - inside);
        for (var round = 0; round < Rounds && Math.Abs(outside - inside) > 1e-10 * (width + (1e-3 * Math.Abs(inside))); round++)
        {
            var middle = round % 3 == 2 ? (inside + outside) / 2 : inside + ((outside - inside) * (atInside / (atInside - atOutside)));
            if (!(middle > Math.Min(inside, outside) && middle < Math.Max(inside, outside)))
            {
                middle = (inside + outside) / 2;
            }

            var gap = Gap(middle);
            if (gap == 0)
            {
                return middle;
            }

            if (gap > 0)
            {
                (inside, atInside, atOutside) = (middle, gap, atOutside / 2);
            }
            else
            {
                (outside, atOutside, atInside) = (middle, gap, atInside / 2);
            }
        }

        return outside;

        double Gap(double mean) => Normal.InvCDF(0, 1, Math.Clamp(tail(mean), 1e-300, 1 - 1e-15)) - target;
    }
}
