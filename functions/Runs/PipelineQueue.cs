using System.Text.Json;
using FunctionsEval.Durable.Client;

namespace FunctionsEval.Runs;

/// <summary>The queue trigger: the only place that starts and signals orchestrations. Every job may arrive twice.</summary>
public sealed partial class PipelineQueue(
    RunStore runs, DurableTaskClient client, AbTestFeature abTests, PrepareDigest prepareDigest, TimeProvider clock, ILogger<PipelineQueue> logger)
{
    public const string Name = "PipelineQueue";

    private const int MostRounds = 200;
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(50);

    public Task HandleAsync(string message, CancellationToken cancellationToken)
    {
        PipelineJob? job;
        try
        {
            job = JsonSerializer.Deserialize(message, EvalJson.Context.PipelineJob);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"A message of queue '{PipelineJob.QueueName}' is not a job: {exception.Message}", exception);
        }

        return HandleAsync(job ?? throw new InvalidDataException($"A message of queue '{PipelineJob.QueueName}' is null."), cancellationToken);
    }

    public async Task HandleAsync(PipelineJob job, CancellationToken cancellationToken)
    {
        switch (job.Name)
        {
            case PipelineJob.ExtendRun:
                await UntilEndedAsync(job.RunId, cancellationToken);
                await StartAsync(job.RunId, cancellationToken);
                break;
            case PipelineJob.RunWindow when job.Digest is { } digest:
                await prepareDigest(job.RunId, digest, cancellationToken);
                await StartAsync(job.RunId, cancellationToken);
                break;
            case PipelineJob.StartRun or PipelineJob.RunAbTest or PipelineJob.RunWindow:
                await StartAsync(job.RunId, cancellationToken);
                break;
            case PipelineJob.ResumeRun or PipelineJob.CancelRun:
                await client.RaiseEventAsync(job.RunId, RunOrchestration.ResumeEvent, eventPayload: null, cancellationToken);
                break;
            default:
                throw new InvalidDataException(
                    $"Job '{job.Name}' is unknown. Known jobs: {string.Join(", ", PipelineJob.Names)}.");
        }
    }

    /// <summary>
    /// Also starts anew what ended without its run having ended: finished cells are not called again. True when it started something.
    /// </summary>
    internal async Task<bool> StartAsync(string runId, CancellationToken cancellationToken)
    {
        var run = await runs.FindAsync(runId, cancellationToken);
        if (run is null)
        {
            // Nothing to try again: a run whose job could not be queued, or so it seemed, is taken back.
            LogNoRun(runId);
        }

        if (run is null || run.Status.IsFinished())
        {
            return false;
        }

        if (await IsRefusedAsync(runId, cancellationToken))
        {
            return false;
        }

        var instance = await client.GetInstanceAsync(runId, getInputsAndOutputs: true, cancellationToken);

        // An orchestration ends after its run, so a run that is unfinished even now has lost its orchestration.
        if (instance is { IsCompleted: false } || (instance is not null && !await IsUnfinishedAsync(runId, cancellationToken)))
        {
            return false;
        }

        try
        {
            var input = new RunInput(runId, Restart: RestartAfter(instance));
            await client.ScheduleNewOrchestrationInstanceAsync(RunOrchestration.Name, input, new StartOrchestrationOptions(runId), cancellationToken);
            return true;
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // The same job, handled twice at once.
            return false;
        }
    }

    // A run has ended a moment before its orchestration, and may be extended in that moment. Once the new one runs the run is not pending.
    private async Task UntilEndedAsync(string runId, CancellationToken cancellationToken)
    {
        for (var round = 0; await runs.FindAsync(runId, cancellationToken) is { Status: RunStatus.Pending }; round++)
        {
            if (await client.GetInstanceAsync(runId, getInputsAndOutputs: false, cancellationToken) is null or { IsCompleted: true })
            {
                return;
            }

            if (round == MostRounds)
            {
                throw new InvalidOperationException($"The orchestration of run '{runId}' has not ended yet; the job is tried again.");
            }

            await Task.Delay(Round, clock, cancellationToken);
        }
    }

    private async Task<bool> IsUnfinishedAsync(string runId, CancellationToken cancellationToken) =>
        await runs.FindAsync(runId, cancellationToken) is { } run && !run.Status.IsFinished();

    /// <summary>An A/B test whose feature is off fails, and says why; trying again would not help.</summary>
    private async Task<bool> IsRefusedAsync(string runId, CancellationToken cancellationToken)
    {
        if (abTests.Enabled || await runs.GetAsync(runId, cancellationToken) is not { Kind: RunRecord.AbTest })
        {
            return false;
        }

        await runs.ChangeAsync(
            runId,
            run => run.Status.IsFinished() ? null : run with { Status = RunStatus.Failed, CompletedAt = clock.GetUtcNow(), Reason = AbTestFeature.Disabled },
            cancellationToken);
        return true;
    }

    private static int RestartAfter(OrchestrationMetadata? ended)
    {
        try
        {
            return ended?.SerializedInput is { } json && JsonSerializer.Deserialize(json, EvalJson.Context.RunInput) is { } input ? input.Restart + 1 : 0;
        }
        catch (JsonException)
        {
            return 1;
        }
    }

    [LoggerMessage(LogLevel.Warning, "A job is for run {RunId}, which does not exist")]
    private partial void LogNoRun(string runId);
}
