using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.TestKit;
using Microsoft.DurableTask.Client;

namespace FunctionsEval.Functions.Tests.Runs;

public sealed class Orchestrating_runs
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_is_prepared_evaluated_analyzed_and_completed_once()
    {
        await using var run = await ScriptedRun.StartAsync(ScriptedRun.Plan(items: 130, samples: 2));

        var end = await run.EndAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(["prepare", "analyze", "complete"], run.Steps);
        Assert.Equal(new CompleteRunInput(ScriptedRun.RunId), Assert.Single(run.Completed));
        AssertEachCellOnce(run, 260);
    }

    [Fact]
    public async Task A_job_for_a_run_that_does_not_exist_is_done_and_said()
    {
        using var folder = new TemporaryFolder();
        using var logs = new KeptLogs();
        using var loggers = KeptLogs.Factory(logs);
        await using var services = LocalProgram.Open(new Settings(_ => null, folder.Path), loggers);

        await services.HandleAsync(new PipelineJob(PipelineJob.Start, "r000000000000000"), Cancel);

        Assert.Contains(logs.Lines, line => line.StartsWith("Warning A job is for run r000000000000000, which does not exist", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_of_many_waves_evaluates_each_cell_once()
    {
        // 450 blocks of which only the last is not full: three executions.
        await using var run = await ScriptedRun.StartAsync(ScriptedRun.Plan(items: 44_901));

        var end = await run.EndAsync();

        Assert.Null(Assert.Single(run.Completed).FailureReason);
        AssertEachCellOnce(run, 44_901);
        Assert.Equal(["prepare", "analyze", "complete"], run.Steps);
    }

    [Fact]
    public async Task Deferred_blocks_are_evaluated_again_after_the_resume_event()
    {
        var isPaused = true;
        await using var run = await ScriptedRun.StartAsync(ScriptedRun.Plan(items: 2_500), _ => Volatile.Read(ref isPaused) ? EvaluateCell.Paused : "scored");

        await run.UntilHeldAsync();
        Assert.InRange(run.Cells.Count, 100, 1_000);
        Assert.Equal(["prepare"], run.Steps);
        Volatile.Write(ref isPaused, false);
        await run.ResumeAsync();
        var end = await run.EndAsync();

        Assert.Null(Assert.Single(run.Completed).FailureReason);
        Assert.Equal(2_500, run.Cells.Count);
        Assert.All(run.Cells.Values, times => Assert.InRange(times, 1, 2));
        Assert.Equal(["prepare", "analyze", "complete"], run.Steps);
    }

    [Fact]
    public async Task A_resume_event_that_came_too_early_does_not_wake_for_good()
    {
        var isPaused = true;
        await using var run = await ScriptedRun.StartAsync(ScriptedRun.Plan(items: 50), _ => Volatile.Read(ref isPaused) ? EvaluateCell.Paused : "scored");
        await run.ResumeAsync();
        await run.ResumeAsync();

        await run.UntilHeldAsync();
        Assert.Equal(["prepare"], run.Steps);
        Volatile.Write(ref isPaused, false);
        await run.ResumeAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await run.EndAsync()).RuntimeStatus);
    }

    [Fact]
    public async Task A_cancelled_run_starts_no_further_block_and_is_analyzed()
    {
        await using var run = await ScriptedRun.StartAsync(
            ScriptedRun.Plan(items: 5_000), cell => cell.Item % 100 == 0 ? EvaluateCell.Cancelled : "scored");

        await run.EndAsync();

        Assert.InRange(run.Cells.Count, 100, 2_500);
        Assert.Equal(["prepare", "analyze", "complete"], run.Steps);
    }

    [Fact]
    public async Task A_paused_run_that_is_cancelled_ends()
    {
        var ending = EvaluateCell.Paused;
        await using var run = await ScriptedRun.StartAsync(ScriptedRun.Plan(items: 300), _ => Volatile.Read(ref ending));
        await run.UntilHeldAsync();

        Volatile.Write(ref ending, EvaluateCell.Cancelled);
        await run.ResumeAsync();
        await run.EndAsync();

        Assert.Equal(["prepare", "analyze", "complete"], run.Steps);
    }

    [Fact]
    public async Task A_cell_whose_store_comes_back_is_tried_again_and_the_run_completes()
    {
        var left = 3;
        await using var run = await ScriptedRun.StartAsync(
            ScriptedRun.Plan(items: 20),
            cell => cell.Item == 7 && Interlocked.Decrement(ref left) >= 0 ? throw new IOException("The store is away.") : "scored");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await run.EndAsync()).RuntimeStatus);
        Assert.Equal(4, run.Cells[new CellInput(ScriptedRun.RunId, 7, 0, 0)]);
    }

    [Fact]
    public async Task A_block_that_fails_for_good_fails_the_run_with_the_reason()
    {
        await using var run = await ScriptedRun.StartAsync(
            ScriptedRun.Plan(items: 20), cell => cell.Item == 7 ? throw new IOException("The disk is on fire.") : "scored");

        var end = await run.EndAsync();

        Assert.Contains("The disk is on fire.", Assert.Single(run.Completed).FailureReason, StringComparison.Ordinal);
        Assert.Equal(["prepare", "complete"], run.Steps);
        Assert.Equal(10, run.Cells[new CellInput(ScriptedRun.RunId, 7, 0, 0)]);
    }

    [Fact]
    public async Task A_run_that_is_cut_off_ends_after_every_cell_under_way_also_of_other_blocks()
    {
        var plan = ScriptedRun.Plan(items: 200);
        var (waiting, slow) = (plan.CellsOf(0).First(), plan.CellsOf(1).First());
        using var gate = new ManualResetEventSlim();
        await using var run = await ScriptedRun.StartAsync(plan, cell =>
        {
            if (cell.Item == slow.Item)
            {
                gate.Wait(Cancel);
            }

            // This one waits for its next try when the run is cut off, so its block ends at once.
            return cell.Item == waiting.Item ? throw new IOException("The store is away.") : "scored";
        });
        await Eventually.TrueAsync(() => run.Cells.Count == 200, "every cell to begin", cancellationToken: Cancel);

        var stopped = run.StopAsync();
        await run.LetTimePassAsync();
        Assert.False(stopped.IsCompleted);
        gate.Set();

        await stopped.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Assert.Equal(["prepare"], run.Steps);
    }

    [Fact]
    public async Task A_run_that_cannot_be_prepared_fails_with_the_reason()
    {
        await using var run = await ScriptedRun.StartAsync(
            ScriptedRun.Plan(items: 1), prepare: runId => throw new InvalidOperationException($"Definition 'd1' of run '{runId}' is not in the store."));

        await run.EndAsync();

        Assert.Contains("Definition 'd1' of run", Assert.Single(run.Completed).FailureReason, StringComparison.Ordinal);
        Assert.Empty(run.Cells);
    }

    [Fact]
    public async Task A_failed_analysis_leaves_the_run_completed_with_the_error()
    {
        await using var run = await ScriptedRun.StartAsync(
            ScriptedRun.Plan(items: 3), analyze: _ => throw new InvalidDataException("Cell x has the unknown outcome 'y'."));

        var end = await run.EndAsync();

        Assert.Null(Assert.Single(run.Completed).FailureReason);
        var completed = Assert.Single(run.Completed);
        Assert.Null(completed.FailureReason);
        Assert.Contains("unknown outcome 'y'", completed.AnalysisError, StringComparison.Ordinal);
    }

    private static void AssertEachCellOnce(ScriptedRun run, int cells)
    {
        Assert.Equal(cells, run.Cells.Count);
        Assert.All(run.Cells.Values, times => Assert.Equal(1, times));
    }
}
