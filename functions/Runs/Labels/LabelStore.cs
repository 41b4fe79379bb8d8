using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Labels;

/// <summary>The labels of people: one of each person for each cell and metric, of which the last one counts.</summary>
public sealed class LabelStore(IEntityStore entities)
{
    public Task SaveAsync(string runId, IReadOnlyList<CellLabel> labels, CancellationToken cancellationToken) =>
        EntityBatches.UpsertAsync(entities, TableKeys.Labels, [.. labels.Select(label => ToEntity(runId, label))], cancellationToken);

    public async Task<CellLabel?> FindAsync(string runId, CellAddress address, string metric, string labeller, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Labels, runId, RowOf(address, metric, labeller), cancellationToken) is { } row ? FromEntity(row) : null;

    public Task RemoveAsync(string runId, CellLabel label, CancellationToken cancellationToken) =>
        entities.SubmitAsync(TableKeys.Labels, EntityOperation.Delete(runId, RowOf(label.Address, label.Metric, label.Labeller)), cancellationToken);

    /// <summary>All labels of a run, in the order of their cells.</summary>
    public async IAsyncEnumerable<CellLabel> AllAsync(string runId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.Labels, runId), cancellationToken))
        {
            yield return FromEntity(row);
        }
    }

    // Names may hold what no key may, and two of them must not run into each other.
    private static string RowOf(CellAddress address, string metric, string labeller) =>
        $"{address.RowKey}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{metric.Length}:{metric}{labeller}")).AsSpan(0, 16))}";

    private static Entity ToEntity(string runId, CellLabel label)
    {
        var row = new Entity(runId, RowOf(label.Address, label.Metric, label.Labeller))
        {
            ["metric"] = label.Metric,
            ["value"] = label.Value,
            ["labeller"] = label.Labeller,
            ["at"] = label.At,
        };
        if (label.Note is { } note)
        {
            row.SetText("note", note);
        }

        return row;
    }

    private static CellLabel FromEntity(Entity row) => new(
        CellAddress.ParseRowKey(row.RowKey.AsSpan(0, 14))!.Value,
        row.GetString("metric")!,
        row.GetDouble("value")!.Value,
        row.GetString("labeller")!,
        row.GetDateTimeOffset("at")!.Value,
        row.GetText("note"));
}
