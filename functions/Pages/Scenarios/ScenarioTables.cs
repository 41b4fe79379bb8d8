using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;
using Microsoft.Extensions.Caching.Memory;

namespace FunctionsEval.Pages.Scenarios;

/// <summary>
/// The scenario statistics of the runs that are being looked at, in memory: a list that is sorted must know all scenarios, but reads them once and not for
/// each page.
/// </summary>
internal sealed class ScenarioTables(AnalysisStore analyses) : IDisposable
{
    /// <summary>Pairs of scenario and variant, some 50 bytes each.</summary>
    private const long MaxPairs = 2_000_000;

    private readonly MemoryCache _tables = new(new MemoryCacheOptions { SizeLimit = MaxPairs });

    /// <summary>Null when the run has no analysis.</summary>
    public async Task<ScenarioTable?> FindAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (await analyses.FindHeadAsync(run.RunId, cancellationToken) is not { } head)
        {
            return null;
        }

        if (_tables.TryGetValue((run.RunId, head.ComputedAt), out ScenarioTable? known))
        {
            return known;
        }

        if (await analyses.FindAsync(run.RunId, cancellationToken) is not { } analysis)
        {
            return null;
        }

        var table = ScenarioTable.Of(run, analysis);
        return _tables.Set((run.RunId, analysis.ComputedAt), table, new MemoryCacheEntryOptions { Size = Math.Max(1, analysis.PerScenario.Count), SlidingExpiration = TimeSpan.FromMinutes(10) });
    }

    public void Dispose() => _tables.Dispose();
}

/// <summary>By scenario: the mean of each variant, how far they lie apart, and how much samples vary.</summary>
public sealed class ScenarioTable
{
    private readonly Row[] _rows;
    private readonly Lazy<Row[]> _byDifference;
    private readonly Lazy<Row[]> _byVariability;

    private ScenarioTable(Row[] rows)
    {
        _rows = rows;
        _byDifference = new(() => [.. rows.OrderByDescending(row => row.Difference).ThenBy(row => row.Item)]);
        _byVariability = new(() => [.. rows.OrderByDescending(row => row.StdDev).ThenBy(row => row.Item)]);
    }

    public int Count => _rows.Length;

    /// <summary>Scenarios whose variants have not all the same mean.</summary>
    public int Differing => _byDifference.Value.Count(row => row.Difference > 0);

    internal static ScenarioTable Of(RunRecord run, RunAnalysis analysis)
    {
        var variants = run.Variants.Index().ToDictionary(variant => variant.Item.Name, variant => variant.Index, StringComparer.Ordinal);
        var rows = new List<Row>();
        foreach (var pairs in analysis.PerScenario.Where(pair => pair.ItemIndex is not null).GroupBy(pair => pair.ItemIndex!.Value))
        {
            var means = new float?[run.Variants.Count];
            var (variance, varying) = (0.0, 0);
            foreach (var pair in pairs)
            {
                means[variants[pair.Variant]] = (float?)pair.Mean;
                (variance, varying) = pair.Variance is { } own ? (variance + own, varying + 1) : (variance, varying);
            }

            rows.Add(new Row(pairs.Key, means, varying == 0 ? 0 : (float)Math.Sqrt(variance / varying)));
        }

        return new ScenarioTable([.. rows.OrderBy(row => row.Item)]);
    }

    /// <summary>A page of the scenarios in an order, and how many there are in all.</summary>
    public (IReadOnlyList<Row> Rows, int Count) Page(ScenarioOrder order, bool onlyDiffering, int skip, int take)
    {
        var sorted = order switch
        {
            ScenarioOrder.Difference => _byDifference.Value,
            ScenarioOrder.Variable => _byVariability.Value,
            _ => _rows,
        };
        if (!onlyDiffering)
        {
            return ([.. sorted.Skip(skip).Take(take)], sorted.Length);
        }

        return ([.. sorted.Where(row => row.Difference > 0).Skip(skip).Take(take)], Differing);
    }

    /// <param name="Means">By variant; null where it has no score.</param>
    /// <param name="StdDev">Over samples: the root of the mean of its variants' variances.</param>
    public sealed record Row(int Item, IReadOnlyList<float?> Means, float StdDev)
    {
        /// <summary>Between the highest and the lowest mean.</summary>
        public float Difference { get; } = Means.Any(mean => mean is not null) ? (Means.Max() ?? 0) - (Means.Min() ?? 0) : 0;
    }
}

/// <summary>How a list of scenarios is sorted.</summary>
public enum ScenarioOrder
{
    /// <summary>As in the definition.</summary>
    Definition,
    Difference,
    Variable,
}
