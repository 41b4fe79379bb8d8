using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Records;

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
        if (await analyses.FindHeadAsync(run.RunId, cancellationToken) is not { } head)
        {
            return [];
        }

        var index = 0;
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        await foreach (var item in runs.ItemsAsync(run.RunId, cancellationToken))
        {
            places[item.Id] = index++;
        }

        var (differing, ofOne) = (new List<DifferingScenario>(), new List<ScenarioStatistics>());
        await foreach (var row in analyses.OfFirstScorerAsync(head, cancellationToken))
        {
            if (ofOne.Count > 0 && ofOne[0].ScenarioId != row.ScenarioId)
            {
                Add();
            }

            ofOne.Add(row);
        }

        Add();
        return [.. differing.OrderByDescending(scenario => scenario.Difference).ThenBy(scenario => scenario.ItemIndex)];

        void Add()
        {
            if (ofOne.Count > 0 && Of(run, ofOne, places[ofOne[0].ScenarioId]) is { Difference: > Rounding } scenario)
            {
                differing.Add(scenario);
            }

            ofOne.Clear();
        }
    }

    private static DifferingScenario Of(RunRecord run, List<ScenarioStatistics> rows, int place)
    {
        var means = run.Variants.Select(variant => rows.Find(row => row.Variant == variant.Name)?.Mean).ToList();
        return new DifferingScenario(place, rows[0].ScenarioId, rows[0].ScenarioName, means, means.Max() - means.Min() ?? 0);
    }
}
