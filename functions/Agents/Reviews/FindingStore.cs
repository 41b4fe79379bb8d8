using System.Text.Json;
using FunctionsEval.Storage;

namespace FunctionsEval.Agents.Reviews;

/// <summary>The findings, and what the last review saw of the runs that go on.</summary>
public sealed class FindingStore(IEntityStore entities)
{
    private const string Ended = "ended";
    private const string Status = "status";
    private const string Since = "since";
    private const string ReviewedAt = "reviewedAt";
    private const string ReviewingUntil = "reviewingUntil";

    public async Task<ReviewReport> ReportAsync(bool withResolved, CancellationToken cancellationToken)
    {
        var head = await entities.FindAsync(TableKeys.Findings, TableKeys.Head, TableKeys.Head, cancellationToken);
        var findings = (await AllAsync(cancellationToken)).Where(finding => withResolved || finding.ResolvedAt is null);
        return new ReviewReport(
            head?.GetDateTimeOffset(ReviewedAt),
            [.. findings.OrderBy(finding => finding.ResolvedAt is not null).ThenBy(finding => finding.Severity).ThenBy(finding => finding.FirstSeenAt).ThenBy(finding => finding.Id, StringComparer.Ordinal)]);
    }

    public async Task<IReadOnlyList<Finding>> AllAsync(CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.Findings, TableKeys.AllFindings), cancellationToken))
        {
            findings.Add(JsonSerializer.Deserialize(row.GetText("finding")!, AgentsJson.Context.Finding)!);
        }

        return findings;
    }

    public async Task<Finding?> FindAsync(string id, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Findings, TableKeys.AllFindings, id, cancellationToken) is { } row
            ? JsonSerializer.Deserialize(row.GetText("finding")!, AgentsJson.Context.Finding)
            : null;

    public Task SaveAsync(Finding finding, CancellationToken cancellationToken)
    {
        var row = new Entity(TableKeys.AllFindings, finding.Id);
        row.SetText("finding", JsonSerializer.Serialize(finding, AgentsJson.Context.Finding));
        return entities.SubmitAsync(TableKeys.Findings, EntityOperation.Upsert(row), cancellationToken);
    }

    public Task RemoveAsync(Finding finding, CancellationToken cancellationToken) =>
        entities.SubmitAsync(TableKeys.Findings, EntityOperation.Delete(TableKeys.AllFindings, finding.Id), cancellationToken);

    /// <summary>By run id: what the last review saw of the runs that went on then.</summary>
    public async Task<IReadOnlyDictionary<string, SeenRun>> SeenAsync(CancellationToken cancellationToken)
    {
        var seen = new Dictionary<string, SeenRun>(StringComparer.Ordinal);
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.Findings, TableKeys.ReviewedRuns), cancellationToken))
        {
            seen.Add(row.RowKey, new SeenRun(row.GetString(Status)!, row.GetInt64(Ended)!.Value, row.GetDateTimeOffset(Since)!.Value));
        }

        return seen;
    }

    public Task SawAsync(string runId, SeenRun seen, CancellationToken cancellationToken) => entities.SubmitAsync(
        TableKeys.Findings,
        EntityOperation.Upsert(new Entity(TableKeys.ReviewedRuns, runId) { [Status] = seen.Status, [Ended] = seen.Ended, [Since] = seen.Since }),
        cancellationToken);

    public Task ForgetAsync(string runId, CancellationToken cancellationToken) =>
        entities.SubmitAsync(TableKeys.Findings, EntityOperation.Delete(TableKeys.ReviewedRuns, runId), cancellationToken);

    /// <summary>Takes the turn to review; false while another review, of whichever process, goes on.</summary>
    public async Task<bool> TryBeginAsync(DateTimeOffset now, TimeSpan patience, CancellationToken cancellationToken)
    {
        var head = await entities.FindAsync(TableKeys.Findings, TableKeys.Head, TableKeys.Head, cancellationToken);
        if (head?.GetDateTimeOffset(ReviewingUntil) > now)
        {
            return false;
        }

        var begun = new Entity(TableKeys.Head, TableKeys.Head) { [ReviewedAt] = head?[ReviewedAt], [ReviewingUntil] = now + patience, ETag = head?.ETag };
        var operation = head is null ? EntityOperation.Insert(begun) : EntityOperation.Replace(begun);
        return (await entities.SubmitAsync(TableKeys.Findings, operation, cancellationToken)).IsApplied;
    }

    /// <param name="reviewedAt">Null when the review was broken off.</param>
    public async Task EndAsync(DateTimeOffset? reviewedAt, CancellationToken cancellationToken)
    {
        var head = await entities.FindAsync(TableKeys.Findings, TableKeys.Head, TableKeys.Head, cancellationToken);
        await entities.SubmitAsync(
            TableKeys.Findings, EntityOperation.Upsert(new Entity(TableKeys.Head, TableKeys.Head) { [ReviewedAt] = reviewedAt ?? head?[ReviewedAt] }), cancellationToken);
    }
}

/// <summary>What a review saw of a run: its status, how many of its cells had ended, and since when both have been so.</summary>
public sealed record SeenRun(string Status, long Ended, DateTimeOffset Since);
