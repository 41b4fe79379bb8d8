using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Conversations;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsEval.Runs.Activities;

/// <summary>Part of stored histories: add fields, never rename.</summary>
public sealed record CellInput(string RunId, int Item, int Variant, int Sample);

/// <summary>
/// One cell: there already? may it run? then the conversation, the scores, and one write. The ending is text, for histories are
/// full of it: scored, invalid, failed, stored when it was there, or paused / cancelled / stopped when it was left.
/// </summary>
public sealed partial class EvaluateCell(
    RunCatalog catalog, CellLedger ledger, JudgementStore judgements, RetriedCells retried, ReuseCell reuse, Interruptions interruptions, ImageStore images, TimeProvider clock, ILogger<EvaluateCell> logger)
{
    public const string Name = "EvaluateCell";

    /// <summary>There before this execution.</summary>
    internal const string Stored = "stored";

    internal const string Paused = "paused";
    internal const string Cancelled = "cancelled";

    /// <summary>The budget is spent.</summary>
    internal const string Stopped = "stopped";

    private static readonly TimeSpan[] StoreRetries = [.. new[] { 0.2, 0.5, 1, 2, 4 }.Select(TimeSpan.FromSeconds)];

    [Function(Name)]
    public async Task<string> RunAsync([ActivityTrigger] CellInput input, CancellationToken cancellationToken)
    {
        var address = new CellAddress(input.Item, input.Variant, input.Sample);
        var active = await ActiveRunAsync(input, cancellationToken);
        if (await IsStoredAsync(active, address, cancellationToken))
        {
            return Stored;
        }

        if (active.StopReason is not null)
        {
            return Stopped;
        }

        using var span = RunTelemetry.StartCell(active.Run, address);
        using var conversation = new CellConversation(active, address, catalog, ledger, judgements, images, clock);
        try
        {
            var item = await catalog.GetItemAsync(input.RunId, input.Item, cancellationToken);
            if (await reuse.FindAsync(active, address, cancellationToken) is { } answer)
            {
                conversation.TakeOver(answer);
            }

            var cell = await conversation.RunAsync(item, cancellationToken);
            await StoreAsync(active.Run, cell, conversation, cancellationToken);
            RunTelemetry.CellStored(span, active.Run, cell);
            if (cell.Error is { } error)
            {
                LogCellFailed(address.RowKey, active.Run.Variants[address.Variant].Name, input.RunId, error.Code);
            }

            return JsonRules.Name(cell.Outcome);
        }
        catch (RunInterruptedException interruption)
        {
            return await interruptions.EndingOfAsync(active, interruption, cancellationToken);
        }
    }

    private async ValueTask<bool> IsStoredAsync(ActiveRun active, CellAddress address, CancellationToken cancellationToken)
    {
        if (active.Cells is { } cells && await cells.IsStoredAsync(address) is { } isKnown)
        {
            return isKnown;
        }

        if (await ledger.FindAsync(active.Run, address, cancellationToken) is not { } stored)
        {
            return false;
        }

        await (active.Cells?.AddAsync(stored) ?? Task.CompletedTask);
        return true;
    }

    private async Task<ActiveRun> ActiveRunAsync(CellInput input, CancellationToken cancellationToken)
    {
        var active = await catalog.GetAsync(input.RunId, cancellationToken);
        if (input.Variant < active.Run.Variants.Count)
        {
            return active;
        }

        // Another process extended the run less than a second ago.
        catalog.Forget(input.RunId);
        return await catalog.GetAsync(input.RunId, cancellationToken);
    }

    /// <summary>The answer is paid for, so a store that is away for a moment is waited for here before the whole cell is repeated.</summary>
    private async Task StoreAsync(RunRecord run, CellRecord cell, CellConversation conversation, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var earlier = run.Course.Extension == 0 ? 0 : await retried.EarlierCallsAsync(run, cell.Address, CancellationToken.None);
                await ledger.StoreAsync(run.RunId, cell, conversation.Transcript, conversation.Calls, CallPurpose.Of(run), conversation.IsKept, earlier);
                return;
            }
            catch (StorageException exception) when (attempt < StoreRetries.Length)
            {
                LogStoreRetried(exception, run.RunId, cell.Address.RowKey);
                await Task.Delay(StoreRetries[attempt], clock, cancellationToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Cell {Cell} ({Variant}) of run {RunId} failed: {Code}")]
    private partial void LogCellFailed(string cell, string variant, string runId, string code);

    [LoggerMessage(LogLevel.Warning, "Cell {Cell} of run {RunId} could not be stored and is tried again")]
    private partial void LogStoreRetried(Exception exception, string runId, string cell);
}
