using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Runs;

/// <summary>The life of a run on the real engine, queue and store, against a simulated model that takes its time.</summary>
public sealed class Controlling_runs : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private SimulatorServer _simulator = null!;
    private RunServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _simulator = await SimulatorServer.StartAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(20)), TimeProvider.System, Cancel);
        _server = RunServer.Start(_folder.Path, _simulator, concurrency: 4);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _simulator.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_run_goes_from_pending_to_completed_with_progress_that_only_grows()
    {
        var run = await _server.StartRunAsync(RunServer.Definition(scenarios: 100, samples: 2));
        Assert.Equal(RunStatus.Pending, run.Status);

        var seen = new List<RunProgress>();
        await Eventually.TrueAsync(
            async () =>
            {
                seen.Add(await _server.ProgressAsync(run));
                return (await _server.StatusAsync(run)).IsFinished();
            },
            "the end of the run",
            cancellationToken: Cancel);
        var ended = await _server.EndAsync(run);

        Assert.All(seen.Zip(seen.Skip(1)), pair => Assert.True(pair.First.Completed <= pair.Second.Completed, "Progress went back."));
        Assert.All(seen, progress => Assert.InRange(progress.Completed + progress.Failed, 0, progress.Total));
        Assert.True(seen.Select(progress => progress.Completed).Distinct().Count() > 3, "Progress was never seen to move.");
        Assert.Equal((200, 200, 0), (seen[^1].Total, seen[^1].Completed, seen[^1].Failed));
        Assert.Equal(RunStatus.Completed, ended.Status);
        Assert.True(ended.CreatedAt <= ended.Course.StartedAt && ended.Course.StartedAt < ended.Course.CompletedAt);
        Assert.NotNull(await _server.Services.Analyses.FindAsync(run.RunId, Cancel));
        Assert.Equal(200, _simulator.Stats().Calls);
    }

    [Fact]
    public async Task A_paused_run_sends_no_new_calls_and_counts_the_late_answers()
    {
        var run = await _server.StartRunAsync(RunServer.Definition(scenarios: 100, samples: 4));
        await _server.UntilDoneAsync(run, 5);

        var paused = Assert.IsType<ControlOutcome.Changed>(await _server.Services.RunControl.PauseAsync(run.RunId, Cancel));
        Assert.Equal(RunStatus.Paused, paused.Run.Status);
        var held = await UntilHeldAsync(run);

        // Every call that was sent was answered, and every answer is a finished cell.
        Assert.Equal(held, await _server.DoneAsync(run));
        Assert.InRange(held, 5, 399);
        await LookAgainAsync(async () =>
        {
            Assert.Equal(held, _simulator.Stats().Calls);
            Assert.Equal(RunStatus.Paused, await _server.StatusAsync(run));
        });

        Assert.IsType<ControlOutcome.Changed>(await _server.Services.RunControl.ResumeAsync(run.RunId, Cancel));
        var ended = await _server.EndAsync(run, TimeSpan.FromSeconds(40));

        Assert.Equal(RunStatus.Completed, ended.Status);
        Assert.Equal(400, await _server.DoneAsync(run));
        Assert.Equal(400, _simulator.Stats().Calls);
        Assert.Equal(1, _simulator.Stats().AnswersPerKey.Keys.Max());
    }

    [Fact]
    public async Task A_run_that_is_resumed_at_once_goes_on()
    {
        var run = await _server.StartRunAsync(RunServer.Definition(scenarios: 100, samples: 6));
        await _server.UntilDoneAsync(run, 1);

        for (var round = 0; round < 3; round++)
        {
            await _server.Services.RunControl.PauseAsync(run.RunId, Cancel);
            await UntilHeldAsync(run);
            await _server.Services.RunControl.ResumeAsync(run.RunId, Cancel);
            var done = await _server.DoneAsync(run);
            await _server.UntilDoneAsync(run, Math.Min(600, done + 1));
        }

        Assert.Equal(RunStatus.Completed, (await _server.EndAsync(run)).Status);
        Assert.Equal(600, _simulator.Stats().Calls);
    }

    [Fact]
    public async Task Asking_twice_for_the_same_state_is_no_error()
    {
        var run = await _server.StartRunAsync(RunServer.Definition(scenarios: 40, samples: 2));
        await _server.UntilDoneAsync(run, 1);

        foreach (var ask in new[] { _server.Services.RunControl.PauseAsync, _server.Services.RunControl.ResumeAsync, _server.Services.RunControl.CancelAsync })
        {
            Assert.IsType<ControlOutcome.Changed>(await ask(run.RunId, Cancel));
            Assert.IsType<ControlOutcome.Changed>(await ask(run.RunId, Cancel));
        }

        Assert.Equal(RunStatus.Cancelled, (await _server.EndAsync(run)).Status);
    }

    [Fact]
    public async Task A_run_cancelled_while_it_runs_keeps_what_it_has()
    {
        var run = await _server.StartRunAsync(RunServer.Definition(scenarios: 100, samples: 4));
        await _server.UntilDoneAsync(run, 5);

        Assert.IsType<ControlOutcome.Changed>(await _server.Services.RunControl.CancelAsync(run.RunId, Cancel));
        var ended = await _server.EndAsync(run);

        Assert.Equal((RunStatus.Cancelled, "Cancelled on request."), (ended.Status, ended.Course.Reason));
        Assert.NotNull(ended.Course.CompletedAt);
        var calls = _simulator.Stats().Calls;
        Assert.InRange(calls, 5, 399);
        Assert.Equal(calls, await _server.DoneAsync(run));
        var analysis = await _server.Services.Analyses.FindAsync(run.RunId, Cancel);
        Assert.Equal(calls, analysis!.PerModel[0].SampleCount);
    }

    [Fact]
    public async Task A_paused_run_can_be_cancelled()
    {
        var run = await _server.StartRunAsync(RunServer.Definition(scenarios: 60, samples: 4));
        await _server.UntilDoneAsync(run, 1);
        await _server.Services.RunControl.PauseAsync(run.RunId, Cancel);
        var held = await UntilHeldAsync(run);

        await _server.Services.RunControl.CancelAsync(run.RunId, Cancel);
        var ended = await _server.EndAsync(run);

        Assert.Equal(RunStatus.Cancelled, ended.Status);
        Assert.Equal(held, _simulator.Stats().Calls);
    }

    [Fact]
    public async Task A_pending_run_can_be_paused_resumed_and_cancelled_before_anything_is_called()
    {
        // Nobody takes the jobs: the run stays pending.
        await _server.DisposeAsync();
        _server = RunServer.Start(_folder.Path, _simulator, concurrency: 4, serves: false);
        var run = await _server.StartRunAsync(RunServer.Definition());
        var other = await _server.StartRunAsync(RunServer.Definition());

        await _server.Services.RunControl.PauseAsync(run.RunId, Cancel);
        await _server.Services.RunControl.CancelAsync(run.RunId, Cancel);
        await _server.Services.RunControl.PauseAsync(other.RunId, Cancel);
        await _server.Services.RunControl.ResumeAsync(other.RunId, Cancel);
        await _server.Services.HandleAsync(new PipelineJob(PipelineJob.Start, run.RunId), Cancel);
        await _server.Services.HandleAsync(new PipelineJob(PipelineJob.Start, other.RunId), Cancel);

        Assert.Equal(RunStatus.Completed, (await _server.EndAsync(other)).Status);
        Assert.Equal(RunStatus.Cancelled, await _server.StatusAsync(run));
        Assert.Null(await _server.Services.Client.GetInstanceAsync(run.RunId, false, Cancel));
        Assert.Equal(other.TotalCells, _simulator.Stats().Calls);
    }

    [Fact]
    public async Task A_finished_run_cannot_be_changed_any_more()
    {
        var run = await _server.StartRunAsync(RunServer.Definition(scenarios: 1, samples: 1));
        await _server.EndAsync(run);

        foreach (var ask in new[] { _server.Services.RunControl.PauseAsync, _server.Services.RunControl.ResumeAsync, _server.Services.RunControl.CancelAsync })
        {
            var refused = Assert.IsType<ControlOutcome.WrongState>(await ask(run.RunId, Cancel));
            Assert.Equal(RunStatus.Completed, refused.Status);
            Assert.Contains($"Run '{run.RunId}' is completed", refused.Message, StringComparison.Ordinal);
            Assert.IsType<ControlOutcome.UnknownRun>(await ask("r000000000000000", Cancel));
        }
    }

    [Fact]
    public async Task A_paused_run_stays_paused_over_the_end_of_its_process()
    {
        var run = await _server.StartRunAsync(RunServer.Definition(scenarios: 60, samples: 4));
        await _server.UntilDoneAsync(run, 1);
        await _server.Services.RunControl.PauseAsync(run.RunId, Cancel);
        await _server.DisposeAsync();

        // What was sent in the last moment may arrive a moment later.
        var held = await Eventually.SteadyAsync(() => _simulator.Stats().Calls, TimeSpan.FromMilliseconds(500), "the last calls to arrive");
        _server = RunServer.Start(_folder.Path, _simulator, concurrency: 4);
        await LookAgainAsync(async () => Assert.Equal((held, RunStatus.Paused), (_simulator.Stats().Calls, await _server.StatusAsync(run))));

        await _server.Services.RunControl.ResumeAsync(run.RunId, Cancel);
        Assert.Equal(RunStatus.Completed, (await _server.EndAsync(run)).Status);
        Assert.Equal(240, await _server.DoneAsync(run));

        // A call that was cut off may have been sent or not: no more than the four that can be under way.
        var (sent, called) = ((await CallsAsync(run)).Sent, _simulator.Stats().Calls);
        Assert.InRange(sent - called, 0, 4);
    }

    [Fact]
    public async Task Jobs_that_arrive_twice_change_nothing()
    {
        var run = await _server.StartRunAsync(RunServer.Definition());
        var job = new PipelineJob(PipelineJob.Start, run.RunId);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _server.Services.HandleAsync(job, Cancel)));
        await _server.EndAsync(run);
        await _server.Services.HandleAsync(job, Cancel);
        await _server.Services.HandleAsync(new PipelineJob(PipelineJob.Start, "r000000000000000"), Cancel);

        Assert.Equal(20, _simulator.Stats().Calls);
    }

    [Theory]
    [InlineData("no json", "is not a job")]
    [InlineData("null", "is null")]
    [InlineData("""{"job":"dance","runId":"r1"}""", "Job 'dance' is unknown. Known jobs: start_run, run_abtest, run_window, resume_run, cancel_run, extend_run, review.")]
    public async Task A_message_that_is_no_job_says_so(string message, string expected)
    {
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => _server.Services.HandleAsync(message, Cancel));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private async Task<CallCounts> CallsAsync(RunRecord run) => CallCounts.Of(await _server.Services.Cells.CountAsync(run, Cancel));

    /// <summary>Waits until the run's orchestration waits for its event and its blocks have ended: no cell is under way. The calls so far.</summary>
    private async Task<long> UntilHeldAsync(RunRecord run)
    {
        await Eventually.TrueAsync(
            () => _server.Services.Orchestrations.Find(run.RunId) is null or { IsWaiting: true }, $"the blocks of run {run.RunId} to end", cancellationToken: Cancel);
        return _simulator.Stats().Calls;
    }

    private static async Task LookAgainAsync(Func<Task> assert)
    {
        var looks = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                await assert();
                return ++looks == 60;
            },
            "sixty looks",
            cancellationToken: Cancel);
    }
}
