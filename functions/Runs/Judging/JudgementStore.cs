using System.Text.Json;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Judging;
using FunctionsEval.Providers;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Judging;

/// <summary>A judgement with what was paid for it: stored once, and never asked for again.</summary>
/// <param name="Digest">Of what the judge was shown and asked, and how.</param>
/// <param name="Template">The version of our prompt; 0 where the definition has a template of its own.</param>
/// <param name="Answer">The judge's last words where no score could be read from them; else null.</param>
/// <param name="Calls">All attempts, those of an earlier try that failed included; their answers' texts are empty.</param>
/// <param name="Extension">The extension of the run in which it was asked for.</param>
public sealed record KeptJudgement(
    string Digest,
    Judgement Judgement,
    int Template,
    string? Answer,
    IReadOnlyList<ProviderCall> Calls,
    long InputTokens,
    long OutputTokens,
    decimal HeldUsd,
    string? ModelVersion,
    int Extension,
    DateTimeOffset JudgedAt);

/// <summary>The judgements of each cell, in rows behind its transcript, and their calls among the calls of the cell.</summary>
public sealed class JudgementStore(IEntityStore entities)
{
    /// <summary>All that a cell has.</summary>
    public async Task<List<KeptJudgement>> OfCellAsync(string runId, CellAddress address, CancellationToken cancellationToken)
    {
        var start = TableKeys.JudgementsOf(address.RowKey);
        var query = new EntityQuery(TableKeys.Transcripts, address.PartitionKey(runId), RowFrom: start, RowTo: start + "~");
        return await entities.QueryAsync(query, cancellationToken)
            .Select(row => JsonSerializer.Deserialize(row.GetText("judgement")!, JudgingJson.Context.KeptJudgement)!)
            .ToListAsync(cancellationToken);
    }

    /// <summary>The calls first: a judgement that is there is complete.</summary>
    public async Task KeepAsync(string runId, CellAddress address, KeptJudgement judgement)
    {
        var partition = address.PartitionKey(runId);
        var (digest, repeat) = (judgement.Digest, judgement.Judgement.Repeat);
        await EntityBatches.UpsertAsync(
            entities,
            TableKeys.Cells,
            [.. judgement.Calls.Select((call, number) => CellRows.ToEntity(partition, TableKeys.JudgeCall(address.RowKey, digest, repeat, number), call, CallPurpose.Judge))],
            CancellationToken.None);
        var row = new Entity(partition, TableKeys.Judgement(address.RowKey, digest, repeat));
        row.SetText("judgement", JsonSerializer.Serialize(judgement with { Calls = [.. judgement.Calls.Select(CellRows.WithoutText)] }, JudgingJson.Context.KeptJudgement));
        await entities.SubmitAsync(TableKeys.Transcripts, EntityOperation.Upsert(row), CancellationToken.None);
    }
}
