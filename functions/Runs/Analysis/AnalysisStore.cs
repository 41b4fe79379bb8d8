using System.Text.Json;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Analysis;

/// <summary>Analyses as rows: the head, and scenario statistics in blocks that fit an entity. The head is written last.</summary>
public sealed class AnalysisStore(IEntityStore entities)
{
    // About 300 bytes of JSON each; a block stays well below 1 MiB.
    private const int ScenariosPerRow = 500;

    public async Task SaveAsync(RunAnalysis analysis, CancellationToken cancellationToken)
    {
        // Rows carry the time of their analysis, so that a reader never mixes two.
        var version = Version(analysis);
        var blocks = analysis.PerScenario.Chunk(ScenariosPerRow).Select((block, index) =>
        {
            var row = new Entity(analysis.RunId, TableKeys.Number(index)) { ["version"] = version };
            row.SetText("scenarios", JsonSerializer.Serialize(block, RunsJson.Context.IReadOnlyListScenarioStatistics));
            return row;
        }).ToList();
        await EntityBatches.UpsertAsync(entities, TableKeys.Analyses, blocks, cancellationToken);

        var head = new Entity(analysis.RunId, TableKeys.Head) { ["version"] = version, ["blocks"] = blocks.Count };
        head.SetText("analysis", JsonSerializer.Serialize(analysis with { PerScenario = [] }, RunsJson.Context.RunAnalysis));
        await entities.SubmitAsync(TableKeys.Analyses, EntityOperation.Upsert(head), cancellationToken);
    }

    /// <summary>The newest whole analysis; null when there is none, or while another one is being written.</summary>
    public async Task<RunAnalysis?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        if (await entities.FindAsync(TableKeys.Analyses, runId, TableKeys.Head, cancellationToken) is not { } head)
        {
            return null;
        }

        var analysis = JsonSerializer.Deserialize(head.GetText("analysis")!, RunsJson.Context.RunAnalysis)!;
        var scenarios = new List<ScenarioStatistics>();
        var end = TableKeys.Number((int)head.GetInt64("blocks")!.Value);
        var query = new EntityQuery(TableKeys.Analyses, runId, RowFrom: TableKeys.Number(0), RowTo: end);
        await foreach (var row in entities.QueryAsync(query, cancellationToken))
        {
            if (row.GetString("version") != Version(analysis))
            {
                return null;
            }

            scenarios.AddRange(JsonSerializer.Deserialize(row.GetText("scenarios")!, RunsJson.Context.IReadOnlyListScenarioStatistics)!);
        }

        return analysis with { PerScenario = scenarios };
    }

    private static string Version(RunAnalysis analysis) => analysis.ComputedAt.UtcTicks.ToString("D", System.Globalization.CultureInfo.InvariantCulture);
}
