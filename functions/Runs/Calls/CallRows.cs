using System.Globalization;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Calls;

/// <summary>Reads the provider calls that the ledger keeps beside its cells.</summary>
public sealed class CallRows(IEntityStore entities)
{
    private const int CellRowLength = 14;
    private const string Pairs = "pairs";

    /// <summary>A request that looks for what is rare reads this many rows and gives the caller the place to go on from.</summary>
    private const int MostRows = 10_000;

    /// <summary>A page of the calls that pass, in the order of their cells. It may be short, even empty, though more follow; only a null token ends the list.</summary>
    /// <param name="status">ok or error; null is both.</param>
    public async Task<(IReadOnlyList<ProviderCallView> Calls, string? Continuation)> PageAsync(
        RunRecord run, CellFilter filter, string? status, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        var (part, inner) = Parse(continuation);
        var ids = CellLedger.RunIdsOf(run).ToList();
        var calls = new List<ProviderCallView>();
        var rows = 0;
        while (part < ids.Count && calls.Count == 0 && rows < MostRows)
        {
            var page = await entities.QueryPageAsync(QueryOf(run, ids[part], filter.Item, pageSize), inner, cancellationToken);
            calls.AddRange(page.Entities
                .Where(row => Takes(filter, part > 0, AddressOf(row)) && (status is null || row.GetString("status") == status))
                .Select(row => part == 0 ? ProviderCallView.Of(run, AddressOf(row), row) : ProviderCallView.OfPair(run, ids[part], AddressOf(row), row)));
            rows += page.Entities.Count;
            (part, inner) = page.ContinuationToken is { } next ? (part, next) : (part + 1, null);
        }

        return (calls, part == ids.Count ? null : part == 0 ? inner : string.Create(CultureInfo.InvariantCulture, $"{Pairs}{part}:{inner}"));
    }

    // Judgements of pairs are behind the cells, a part for each of their sets.
    private static (int Part, string? Inner) Parse(string? continuation)
    {
        if (continuation?.StartsWith(Pairs, StringComparison.Ordinal) != true || continuation.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var end))
        {
            return (0, continuation);
        }

        return int.TryParse(continuation.AsSpan(Pairs.Length, end - Pairs.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var part)
            ? (part, end + 1 < continuation.Length ? continuation[(end + 1)..] : null)
            : (0, continuation);
    }

    private static EntityQuery QueryOf(RunRecord run, string id, int? item, int pageSize) => item is { } one
        ? new EntityQuery(TableKeys.Cells, new CellAddress(one, 0, 0).PartitionKey(id), RowFrom: TableKeys.CallsOf($"{one:D6}-"), RowTo: TableKeys.CallsOf($"{one:D6}."), PageSize: pageSize)
        : new EntityQuery(
            TableKeys.Cells,
            PartitionFrom: CellAddress.PartitionKey(id, 0),
            PartitionTo: CellAddress.PartitionKey(id, (run.Items / CellAddress.ItemsPerPartition) + 1),
            RowFrom: TableKeys.CallsOf(""),
            RowTo: TableKeys.AfterCalls,
            PageSize: pageSize);

    private static bool Takes(CellFilter filter, bool isPair, CellAddress address)
    {
        if (!isPair)
        {
            return filter.Takes(address);
        }

        var pair = VariantPair.At(address.Variant);
        var sample = PairWork.OrderOf(address).Sample;
        return filter.Takes(new CellAddress(address.Item, pair.Later, sample)) || filter.Takes(new CellAddress(address.Item, pair.Earlier, sample));
    }

    private static CellAddress AddressOf(Entity row) =>
        CellAddress.ParseRowKey(row.RowKey.AsSpan(TableKeys.CallsOf("").Length, CellRowLength))
        ?? throw new InvalidDataException($"'{row.RowKey}' is not the row of a call.");
}
