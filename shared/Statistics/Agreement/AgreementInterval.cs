namespace FunctionsEval.Statistics.Agreement;

/// <summary>
/// The interval of an agreement 1 - D_o/D_e, observed disagreement over that of chance: every agreement a is in it for which D_o - (1 - a)·D_e is not told from 0, which is
/// Fieller's (1954) interval of a ratio, doi:10.1111/j.2517-6161.1954.tb00159.x, of the units' influences (Hampel 1974, doi:10.1080/01621459.1974.10482962). The error is that of
/// the hypothetical agreement and not of the one that came out, so few disagreements, and categories that hardly came, do not make it narrow by chance.
/// </summary>
internal static class AgreementInterval
{
    /// <param name="agreement">The estimate, which the interval holds.</param>
    /// <param name="disagreement">With one more item that is spread over all pairs of categories, so that those which did not occur yet count.</param>
    /// <param name="units">What each independent unit adds to both disagreements beyond its share.</param>
    /// <param name="spread">The same of each pair of categories that the additional item is spread over.</param>
    /// <returns>Null below two units; -1 to 1 where the disagreement of chance is not told from 0.</returns>
    public static ConfidenceInterval? Of(
        double agreement, Disagreement disagreement, IReadOnlyList<Disagreement> units, IEnumerable<Disagreement> spread, double level)
    {
        if (units.Count < 2)
        {
            return null;
        }

        // Of count + 1 units, divided by one less, as of a mean over them.
        var (count, own, beside) = (units.Count, Moments(units), Moments(spread));
        var ratio = FiellerInterval.OfRatio(
            count,
            disagreement.Observed,
            disagreement.Expected,
            (count + 1) * ((own.Observed * count) + beside.Observed),
            (count + 1) * ((own.Expected * count) + beside.Expected),
            (count + 1) * ((own.Product * count) + beside.Product),
            level);
        return ratio is null
            ? new ConfidenceInterval(-1, 1, level)
            : new ConfidenceInterval(Math.Max(-1, Math.Min(agreement, 1 - ratio.Upper)), Math.Min(1, Math.Max(agreement, 1 - ratio.Lower)), level);
    }

    /// <summary>Those of one cluster together.</summary>
    public static IReadOnlyList<Disagreement> ByCluster(Disagreement[] items, ReadOnlySpan<int> clusters)
    {
        if (clusters.IsEmpty)
        {
            return items;
        }

        ArgumentRules.CheckSameLength(items.Length, clusters.Length, nameof(clusters));
        var index = ClusterIndex.Of(clusters);
        var (observed, expected) = (index.SumsOf(Array.ConvertAll(items, item => item.Observed)), index.SumsOf(Array.ConvertAll(items, item => item.Expected)));
        return [.. observed.Zip(expected, (one, other) => new Disagreement(one, other))];
    }

    private static (double Observed, double Expected, double Product) Moments(IEnumerable<Disagreement> influences)
    {
        var (observed, expected, product, count) = (0.0, 0.0, 0.0, 0);
        foreach (var one in influences)
        {
            observed += one.Observed * one.Observed;
            expected += one.Expected * one.Expected;
            product += one.Observed * one.Expected;
            count++;
        }

        return (observed / count, expected / count, product / count);
    }
}

/// <param name="Expected">By chance.</param>
internal readonly record struct Disagreement(double Observed, double Expected);
