using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Judging;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Pairs;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsEval.Runs.Activities;

/// <summary>Part of stored histories: add fields, never rename.</summary>
/// <param name="Number">Of the pair of answers in the run's <see cref="PairPlan"/>.</param>
public sealed record PairInput(string RunId, long Number);

/// <summary>
/// Two answers to the same item, judged by one judge in both orders; each judgement is stored once and never asked for again. The ending is text: judged,
/// none where one of the cells has no answer, stored when both judgements were there, or paused / cancelled / stopped when they were left.
/// </summary>
public sealed class JudgePair(RunCatalog catalog, CellLedger ledger, RetriedCells retried, Interruptions interruptions, TimeProvider clock)
{
    public const string Name = "JudgePair";

    internal const string Judged = "judged";

    /// <summary>One of the two cells has no answer: there is no pair. It may get one when the cell is called again.</summary>
    internal const string NoPair = "none";

    [Function(Name)]
    public async Task<string> RunAsync([ActivityTrigger] PairInput input, CancellationToken cancellationToken)
    {
        var active = await catalog.GetAsync(input.RunId, cancellationToken);
        var work = active.Pairs[input.Number];
        List<bool> orders = [];
        foreach (var isSwapped in new[] { false, true })
        {
            if (!await ledger.IsStoredAsync(work.Set.RunId, work.AddressOf(isSwapped), cancellationToken))
            {
                orders.Add(isSwapped);
            }
        }

        if (orders.Count == 0)
        {
            return EvaluateCell.Stored;
        }

        if (active.StopReason is not null)
        {
            return EvaluateCell.Stopped;
        }

        if (await AnswerAsync(active, work, work.Pair.Earlier, cancellationToken) is not { } earlier
            || await AnswerAsync(active, work, work.Pair.Later, cancellationToken) is not { } later)
        {
            return NoPair;
        }

        var scenario = await catalog.GetItemAsync(input.RunId, work.Item, cancellationToken);
        var judgements = orders.Select(isSwapped => new PairJudgement(active, work, isSwapped, catalog, ledger, retried, clock).RunAsync(scenario, earlier, later, cancellationToken)).ToList();
        try
        {
            // Both come to their end, so that what is paid is kept, before the first that halts the run is heard.
            await Task.WhenAll(judgements);
            return Judged;
        }
        catch (RunInterruptedException interruption)
        {
            return await interruptions.EndingOfAsync(active, interruption, cancellationToken);
        }
    }

    /// <summary>The turns of an answered cell; null where there is nothing to compare.</summary>
    private async Task<IReadOnlyList<Turn>?> AnswerAsync(ActiveRun active, PairWork work, int variant, CancellationToken cancellationToken)
    {
        var address = new CellAddress(work.Item, variant, work.Sample);
        return await ledger.FindAsync(active.Run, address, cancellationToken) is { Outcome: CellOutcome.Scored or CellOutcome.Invalid }
            && await ledger.FindTranscriptAsync(active.Run.RunId, address, cancellationToken) is { } transcript
            && PairPrompt.AnswerOf(work.Set.Scorer, transcript.Turns) is not null
            ? transcript.Turns
            : null;
    }
}
