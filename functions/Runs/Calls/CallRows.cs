using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Calls;

/// <summary>Reads the provider calls that the ledger keeps beside its cells.</summary>
public sealed class CallRows(IEntityStore entities)
{
    private const int CellRowLength = 14;

    /// <summary>A request that looks for what is rare reads this many rows and gives the caller the place to go on from.</summary>
    private const int MostRows = 10_000;

    /// <summary>A page of the calls that pass, in the order of their cells. It may be short, even empty, though more follow; only a null token ends the list.</summary>
    /// <param name="status">ok or error; null is both.</param>
    public async Task<(IReadOnlyList<ProviderCallView> Calls, string? Continuation)> PageAsync(
        RunRecord run, CellFilter filter, string? status, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        var query = filter.Item is { } item
            ? new EntityQuery(
                TableKeys.Cells, new CellAddress(item, 0, 0).PartitionKey(run.RunId), RowFrom: TableKeys.CallsOf($"{item:D6}-"), RowTo: TableKeys.CallsOf($"{item:D6}."), PageSize: pageSize)
            : new EntityQuery(
                TableKeys.Cells,
                PartitionFrom: CellAddress.PartitionKey(run.RunId, 0),
                PartitionTo: CellAddress.PartitionKey(run.RunId, (run.Items / CellAddress.ItemsPerPartition) + 1),
                RowFrom: TableKeys.CallsOf(""),
                RowTo: TableKeys.AfterCalls,
                PageSize: pageSize);
        var calls = new List<ProviderCallView>();
        var rows = 0;
        do
        {
            var page = await entities.QueryPageAsync(query, continuation, cancellationToken);
            calls.AddRange(page.Entities
                .Where(row => filter.Takes(AddressOf(row)) && (status is null || row.GetString("status") == status))
                .Select(row => ProviderCallView.Of(run, AddressOf(row), row)));
            rows += page.Entities.Count;
            continuation = page.ContinuationToken;
        }
        while (calls.Count == 0 && rows < MostRows && continuation is not null);

        return (calls, continuation);
    }

    private static CellAddress AddressOf(Entity row) =>
        CellAddress.ParseRowKey(row.RowKey.AsSpan(TableKeys.CallsOf("").Length, CellRowLength))
        ?? throw new InvalidDataException($"'{row.RowKey}' is not the row of a call.");
}
