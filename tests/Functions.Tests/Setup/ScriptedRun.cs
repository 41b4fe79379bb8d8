using System.Collections.Concurrent;
using FunctionsEval.Local;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Functions.Tests.Setup;

/// <summary>
/// The real orchestrators in memory with activities that a test scripts; the clock moves on while an end is waited for.
/// </summary>
internal sealed class ScriptedRun : IAsyncDisposable
{
    public const string RunId = "r123456789abcdef";

    private readonly FakeTimeProvider _clock = new();
    private readonly LocalOrchestrations _orchestrations;

    private ScriptedRun(RunPlan plan, Func<CellInput, string>? cell, Func<string, string?>? analyze, Func<string, RunPlan>? prepare, Func<LookInput, string?>? look, Func<AllocatedBlockInput, string>? allocation)
    {
        var tasks = new LocalTasks()
            .AddOrchestrator<RunInput, RunStatus>(RunOrchestration.Name, RunOrchestration.RunAsync)
            .AddOrchestrator<BlockInput, BlockResult>(EvaluateBlock.Name, EvaluateBlock.RunAsync)
            .AddActivity<string, RunPlan>(PrepareRun.Name, (runId, _) => Task.FromResult(Noted("prepare", () => prepare is null ? plan : prepare(runId))))
            .AddActivity<CellInput, string>(EvaluateCell.Name, (input, _) =>
            {
                Cells.AddOrUpdate(input, 1, (_, count) => count + 1);
                return Task.FromResult(cell is null ? "scored" : cell(input));
            })
            .AddActivity<LookInput, string?>(InterimLook.Name, (input, _) => Task.FromResult(Noted("look", () => look?.Invoke(input))))
            .AddActivity<string, string?>(AllocateSamples.Name, (_, _) => Task.FromResult(Noted<string?>("allocate", () => null)))
            .AddActivity<AllocatedBlockInput, string>(ReadAllocation.Name, (input, _) => Task.FromResult(allocation!(input)))
            .AddActivity<string, string?>(AnalyzeRun.Name, (runId, _) => Task.FromResult(Noted("analyze", () => analyze?.Invoke(runId))))
            .AddActivity<CompleteRunInput, RunStatus>(CompleteRun.Name, (input, _) =>
            {
                Completed.Enqueue(input);
                return Task.FromResult(Noted("complete", () => input.FailureReason is null ? RunStatus.Completed : RunStatus.Failed));
            });
        _orchestrations = new LocalOrchestrations(tasks, _clock, NullLoggerFactory.Instance);
        Client = new LocalDurableTaskClient(_orchestrations);
    }

    public DurableTaskClient Client { get; }

    /// <summary>How often each cell was evaluated.</summary>
    public ConcurrentDictionary<CellInput, int> Cells { get; } = new();

    public ConcurrentQueue<string> Steps { get; } = new();

    public ConcurrentQueue<CompleteRunInput> Completed { get; } = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="cell">How a cell ends; null ends all as scored.</param>
    public static async Task<ScriptedRun> StartAsync(
        RunPlan plan, Func<CellInput, string>? cell = null, Func<string, string?>? analyze = null, Func<string, RunPlan>? prepare = null,
        Func<LookInput, string?>? look = null, Func<AllocatedBlockInput, string>? allocation = null)
    {
        var run = new ScriptedRun(plan, cell, analyze, prepare, look, allocation);
        await run.Client.ScheduleNewOrchestrationInstanceAsync(RunOrchestration.Name, new RunInput(RunId), new StartOrchestrationOptions(RunId), Cancel);
        return run;
    }

    public static RunPlan Plan(int items, int samples = 1) => new(RunId, items, 1, samples, Seed: 42);

    public Task ResumeAsync() => Client.RaiseEventAsync(RunId, RunOrchestration.ResumeEvent, null, Cancel);

    /// <summary>Waits until no cell is evaluated any more: the orchestration waits for its event.</summary>
    public Task UntilHeldAsync() => Eventually.TrueAsync(
        () => _orchestrations.Find(RunId) is { IsWaiting: true } && !Cells.IsEmpty, "the orchestration to wait", cancellationToken: Cancel);

    /// <summary>Waits, while time goes by, until a cell was tried so often.</summary>
    public Task UntilTriedAsync(CellInput cell, int times) => Eventually.TrueAsync(
        () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(30));
            return Cells.GetValueOrDefault(cell) >= times;
        },
        $"{times} tries of {cell}",
        cancellationToken: Cancel);

    /// <summary>Half an hour, in which whatever waits for a moment goes on.</summary>
    public Task LetTimePassAsync()
    {
        var steps = 0;
        return Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(30));
                return ++steps == 60;
            },
            "half an hour to pass",
            cancellationToken: Cancel);
    }

    public async Task<OrchestrationMetadata> EndAsync()
    {
        var end = Client.WaitForInstanceCompletionAsync(RunId, getInputsAndOutputs: true, Cancel);
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(30));
                return end.IsCompleted;
            },
            "the orchestration to end",
            cancellationToken: Cancel);
        return await end;
    }

    /// <summary>Cuts it off; ends when nothing of it runs any more.</summary>
    public Task StopAsync() => _orchestrations.StopAsync();

    public ValueTask DisposeAsync() => _orchestrations.DisposeAsync();

    private T Noted<T>(string step, Func<T> act)
    {
        Steps.Enqueue(step);
        return act();
    }
}
