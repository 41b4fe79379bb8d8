using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;

namespace FunctionsEval.Comparisons;

/// <summary>A scenario that the variants of a run are not scored alike on.</summary>
/// <param name="ItemIndex">Its place in the run.</param>
/// <param name="Means">By variant, in the run's order; null where a variant has no score of it.</param>
/// <param name="Difference">The largest of the means less the smallest.</param>
public sealed record DifferingScenario(int ItemIndex, string ScenarioId, string ScenarioName, IReadOnlyList<double?> Means, double Difference);

/// <summary>Where do the variants of a run differ? By the means of its first scorer, from its stored analysis.</summary>
public sealed class DifferingScenarios(RunStore runs, AnalysisStore analyses)
{
    // Means of equal scores may differ in their last digits.
    private const double Rounding = 1e-9;

    /// <summary>The largest difference first; empty without an analysis.</summary>
    public async Task<IReadOnlyList<DifferingScenario>> OfAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (await analyses.FindAsync(run.RunId, cancellationToken) is not { } analysis)
        {
            return [];
        }

        var index = 0;
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        await foreach (var item in runs.ItemsAsync(run.RunId, cancellationToken))
        {
            places[item.Id] = index++;
        }

        return
        [
            .. analysis.PerScenario.GroupBy(row => row.ScenarioId, StringComparer.Ordinal)
                .Select(group => Of(run, group, places[group.Key]))
                .Where(scenario => scenario.Difference > Rounding)
                .OrderByDescending(scenario => scenario.Difference)
                .ThenBy(scenario => scenario.ItemIndex),
        ];
    }

    private static DifferingScenario Of(RunRecord run, IGrouping<string, ScenarioStatistics> rows, int place)
    {
        var means = run.Variants.Select(variant => rows.FirstOrDefault(row => row.Variant == variant.Name)?.Mean).ToList();
        return new DifferingScenario(place, rows.Key, rows.First().ScenarioName, means, means.Max() - means.Min() ?? 0);
    }
}
