namespace FunctionsEval.Pages.Charts;

/// <summary>A linear axis with round ticks, laid over 2% to 98% of a picture's width, so that its ends have room for their numbers.</summary>
public sealed record Axis(double From, double To, IReadOnlyList<double> Ticks)
{
    private const double Margin = 2;

    /// <summary>An axis that shows all values; those that are no numbers are left out.</summary>
    /// <param name="atLeast">The span of an axis whose values are all the same.</param>
    public static Axis Over(IEnumerable<double> values, double atLeast = 0.02, double? floor = null, double? ceiling = null)
    {
        var known = values.Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var (low, high) = (known.Min(), known.Max());
        if (high - low < atLeast)
        {
            (low, high) = (low - (atLeast / 2), high + (atLeast / 2));
        }

        var room = (high - low) * 0.04;
        (low, high) = (Math.Max(low - room, floor ?? double.MinValue), Math.Min(high + room, ceiling ?? double.MaxValue));
        var step = Step((high - low) / 5);
        var ticks = new List<double>();
        for (var tick = Math.Ceiling((low / step) - 1e-9); tick * step <= high + (step * 1e-9); tick++)
        {
            ticks.Add(Math.Round(tick * step, 10));
        }

        return new Axis(low, high, ticks);
    }

    /// <summary>Where a value lies, in per cent of the width.</summary>
    public string At(double value) => Show.Percent(Position(value));

    public double Position(double value) => Margin + ((100 - (2 * Margin)) * (Math.Clamp(value, From, To) - From) / (To - From));

    /// <summary>The least of 1, 2 and 5 times a power of ten that is no less.</summary>
    private static double Step(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return power * (least / power <= 1 ? 1 : least / power <= 2 ? 2 : least / power <= 5 ? 5 : 10);
    }
}
