using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Functions.Tests;

/// <summary>All rows of a run, read while no program works on it.</summary>
internal sealed record StoredRun(
    RunRecord Run,
    IReadOnlyList<Scenario> Items,
    IReadOnlyList<CellRecord> Cells,
    IReadOnlyDictionary<CellAddress, Transcript> Transcripts,
    IReadOnlyList<Entity> Calls,
    int Intents,
    IReadOnlyList<CellCounts> CountsPerModel)
{
    public CellCounts Counts => CountsPerModel.Aggregate(CellCounts.None, (a, b) => a + b);

    public static async Task<StoredRun> ReadAsync(LocalProgram services, string? runId = null)
    {
        var run = runId is null
            ? await services.Runs.AllAsync(CancellationToken.None).FirstAsync()
            : await services.Runs.GetAsync(runId, CancellationToken.None);
        var cells = await services.Cells.AllAsync(run, CancellationToken.None).ToListAsync();
        var transcripts = new Dictionary<CellAddress, Transcript>();
        foreach (var cell in cells)
        {
            if (await services.Cells.FindTranscriptAsync(run.RunId, cell.Address, CancellationToken.None) is { } transcript)
            {
                transcripts.Add(cell.Address, transcript);
            }
        }

        var others = new List<Entity>();
        var query = new EntityQuery(TableKeys.Cells, PartitionFrom: $"{run.RunId}|", PartitionTo: $"{run.RunId}}}", RowFrom: TableKeys.AfterCells);
        await foreach (var row in services.Entities.QueryAsync(query, CancellationToken.None))
        {
            others.Add(row);
        }

        return new StoredRun(
            run,
            await services.Runs.ItemsAsync(run.RunId, CancellationToken.None).ToListAsync(),
            cells,
            transcripts,
            [.. others.Where(row => row.RowKey.StartsWith("~call-", StringComparison.Ordinal))],
            others.Count(row => row.RowKey.StartsWith("~intent-", StringComparison.Ordinal)),
            await services.Cells.CountAsync(run, CancellationToken.None));
    }

    /// <summary>Every planned cell is there once, with its transcript and its calls, and the counters say just that.</summary>
    public void AssertWhole()
    {
        Assert.Equal(Run.TotalCells, Cells.Count);
        Assert.Equal(Run.TotalCells, Cells.Select(cell => cell.Address).Distinct().Count());
        Assert.Equal(Run.TotalCells, Transcripts.Count);
        AssertCounted();
        Assert.Equal(0, Intents);
    }

    /// <summary>The counters say what the cells say, per model, also while cells are missing.</summary>
    public void AssertCounted()
    {
        for (var variant = 0; variant < Run.Variants.Count; variant++)
        {
            var cells = Cells.Where(cell => cell.Address.Variant == variant);
            Assert.Equal(cells.Select(CellCounts.Of).Aggregate(CellCounts.None, (a, b) => a + b), CountsPerModel[variant]);
        }

        Assert.Equal(Cells.Sum(cell => cell.Calls + (cell.Judging?.Calls ?? 0)), Calls.Count);
        Assert.All(Cells, cell => Assert.True(Transcripts.ContainsKey(cell.Address), $"Cell {cell.Address.RowKey} has no transcript."));
    }
}
