namespace FunctionsEval.Statistics.Planning;

/// <summary>
/// The noise of a variant on an item, foretold from that of other variants: the best linear prediction by least squares, whose slope is one
/// standard error smaller than it was found, and between 0 and 1. So chance alone moves little, and noise that is not shared nothing.
/// </summary>
internal readonly record struct NoiseLine(double OthersMean, double OwnMean, double Slope)
{
    private const int FewestItems = 8;

    // A quarter of the usual deviation: smaller ones cannot be predicted that well.
    private const double Least = 1 / 16.0;

    public static NoiseLine Of(IEnumerable<(WithinSpread Others, RunningMoments Own)> items)
    {
        var points = items.Where(item => item.Others.Freedom > 0 && item.Own.Count > 1).Select(item => (X: item.Others.Variance, Y: item.Own.Variance)).ToList();
        if (points.Count < FewestItems)
        {
            return default;
        }

        var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
        var squares = points.Sum(point => (point.X - x) * (point.X - x));
        if (squares == 0)
        {
            return new NoiseLine(x, y, 0);
        }

        var slope = points.Sum(point => (point.X - x) * (point.Y - y)) / squares;
        var residuals = points.Sum(point => Math.Pow(point.Y - y - (slope * (point.X - x)), 2));
        return new NoiseLine(x, y, Math.Clamp(slope - Math.Sqrt(residuals / (points.Count - 2) / squares), 0, 1));
    }

    /// <summary>Above 0; the same for all where nothing is known.</summary>
    public double Predict(WithinSpread others) =>
        OwnMean <= 0 ? 1
        : others.Freedom == 0 ? OwnMean
        : Math.Max(OwnMean * Least, OwnMean + (Slope * (others.Variance - OthersMean)));
}
