using System.Text.Json;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using Microsoft.DurableTask.Client;

namespace FunctionsEval.Functions.Tests.FunctionsHost;

/// <summary>The orchestrators of both heads, once in memory and once with histories that are replayed at every turn.</summary>
[Collection(typeof(Alone))]
public sealed class Replaying_orchestrations(TwoEngines engines) : IClassFixture<TwoEngines>
{
    private static readonly string[] AllTasks =
    [
        PrepareRun.Name, EvaluateCell.Name, InterimLook.Name, AllocateSamples.Name, ReadAllocation.Name, AnalyzeRun.Name, CompleteRun.Name, EvaluateBlock.Name,
        JudgePair.Name, JudgeBlock.Name, ScoreRunAgain.Name,
    ];

    public static TheoryData<string> Runs() => [.. TwoEngines.Scripts.Keys];

    [Theory]
    [MemberData(nameof(Runs))]
    public void Both_engines_make_the_same_calls_as_often_and_end_alike(string runId)
    {
        var (local, durable) = (engines.Local[runId], engines.Durable[runId]);

        Assert.Equal(engines.LocalCalls.Of(runId), engines.DurableCalls.Of(runId));
        Assert.Equal(local.Attempts, durable.Attempts);
        Assert.NotNull(durable.Completed);
        Assert.Equal(local.Completed, durable.Completed);
        var end = engines.EndOf(runId);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(JsonSerializer.Serialize(durable.Completed.FailureReason is null ? RunStatus.Completed : RunStatus.Failed, RecordsJson.Context.RunStatus), end.SerializedOutput);
    }

    [Fact]
    public void A_paused_run_with_looks_goes_on_as_new_and_evaluates_its_cells()
    {
        var calls = engines.DurableCalls.Of("r-waves");

        Assert.Single(calls, call => call.StartsWith("r-waves: Resume", StringComparison.Ordinal));
        Assert.Single(calls, call => call.StartsWith("r-waves: continue as new", StringComparison.Ordinal));
        Assert.Equal(2, calls.Count(call => call.StartsWith("r-waves: InterimLook", StringComparison.Ordinal)));
        Assert.Equal(new CompleteRunInput("r-waves"), engines.Durable["r-waves"].Completed);
        Assert.Equal(new CompleteRunInput("r-stops", StopReason: "decided: Look 1 is enough."), engines.Durable["r-stops"].Completed);
    }

    [Fact]
    public void Pairs_are_judged_behind_the_cells_and_what_a_look_said_is_not_forgotten()
    {
        var calls = engines.DurableCalls.Of("r-pairs");

        Assert.Equal(2, calls.Count(call => call.StartsWith("r-pairs: JudgeBlock", StringComparison.Ordinal)));
        Assert.Equal(4, engines.Durable["r-pairs"].Attempts.Count(attempts => attempts.StartsWith("JudgePair", StringComparison.Ordinal)));
        Assert.Contains(calls, call => call.StartsWith("r-pairs: Resume", StringComparison.Ordinal));
        Assert.Equal(1, calls.Count(call => call.StartsWith("r-pairs: continue as new", StringComparison.Ordinal)));
        Assert.Equal(new CompleteRunInput("r-pairs", StopReason: "decided: Look 1 is enough."), engines.Durable["r-pairs"].Completed);
    }

    [Fact]
    public void A_run_that_gets_other_scores_is_worked_on_by_turns_and_evaluates_no_cell()
    {
        var attempts = engines.Durable["r-scores"].Attempts.ToList();

        Assert.Equal(["AnalyzeRun r-scores x1", "PrepareRun r-scores x1", "ScoreRunAgain r-scores x3"], attempts.Where(attempt => !attempt.StartsWith("CompleteRun", StringComparison.Ordinal)));
        Assert.Equal(2, engines.DurableCalls.Of("r-scores").Count(call => call.StartsWith("r-scores: continue as new", StringComparison.Ordinal)));
        Assert.Equal(new CompleteRunInput("r-scores"), engines.Durable["r-scores"].Completed);
    }

    [Fact]
    public void What_fails_for_good_is_the_reason_of_its_run()
    {
        Assert.Equal(new CompleteRunInput("r-allocates", AnalysisError: "AnalyzeRun cannot reach the store."), engines.Durable["r-allocates"].Completed);
        Assert.Equal(new CompleteRunInput("r-fails", FailureReason: "PrepareRun cannot reach the store."), engines.Durable["r-fails"].Completed);
        Assert.Contains(engines.Durable["r-fails"].Attempts, attempts => attempts == "PrepareRun r-fails x5");
    }

    [Fact]
    public void Histories_were_replayed() => Assert.InRange(engines.DurableCalls.Turns, engines.LocalCalls.Turns + 20, 1_000);

    /// <summary>The host fails a call without a retry policy when its worker goes away during it.</summary>
    [Fact]
    public void Every_activity_and_block_is_called_with_a_retry_policy_everywhere()
    {
        Assert.Equal(AllTasks.Order().Select(task => (task, true)), engines.LocalCalls.Tasks.Order());
        Assert.Equal(AllTasks.Order().Select(task => (task, true)), engines.DurableCalls.Tasks.Order());
    }
}
