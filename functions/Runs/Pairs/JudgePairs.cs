using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Judging;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Pairs;

/// <summary>For whom judges are asked, and what they may cost.</summary>
/// <param name="Budget">Null is no limit.</param>
/// <param name="BeforeFirst">Awaited before the first call of a judgement; throws where nobody wants it any more.</param>
internal sealed record PairContext(RunRecord Run, JudgeModels Judges, RunBudget? Budget, Func<CancellationToken, ValueTask> BeforeFirst);

/// <summary>Has two answers judged in both orders. Each judgement is stored once and never asked for again.</summary>
public sealed class JudgePairs(CellLedger ledger, RetriedCells retried, TimeProvider clock)
{
    /// <summary>The orders that are missing; empty where both judgements are stored.</summary>
    internal async Task<List<bool>> MissingAsync(PairWork work, CancellationToken cancellationToken)
    {
        var missing = new List<bool>(2);
        foreach (var isSwapped in new[] { false, true })
        {
            if (!await ledger.IsStoredAsync(work.Set.RunId, work.AddressOf(isSwapped), cancellationToken))
            {
                missing.Add(isSwapped);
            }
        }

        return missing;
    }

    /// <summary>False where one of the two cells has no answer: there is no pair. It may become one when the cell is called again.</summary>
    /// <param name="orders">As <see cref="MissingAsync"/> gives them.</param>
    internal async Task<bool> JudgeAsync(
        PairContext context, PairWork work, IReadOnlyList<bool> orders, Func<Task<Scenario>> scenario, CancellationToken cancellationToken)
    {
        if (await AnswerAsync(context.Run, work, work.Pair.Earlier, cancellationToken) is not { } earlier
            || await AnswerAsync(context.Run, work, work.Pair.Later, cancellationToken) is not { } later)
        {
            return false;
        }

        // Both come to their end, so that what is paid is kept, before the first that halts the run is heard.
        var item = await scenario();
        await Task.WhenAll(orders.Select(isSwapped => new PairJudgement(context, work, isSwapped, ledger, retried, clock).RunAsync(item, earlier, later, cancellationToken)));
        return true;
    }

    /// <summary>The turns of an answered cell; null where there is nothing to compare.</summary>
    private async Task<IReadOnlyList<Turn>?> AnswerAsync(RunRecord run, PairWork work, int variant, CancellationToken cancellationToken)
    {
        var address = new CellAddress(work.Item, variant, work.Sample);
        return await ledger.FindAsync(run, address, cancellationToken) is { Outcome: CellOutcome.Scored or CellOutcome.Invalid }
            && await ledger.FindTranscriptAsync(run.RunId, address, cancellationToken) is { } transcript
            && PairPrompt.AnswerOf(work.Set.Scorer, transcript.Turns) is not null
            ? transcript.Turns
            : null;
    }
}
