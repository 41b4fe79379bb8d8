namespace FunctionsEval.Statistics.Effects;

/// <summary>P[A > B] - P[A &lt; B] for a score of each set: from -1 to 1, untouched by any monotone change of the scale. Cliff (1993),
/// doi:10.1037/0033-2909.114.3.494. Null when a set is empty.</summary>
public static class CliffsDelta
{
    public static double? Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var (a, b) = (Sorted(first), Sorted(second));
        if (a.Length == 0 || b.Length == 0)
        {
            return null;
        }

        var (below, notAbove, balance) = (0, 0, 0L);
        foreach (var value in a)
        {
            while (below < b.Length && b[below] < value)
            {
                below++;
            }

            while (notAbove < b.Length && b[notAbove] <= value)
            {
                notAbove++;
            }

            balance += below - (b.Length - notAbove);
        }

        return balance / ((double)a.Length * b.Length);
    }

    private static double[] Sorted(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            RunningMoments.Check(value);
        }

        var sorted = values.ToArray();
        Array.Sort(sorted);
        return sorted;
    }
}
