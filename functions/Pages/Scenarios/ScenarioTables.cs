using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics;
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

    /// <summary>The table of an analysis, if it is in memory: reading it takes the longer the more scenarios there are.</summary>
    public ScenarioTable? Known(RunAnalysis head) => _tables.Get<ScenarioTable>(KeyOf(head));

    /// <param name="head">The analysis without its scenarios.</param>
    /// <exception cref="Storage.StorageException">The run is being analyzed anew.</exception>
    public async Task<ScenarioTable> ReadAsync(RunRecord run, RunAnalysis head, CancellationToken cancellationToken)
    {
        if (Known(head) is { } known)
        {
            return known;
        }

        var table = await ScenarioTable.OfAsync(run, analyses.OfFirstScorerAsync(head, cancellationToken));
        return _tables.Set(KeyOf(head), table, new MemoryCacheEntryOptions { Size = Math.Max(1, table.Count * run.Variants.Count), SlidingExpiration = TimeSpan.FromMinutes(10) });
    }

    private static (string RunId, DateTimeOffset ComputedAt) KeyOf(RunAnalysis head) => (head.RunId, head.ComputedAt);

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

    /// <param name="pairs">Scenarios and variants, those of one scenario behind each other.</param>
    internal static async Task<ScenarioTable> OfAsync(RunRecord run, IAsyncEnumerable<ScenarioStatistics> pairs)
    {
        var variants = run.Variants.Index().ToDictionary(variant => variant.Item.Name, variant => variant.Index, StringComparer.Ordinal);
        var rows = new List<Row>();
        var (item, means, variances) = (-1, new float?[run.Variants.Count], new List<double>());
        await foreach (var pair in pairs.Where(pair => pair.ItemIndex is not null))
        {
            if (pair.ItemIndex != item)
            {
                End();
                (item, means) = (pair.ItemIndex!.Value, new float?[run.Variants.Count]);
                variances.Clear();
            }

            means[variants[pair.Variant]] = (float?)pair.Mean;
            variances.AddRange(pair.Variance is { } own ? [own] : []);
        }

        End();
        return new ScenarioTable([.. rows.OrderBy(row => row.Item)]);

        void End()
        {
            if (item >= 0)
            {
                rows.Add(Row.Of(item, means, variances));
            }
        }
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
        /// <summary>Of the cells themselves, as an analysis has it.</summary>
        /// <param name="cells">By variant.</param>
        internal static Row Of(int item, IReadOnlyList<IReadOnlyList<CellRecord>> cells)
        {
            var moments = cells.Select(variant => RunningMoments.Of([.. variant.Where(cell => cell.Score is not null).Select(cell => cell.Score!.Value)])).ToList();
            return Of(item, [.. moments.Select(one => one.Count > 0 ? (float?)one.Mean : null)], [.. moments.Where(one => one.Count > 1).Select(one => one.Variance)]);
        }

        internal static Row Of(int item, float?[] means, IReadOnlyCollection<double> variances) =>
            new(item, means, variances.Count == 0 ? 0 : (float)Math.Sqrt(variances.Average()));

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
