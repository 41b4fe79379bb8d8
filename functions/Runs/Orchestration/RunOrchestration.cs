using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace FunctionsEval.Runs.Orchestration;

/// <summary>
/// PrepareRun, then the blocks wave by wave, with a look between waves where the run may stop early, or an allocation of samples behind those
/// of the pilot, then the blocks of pairs that judges compare, then AnalyzeRun and CompleteRun. A run that gets other scorers has ScoreRunAgain in their place. One instance per run, whose id is the run's.
/// Each wave is a fresh execution (continue-as-new), so a history never holds more than one wave.
/// All that was decided or finished before is in the store, so the orchestration may be started anew at any time.
/// </summary>
public static class RunOrchestration
{
    public const string Name = "RunOrchestration";

    /// <summary>Wakes an orchestration whose run was paused: resumed or cancelled, the run row says which.</summary>
    public const string ResumeEvent = "Resume";

    /// <summary>Blocks in flight: enough cells to fill every model's limit, few enough that a pause takes hold soon.</summary>
    private const int BlocksInFlight = 10;

    [Function(Name)]
    public static async Task<RunStatus> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, RunInput input)
    {
        try
        {
            var plan = input.Plan ?? await context.CallActivityAsync<RunPlan>(PrepareRun.Name, input.RunId, Retries.OfActivities);
            if (plan.IsRescored)
            {
                return await RescoreAsync(context, input with { Plan = plan });
            }

            var next = input.NextBlock;
            bool goesOn;
            var stopReason = input.StopReason;
            do
            {
                if (plan.AllocatedCells > 0 && next == plan.MatrixBlocks)
                {
                    await context.CallActivityAsync(AllocateSamples.Name, input.RunId, Retries.OfActivities);
                }

                var part = next < plan.MatrixBlocks ? plan.MatrixBlocks : next < plan.Blocks ? plan.Blocks : plan.AllBlocks;
                var end = Math.Min(part, next + (plan.LookEvery > 0 && next < plan.Blocks ? plan.BlocksPerLook : plan.BlocksPerWave));
                goesOn = await EvaluateAsync(context, plan, input.Restart, next, end);
                next = end;
                if (goesOn && plan.LookEvery > 0 && next < plan.Blocks)
                {
                    var look = new LookInput(input.RunId, (int)(next / plan.BlocksPerLook));
                    stopReason = await context.CallActivityAsync<string?>(InterimLook.Name, look, Retries.OfActivities);

                    // What there is of answers is compared all the same.
                    next = stopReason is null ? next : plan.Blocks;
                }
            }
            while (goesOn && next < plan.AllBlocks && next - input.NextBlock < plan.BlocksPerWave);

            if (goesOn && next < plan.AllBlocks)
            {
                context.ContinueAsNew(input with { Plan = plan, NextBlock = next, StopReason = stopReason });
                return RunStatus.Running;
            }

            var analysisError = await AnalyzeAsync(context, input.RunId);
            return await CompleteAsync(context, new CompleteRunInput(input.RunId, AnalysisError: analysisError, StopReason: stopReason));
        }
        catch (TaskFailedException failure)
        {
            return await CompleteAsync(context, new CompleteRunInput(input.RunId, FailureReason: ReasonOf(failure)));
        }
    }

    /// <summary>Judges are asked a few minutes at a time, each time in an execution of its own; then all cells get their new scores.</summary>
    private static async Task<RunStatus> RescoreAsync(TaskOrchestrationContext context, RunInput input)
    {
        var ending = await context.CallActivityAsync<string>(ScoreRunAgain.Name, input.RunId, Retries.OfActivities);
        if (ending == EvaluateCell.Paused)
        {
            await context.WaitForExternalEvent<object?>(ResumeEvent);
        }

        if (ending is EvaluateCell.Paused or ScoreRunAgain.More)
        {
            context.ContinueAsNew(input);
            return RunStatus.Running;
        }

        var analysisError = ending == ScoreRunAgain.Scored ? await AnalyzeAsync(context, input.RunId) : null;
        return await CompleteAsync(context, new CompleteRunInput(input.RunId, AnalysisError: analysisError));
    }

    /// <summary>Evaluates or judges the blocks from <paramref name="first"/> to before <paramref name="end"/>; false when the run was cancelled.</summary>
    private static async Task<bool> EvaluateAsync(TaskOrchestrationContext context, RunPlan plan, int restart, long first, long end)
    {
        var idSuffix = restart == 0 ? "" : $"-r{restart}";
        var todo = new Queue<long>();
        for (var block = first; block < end; block++)
        {
            todo.Enqueue(block);
        }

        for (var round = 0; todo.Count > 0; round++)
        {
            var (deferred, cancelled) = await EvaluateRoundAsync(context, plan, todo, round, idSuffix);
            if (cancelled)
            {
                return false;
            }

            if (deferred.Count > 0)
            {
                await context.WaitForExternalEvent<object?>(ResumeEvent);
                deferred.ForEach(todo.Enqueue);
            }
        }

        return true;
    }

    /// <summary>Takes blocks from <paramref name="todo"/> until it is empty or one of them met a paused or cancelled run.</summary>
    private static async Task<(List<long> Deferred, bool Cancelled)> EvaluateRoundAsync(
        TaskOrchestrationContext context, RunPlan plan, Queue<long> todo, int round, string idSuffix)
    {
        var deferred = new List<long>();
        var cancelled = false;
        TaskFailedException? failure = null;
        var running = new List<Task<BlockResult>>(BlocksInFlight);
        while (running.Count > 0 || (todo.Count > 0 && deferred.Count == 0 && failure is null))
        {
            while (running.Count < BlocksInFlight && todo.Count > 0 && deferred.Count == 0 && failure is null)
            {
                var block = todo.Dequeue();
                var options = new SubOrchestrationOptions(Retries.OfBlocks, $"{plan.RunId}-b{block:D6}-{round:D3}{idSuffix}");
                var name = block < plan.Blocks ? EvaluateBlock.Name : JudgeBlock.Name;
                running.Add(context.CallSubOrchestratorAsync<BlockResult>(name, new BlockInput(plan, block), options));
            }

            var ended = await Task.WhenAny(running);
            running.Remove(ended);
            try
            {
                var result = await ended;
                if (result.Deferred > 0)
                {
                    deferred.Add(result.Block);
                    cancelled |= result.Cancelled;
                }
            }
            catch (TaskFailedException exception)
            {
                // The others are waited for: a run that has ended must not go on calling models.
                failure ??= exception;
            }
        }

        return failure is null ? (deferred, cancelled) : throw failure;
    }

    private static async Task<string?> AnalyzeAsync(TaskOrchestrationContext context, string runId)
    {
        try
        {
            await context.CallActivityAsync(AnalyzeRun.Name, runId, Retries.OfActivities);
            return null;
        }
        catch (TaskFailedException failure)
        {
            return ReasonOf(failure);
        }
    }

    private static Task<RunStatus> CompleteAsync(TaskOrchestrationContext context, CompleteRunInput input) =>
        context.CallActivityAsync<RunStatus>(CompleteRun.Name, input, Retries.OfActivities);

    /// <summary>What went wrong at first: a block fails because one of its cells did.</summary>
    private static string ReasonOf(TaskFailedException failure)
    {
        var details = failure.FailureDetails;
        while (details.InnerFailure is { } inner)
        {
            details = inner;
        }

        return details.ErrorMessage;
    }
}

/// <summary>Part of stored histories: add fields, never rename.</summary>
/// <param name="Restart">How often the orchestration was started anew: blocks of an earlier one may still run under their own ids.</param>
/// <param name="StopReason">What a look said when only judgements of pairs are left to do.</param>
public sealed record RunInput(string RunId, RunPlan? Plan = null, long NextBlock = 0, int Restart = 0, string? StopReason = null);
