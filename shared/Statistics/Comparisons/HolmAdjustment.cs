namespace FunctionsEval.Statistics.Comparisons;

/// <summary>P-values of several comparisons, adjusted so that any false claim at all is as rare as promised, whatever their dependence:
/// the running maximum of (m-j+1)·p_(j), at most 1. Holm (1979), jstor 4615733.</summary>
public static class HolmAdjustment
{
    public static double[] Of(ReadOnlySpan<double> pValues)
    {
        var order = SortedPValues.OrderOf(pValues);
        var adjusted = new double[pValues.Length];
        var largest = 0.0;
        for (var rank = 0; rank < order.Length; rank++)
        {
            largest = Math.Max(largest, Math.Min(1, (order.Length - rank) * pValues[order[rank]]));
            adjusted[order[rank]] = largest;
        }

        return adjusted;
    }
}
