namespace FunctionsEval.Statistics.Comparisons;

/// <summary>P-values of many comparisons, adjusted so that among the claims made the false ones keep to the promised share: the running
/// minimum, from the largest down, of p_(j)·(m/j). For independent or positively dependent tests. Benjamini and Hochberg (1995),
/// doi:10.1111/j.2517-6161.1995.tb02031.x.</summary>
public static class BenjaminiHochberg
{
    public static double[] Of(ReadOnlySpan<double> pValues)
    {
        var order = SortedPValues.OrderOf(pValues);
        var adjusted = new double[pValues.Length];
        var smallest = 1.0;
        for (var rank = order.Length; rank > 0; rank--)
        {
            smallest = Math.Min(smallest, pValues[order[rank - 1]] * (order.Length / (double)rank));
            adjusted[order[rank - 1]] = smallest;
        }

        return adjusted;
    }
}
