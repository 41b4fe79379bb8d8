namespace FunctionsEval.Statistics.Planning;

/// <summary>
/// Variances of items with few samples each, drawn towards the pooled one as if that came from <c>priorDegreesOfFreedom</c> more
/// samples: (d_i·s_i² + d0·s²)/(d_i + d0), the moderated variance of Smyth (2004), doi:10.2202/1544-6115.1027, with a given d0. So an
/// item whose two samples happened to agree is not taken for one without noise.
/// </summary>
public static class ShrunkVariances
{
    /// <summary>Null when no item has two samples.</summary>
    public static double[]? Of(ReadOnlySpan<RunningMoments> items, double priorDegreesOfFreedom)
    {
        ArgumentRules.CheckNotNegative(priorDegreesOfFreedom, nameof(priorDegreesOfFreedom));
        var (squares, freedom) = (default(CompensatedSum), 0L);
        foreach (var item in items)
        {
            squares.Add(Squares(item));
            freedom += Math.Max(0, item.Count - 1);
        }

        if (freedom == 0)
        {
            return null;
        }

        var pooled = squares.Value / freedom;
        var shrunk = new double[items.Length];
        for (var item = 0; item < shrunk.Length; item++)
        {
            var own = Math.Max(0, items[item].Count - 1);
            shrunk[item] = own + priorDegreesOfFreedom == 0
                ? pooled
                : (Squares(items[item]) + (priorDegreesOfFreedom * pooled)) / (own + priorDegreesOfFreedom);
        }

        return shrunk;
    }

    private static double Squares(RunningMoments item) => item.Count < 2 ? 0 : item.Variance * (item.Count - 1);
}
