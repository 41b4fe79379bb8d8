using System.Text.Json;
using FunctionsEval.Content;
using FunctionsEval.Evaluation.Candidates;
using FunctionsEval.Evaluation.Triage;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Digests;

/// <summary>Ranks what a digest's run has triaged, and keeps the result. Making a digest again gives the same one.</summary>
public sealed class DigestStore(IEntityStore entities, RunStore runs, CellLedger cells, TimeProvider clock)
{
    private const int EntriesPerRow = 50;

    public async Task MakeAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var candidates = await runs.CandidatesAsync(run.RunId, cancellationToken).ToListAsync(cancellationToken);
        var judged = new Dictionary<string, (CandidateSnapshot Candidate, TriageResult Result)>(StringComparer.Ordinal);
        await foreach (var cell in cells.AllAsync(run, cancellationToken))
        {
            if (cell.Output is not null && TriageParser.Parse(cell.Output) is TriageOutcome.Parsed(var result))
            {
                judged[TableKeys.Number(cell.Address.Item)] = (candidates[cell.Address.Item], result);
            }
        }

        var picked = DiversitySelection.Select(
            judged.Select(entry => new DigestEntry(
                entry.Key, entry.Value.Result.AiScore, entry.Value.Candidate.SourceType, entry.Value.Candidate.SourceIds, entry.Value.Candidate.Author)),
            run.WindowOfContent.MaxItems);
        await SaveAsync(run, judged.Count, [.. picked.Select((entry, rank) => ItemOf(rank + 1, judged[entry.Id].Candidate, judged[entry.Id].Result))], cancellationToken);
    }

    /// <summary>Digests, newest first, without their entries.</summary>
    public async Task<(IReadOnlyList<Digest> Digests, string? Continuation)> ListAsync(int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        var page = await entities.QueryPageAsync(new EntityQuery(TableKeys.Digests, TableKeys.AllDigests, PageSize: pageSize), continuation, cancellationToken);
        return ([.. page.Entities.Select(HeadOf)], page.ContinuationToken);
    }

    public async Task<Digest?> FindAsync(string digestId, CancellationToken cancellationToken)
    {
        if (await entities.FindAsync(TableKeys.Digests, TableKeys.AllDigests, digestId, cancellationToken) is not { } head)
        {
            return null;
        }

        var entries = new List<DigestItem>();
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.Digests, digestId), cancellationToken))
        {
            entries.AddRange(JsonSerializer.Deserialize(row.GetText("entries")!, DigestsJson.Context.IReadOnlyListDigestItem)!);
        }

        return HeadOf(head) with { Entries = entries };
    }

    private async Task SaveAsync(RunRecord run, int triaged, IReadOnlyList<DigestItem> entries, CancellationToken cancellationToken)
    {
        var rows = entries.Chunk(EntriesPerRow).Select((chunk, index) =>
        {
            var row = new Entity(run.RunId, TableKeys.Number(index));
            row.SetText("entries", JsonSerializer.Serialize(chunk, DigestsJson.Context.IReadOnlyListDigestItem));
            return row;
        });
        await EntityBatches.UpsertAsync(entities, TableKeys.Digests, [.. rows], cancellationToken);

        // The head is written last, so a digest that is listed is complete.
        var window = run.WindowOfContent;
        var digest = new Digest(run.RunId, window.TopicId, window.Start, window.End, run.Variants[0].Model, triaged, entries.Count, clock.GetUtcNow(), []);
        var head = new Entity(TableKeys.AllDigests, run.RunId);
        head.SetText("digest", JsonSerializer.Serialize(digest, DigestsJson.Context.Digest));
        await entities.SubmitAsync(TableKeys.Digests, EntityOperation.Upsert(head), cancellationToken);
    }

    private static Digest HeadOf(Entity row) => JsonSerializer.Deserialize(row.GetText("digest")!, DigestsJson.Context.Digest)!;

    private static DigestItem ItemOf(int rank, CandidateSnapshot candidate, TriageResult result) => new(
        rank,
        candidate.CandidateId,
        candidate.Kind,
        result.AiScore,
        candidate.Title,
        candidate.Url,
        candidate.SourceId,
        candidate.SourceType,
        result.Theme,
        result.OneLiner,
        result.Reason,
        result.IsRelevant,
        result.IsNovel,
        result.ShouldDeepSummarize,
        candidate.PublishedAt);
}
