using System.Runtime.CompilerServices;
using System.Text.Json;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Analysis;

/// <summary>Analyses as rows: the head, and scenario statistics in blocks that fit an entity. The head is written last.</summary>
public sealed class AnalysisStore(IEntityStore entities)
{
    // About 300 bytes of JSON each; a block stays well below 1 MiB.
    private const int ScenariosPerRow = 500;

    // Of those rows, so that few of them are in memory at once.
    private const int RowsPerPage = 8;

    public async Task SaveAsync(RunAnalysis analysis, CancellationToken cancellationToken)
    {
        // Rows carry the time of their analysis, so that a reader never mixes two.
        var version = Version(analysis);
        var scorers = analysis.OtherScorers.Append(analysis.PassRate).Select(other => other?.PerScenario ?? []).Prepend(analysis.PerScenario).Index();
        var blocks = scorers.SelectMany(scorer => scorer.Item.Chunk(ScenariosPerRow), (scorer, block) => (scorer.Index, Block: block)).Select((one, index) =>
        {
            var (scorer, block) = one;
            var row = new Entity(analysis.RunId, TableKeys.Number(index)) { ["version"] = version, ["scorer"] = scorer };
            row.SetText("scenarios", JsonSerializer.Serialize(block, AnalysisJson.Context.IReadOnlyListScenarioStatistics));
            return row;
        }).ToList();
        await EntityBatches.UpsertAsync(entities, TableKeys.Analyses, blocks, cancellationToken);

        var head = new Entity(analysis.RunId, TableKeys.Head) { ["version"] = version, ["blocks"] = blocks.Count };
        head.SetText("analysis", JsonSerializer.Serialize(analysis.With(_ => []), AnalysisJson.Context.RunAnalysis));
        await entities.SubmitAsync(TableKeys.Analyses, EntityOperation.Upsert(head), cancellationToken);
    }

    /// <summary>The newest analysis without its scenarios, which may be many; null when there is none.</summary>
    public async Task<RunAnalysis?> FindHeadAsync(string runId, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Analyses, runId, TableKeys.Head, cancellationToken) is { } head ? HeadOf(head) : null;

    /// <summary>The newest whole analysis; null when there is none, or while another one is being written.</summary>
    public async Task<RunAnalysis?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        if (await entities.FindAsync(TableKeys.Analyses, runId, TableKeys.Head, cancellationToken) is not { } head)
        {
            return null;
        }

        var analysis = HeadOf(head);
        var scenarios = new Dictionary<int, List<ScenarioStatistics>>();
        var end = TableKeys.Number((int)head.GetInt64("blocks")!.Value);
        var query = new EntityQuery(TableKeys.Analyses, runId, RowFrom: TableKeys.Number(0), RowTo: end);
        await foreach (var row in entities.QueryAsync(query, cancellationToken))
        {
            if (row.GetString("version") != Version(analysis))
            {
                return null;
            }

            var scorer = (int)(row.GetInt64("scorer") ?? 0);
            var known = scenarios.TryGetValue(scorer, out var rows) ? rows : scenarios[scorer] = [];
            known.AddRange(JsonSerializer.Deserialize(row.GetText("scenarios")!, AnalysisJson.Context.IReadOnlyListScenarioStatistics)!);
        }

        return analysis.With(scenarios.GetValueOrDefault);
    }

    /// <summary>The statistics by scenario of an analysis as JSON lists, a few hundred in each, in the order of its scorers: a large run has too many to have all at once.</summary>
    /// <returns>The scorer, counted as <see cref="RunAnalysis.With"/> counts them, and the list.</returns>
    /// <exception cref="StorageException">The run is being analyzed anew.</exception>
    public async IAsyncEnumerable<(int Scorer, string Json)> ScenariosAsync(RunAnalysis head, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.Analyses, head.RunId, RowFrom: TableKeys.Number(0), PageSize: RowsPerPage), cancellationToken))
        {
            if (row.GetString("version") == Version(head))
            {
                yield return ((int)(row.GetInt64("scorer") ?? 0), row.GetText("scenarios")!);
            }
            else if (await FindHeadAsync(head.RunId, cancellationToken) is not { } newest || Version(newest) != Version(head))
            {
                throw new StorageException($"Run '{head.RunId}' is being analyzed anew: try again in a moment.");
            }
        }
    }

    /// <summary>The statistics by scenario of the first scorer, by scenario and then by variant.</summary>
    public async IAsyncEnumerable<ScenarioStatistics> OfFirstScorerAsync(RunAnalysis head, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (scorer, json) in ScenariosAsync(head, cancellationToken))
        {
            if (scorer > 0)
            {
                yield break;
            }

            foreach (var row in JsonSerializer.Deserialize(json, AnalysisJson.Context.IReadOnlyListScenarioStatistics)!)
            {
                yield return row;
            }
        }
    }

    private static RunAnalysis HeadOf(Entity head) => JsonSerializer.Deserialize(head.GetText("analysis")!, AnalysisJson.Context.RunAnalysis)!;

    private static string Version(RunAnalysis analysis) => analysis.ComputedAt.UtcTicks.ToString("D", System.Globalization.CultureInfo.InvariantCulture);
}
