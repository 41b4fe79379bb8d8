using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Plans;

/// <param name="StopReason">As "code: sentence"; null when the run goes on.</param>
public sealed record LookDecision(string? StopReason);

/// <summary>What each interim look of a run decided. A decision is written once and never changed.</summary>
public sealed class LookStore(IEntityStore entities)
{
    public async Task<LookDecision?> FindAsync(string runId, int number, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Looks, runId, TableKeys.Number(number), cancellationToken) is { } row
            ? new LookDecision(row.GetText("stopReason"))
            : null;

    /// <summary>Gives the decision that counts: this one, or the one that was there before.</summary>
    public async Task<LookDecision> AddAsync(string runId, int number, LookDecision decision, CancellationToken cancellationToken)
    {
        var row = new Entity(runId, TableKeys.Number(number));
        row.SetText("stopReason", decision.StopReason);
        return (await entities.SubmitAsync(TableKeys.Looks, EntityOperation.Insert(row), cancellationToken)).IsApplied
            ? decision
            : await FindAsync(runId, number, cancellationToken) ?? decision;
    }
}
