namespace FunctionsEval.Statistics.Comparisons;

internal static class SortedPValues
{
    internal static int[] OrderOf(ReadOnlySpan<double> pValues)
    {
        var order = new int[pValues.Length];
        for (var test = 0; test < order.Length; test++)
        {
            ArgumentRules.CheckProbability(pValues[test], nameof(pValues));
            order[test] = test;
        }

        Array.Sort(pValues.ToArray(), order);
        return order;
    }
}
