using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Conversations;
using FunctionsEval.Runs.Pairs;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsEval.Runs.Activities;

/// <summary>Part of stored histories: add fields, never rename.</summary>
/// <param name="Number">Of the pair of answers in the run's <see cref="PairPlan"/>.</param>
public sealed record PairInput(string RunId, long Number);

/// <summary>
/// Two answers to the same item, judged by one judge in both orders. The ending is text: judged, none where one of the cells has no answer, stored when
/// both judgements were there, or paused / cancelled / stopped when they were left.
/// </summary>
public sealed class JudgePair(RunCatalog catalog, JudgePairs judging, Interruptions interruptions)
{
    public const string Name = "JudgePair";

    internal const string Judged = "judged";
    internal const string NoPair = "none";

    [Function(Name)]
    public async Task<string> RunAsync([ActivityTrigger] PairInput input, CancellationToken cancellationToken)
    {
        var active = await catalog.GetAsync(input.RunId, cancellationToken);
        var work = active.Pairs[input.Number];
        if (await judging.MissingAsync(work, cancellationToken) is not { Count: > 0 } orders)
        {
            return EvaluateCell.Stored;
        }

        if (active.StopReason is not null)
        {
            return EvaluateCell.Stopped;
        }

        try
        {
            var context = new PairContext(active.Run, active.Judges!, active.Budget, RefuseInactiveAsync);
            return await judging.JudgeAsync(context, work, orders, () => catalog.GetItemAsync(input.RunId, work.Item, cancellationToken), cancellationToken) ? Judged : NoPair;
        }
        catch (RunInterruptedException interruption)
        {
            return await interruptions.EndingOfAsync(active, interruption, cancellationToken);
        }

        // Asked late because a judgement may have waited long for its place.
        async ValueTask RefuseInactiveAsync(CancellationToken token)
        {
            if (await catalog.GetStatusAsync(input.RunId, token) is var status && !status.IsActive())
            {
                throw new RunNotActiveException(status);
            }
        }
    }
}
