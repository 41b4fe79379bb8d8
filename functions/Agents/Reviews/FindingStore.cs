using System.Text.Json;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Agents.Reviews;

/// <summary>The findings, and what the last review saw of the runs that go on.</summary>
public sealed class FindingStore(IEntityStore entities)
{
    public const int AtOnce = 50;

    private const string Ended = "ended";
    private const string Status = "status";
    private const string Since = "since";
    private const string ReviewedAt = "reviewedAt";
    private const string ReviewingUntil = "reviewingUntil";
    private const string Reviewer = "reviewer";

    public async Task<ReviewReport> ReportAsync(bool withResolved, CancellationToken cancellationToken)
    {
        var head = await entities.FindAsync(TableKeys.Findings, TableKeys.Head, TableKeys.Head, cancellationToken);
        var findings = (await AllAsync(cancellationToken)).Where(finding => withResolved || finding.ResolvedAt is null);
        return new ReviewReport(
            head?.GetDateTimeOffset(ReviewedAt),
            [.. findings.OrderBy(finding => finding.ResolvedAt is not null).ThenBy(finding => !finding.NeedsAttention).ThenBy(finding => finding.Severity).ThenBy(finding => finding.FirstSeenAt).ThenBy(finding => finding.Id, StringComparer.Ordinal)]);
    }

    public async Task<IReadOnlyList<Finding>> AllAsync(CancellationToken cancellationToken)
    {
        var acknowledged = await entities.QueryAsync(new EntityQuery(TableKeys.Findings, TableKeys.Acknowledged), cancellationToken).ToDictionaryAsync(row => row.RowKey, StringComparer.Ordinal, cancellationToken);
        var findings = new List<Finding>();
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.Findings, TableKeys.AllFindings, RowTo: TableKeys.AfterFindings), cancellationToken))
        {
            findings.Add(FindingOf(row, acknowledged.GetValueOrDefault(row.RowKey)));
        }

        return findings;
    }

    public async Task<Finding?> FindAsync(string id, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Findings, TableKeys.AllFindings, id, cancellationToken) is { } row
            ? FindingOf(row, await entities.FindAsync(TableKeys.Findings, TableKeys.Acknowledged, id, cancellationToken))
            : null;

    /// <summary>Keeps that a person knows of an open finding; null takes it back. Gives the finding as it is then; null where there is none.</summary>
    public async Task<Finding?> AcknowledgeAsync(string id, Acknowledgement? acknowledgement, CancellationToken cancellationToken)
    {
        var finding = await FindAsync(id, cancellationToken);
        if (finding is not { ResolvedAt: null })
        {
            return finding;
        }

        var operation = EntityOperation.Delete(TableKeys.Acknowledged, id);
        if (acknowledgement is not null)
        {
            var row = new Entity(TableKeys.Acknowledged, id);
            row.SetText("acknowledgement", JsonSerializer.Serialize(acknowledgement, ReviewsJson.Context.Acknowledgement));
            operation = EntityOperation.Upsert(row);
        }

        await entities.SubmitAsync(TableKeys.Findings, operation, cancellationToken);
        return finding with { Acknowledged = acknowledgement };
    }

    /// <summary>Stores up to <see cref="AtOnce"/> findings and what tells the webhook of them, all or none of it.</summary>
    public Task SaveAsync(IEnumerable<Finding> some, Entity? message, CancellationToken cancellationToken)
    {
        var rows = some.Select(finding =>
        {
            var row = new Entity(TableKeys.AllFindings, finding.Id);
            row.SetText("finding", JsonSerializer.Serialize(finding with { Acknowledged = null }, ReviewsJson.Context.Finding));
            return row;
        });
        return entities.SubmitAsync(TableKeys.Findings, [.. (message is null ? rows : rows.Append(message)).Select(EntityOperation.Upsert)], cancellationToken);
    }

    public async Task RemoveAsync(Finding finding, CancellationToken cancellationToken)
    {
        await entities.SubmitAsync(TableKeys.Findings, EntityOperation.Delete(TableKeys.Acknowledged, finding.Id), cancellationToken);
        await entities.SubmitAsync(TableKeys.Findings, EntityOperation.Delete(TableKeys.AllFindings, finding.Id), cancellationToken);
    }

    // A condition that has come back is another one than the one somebody knew of.
    private static Finding FindingOf(Entity row, Entity? acknowledged)
    {
        var finding = JsonSerializer.Deserialize(row.GetText("finding")!, ReviewsJson.Context.Finding)!;
        var known = acknowledged?.GetText("acknowledgement") is { } json ? JsonSerializer.Deserialize(json, ReviewsJson.Context.Acknowledgement) : null;
        return finding with { Acknowledged = known?.At >= finding.FirstSeenAt ? known : null };
    }

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

    /// <summary>Takes the turn to review; null while another review, of whichever process, goes on.</summary>
    /// <param name="me">A process of this machine that died holds no turn.</param>
    public async Task<ReviewTurn?> TryBeginAsync(RunExecutor me, DateTimeOffset now, TimeSpan patience, CancellationToken cancellationToken)
    {
        var head = await entities.FindAsync(TableKeys.Findings, TableKeys.Head, TableKeys.Head, cancellationToken);
        var other = head?.GetText(Reviewer) is { } json ? JsonSerializer.Deserialize(json, RecordsJson.Context.RunExecutor) : null;
        if (head?.GetDateTimeOffset(ReviewingUntil) > now && other?.IsGone(now) != true)
        {
            return null;
        }

        var begun = new Entity(TableKeys.Head, TableKeys.Head) { [ReviewedAt] = head?[ReviewedAt], [ReviewingUntil] = now + patience, ETag = head?.ETag };
        begun.SetText(Reviewer, JsonSerializer.Serialize(me, RecordsJson.Context.RunExecutor));
        var operation = head is null ? EntityOperation.Insert(begun) : EntityOperation.Replace(begun);
        return (await entities.SubmitAsync(TableKeys.Findings, operation, cancellationToken)).IsApplied ? new ReviewTurn(begun.ETag!, head?.GetDateTimeOffset(ReviewedAt)) : null;
    }

    /// <summary>Ends a turn, unless another review has taken it meanwhile because this one took too long.</summary>
    /// <param name="reviewedAt">Null when the review was broken off.</param>
    public Task EndAsync(ReviewTurn turn, DateTimeOffset? reviewedAt, CancellationToken cancellationToken) => entities.SubmitAsync(
        TableKeys.Findings,
        EntityOperation.Replace(new Entity(TableKeys.Head, TableKeys.Head) { [ReviewedAt] = reviewedAt ?? turn.ReviewedBefore, ETag = turn.ETag }),
        cancellationToken);
}

/// <param name="ReviewedBefore">When the last review ended that did.</param>
public sealed record ReviewTurn(string ETag, DateTimeOffset? ReviewedBefore);

/// <summary>What a review saw of a run: its status, how many of its cells had ended or were judged anew, and since when both have been so.</summary>
public sealed record SeenRun(string Status, long Ended, DateTimeOffset Since);
