using System.Text.Json;
using DurableTask.Core.Exceptions;
using FunctionsEval.Runs.Records;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionsEval.Runs.Orchestration;

/// <summary>
/// The only place that starts and wakes orchestrations: the queue trigger of the function app, and the channel of the program on one
/// machine. Every job may arrive twice.
/// </summary>
public sealed partial class PipelineQueue(
    RunStore runs, RunLeases leases, AbTestFeature abTests, PrepareDigest prepareDigest, MakeReview review, TimeProvider clock, ILogger<PipelineQueue> logger)
{
    public const string Name = "PipelineQueue";

    private const int MostRounds = 200;
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(50);

    [Function(Name)]
    public Task RunAsync(
        [QueueTrigger(PipelineJob.QueueName, Connection = "AzureWebJobsStorage")] string message,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        PipelineJob? job;
        try
        {
            job = JsonSerializer.Deserialize(message, OrchestrationJson.Context.PipelineJob);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"A message of queue '{PipelineJob.QueueName}' is not a job: {exception.Message}", exception);
        }

        return HandleAsync(job ?? throw new InvalidDataException($"A message of queue '{PipelineJob.QueueName}' is null."), client, cancellationToken);
    }

    public async Task HandleAsync(PipelineJob job, DurableTaskClient client, CancellationToken cancellationToken)
    {
        switch (job.Name)
        {
            case PipelineJob.Extend:
                await UntilEndedAsync(job.RunId, client, cancellationToken);
                await StartAsync(job.RunId, client, cancellationToken);
                break;
            case PipelineJob.Start or PipelineJob.RunAbTest or PipelineJob.RunWindow:
                await StartAsync(job.RunId, client, cancellationToken);
                break;
            case PipelineJob.Resume or PipelineJob.Cancel:
                await WakeAsync(job.RunId, client, cancellationToken);
                break;
            case PipelineJob.Review:
                await review(cancellationToken);
                break;
            default:
                throw new InvalidDataException(
                    $"Job '{job.Name}' is unknown. Known jobs: {string.Join(", ", PipelineJob.Names)}.");
        }
    }

    /// <summary>
    /// Starts what should be running and is not, also what ended without its run having ended: finished cells are not called again.
    /// A run that another executor works on is left alone. True when it started something.
    /// </summary>
    internal async Task<bool> StartAsync(string runId, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var run = await runs.FindAsync(runId, cancellationToken);
        if (run is null)
        {
            // Nothing to try again: a run whose job could not be queued, or so it seemed, is taken back.
            LogNoRun(runId);
        }

        if (run is null || run.Status.IsFinished() || await IsRefusedAsync(run, cancellationToken))
        {
            return false;
        }

        var instance = await client.GetInstanceAsync(runId, getInputsAndOutputs: true, cancellationToken);
        if (instance is { IsCompleted: false })
        {
            return false;
        }

        // An orchestration ends after its run, so a run that is unfinished even now has lost its orchestration.
        var lease = await leases.AcquireAsync(runId, cancellationToken);
        if (lease is LeaseOutcome.HeldBy(var other))
        {
            LogHeld(runId, other.ToString());
            return false;
        }

        // What a digest triages is chosen here and not when it is asked for, so that a restart goes on with one that waits.
        if (lease is not LeaseOutcome.Acquired(var mine) || (mine.Content?.Pending is not null && (await prepareDigest(runId, cancellationToken)).Status.IsFinished()))
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

    /// <summary>A run whose orchestration waits goes on; one that has none any more gets one.</summary>
    private async Task WakeAsync(string runId, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(runId, getInputsAndOutputs: false, cancellationToken) is { IsCompleted: false })
        {
            await client.RaiseEventAsync(runId, RunOrchestration.ResumeEvent, eventPayload: null, cancellationToken);
        }
        else
        {
            await StartAsync(runId, client, cancellationToken);
        }
    }

    // A run has ended a moment before its orchestration, and may be extended in that moment. Once the new one runs the run is not pending.
    private async Task UntilEndedAsync(string runId, DurableTaskClient client, CancellationToken cancellationToken)
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

    /// <summary>An A/B test whose feature is off fails, and says why; trying again would not help.</summary>
    private async Task<bool> IsRefusedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (abTests.Enabled || run.Kind != RunRecord.AbTest)
        {
            return false;
        }

        await runs.ChangeAsync(
            run.RunId,
            current => current.Status.IsFinished() ? null : current with { Status = RunStatus.Failed, Course = current.Course with { CompletedAt = clock.GetUtcNow(), Reason = AbTestFeature.Disabled } },
            cancellationToken);
        return true;
    }

    private static int RestartAfter(OrchestrationMetadata? ended)
    {
        try
        {
            return ended?.SerializedInput is { } json && JsonSerializer.Deserialize(json, OrchestrationJson.Context.RunInput) is { } input ? input.Restart + 1 : 0;
        }
        catch (JsonException)
        {
            return 1;
        }
    }

    [LoggerMessage(LogLevel.Warning, "A job is for run {RunId}, which does not exist")]
    private partial void LogNoRun(string runId);

    [LoggerMessage(LogLevel.Information, "Run {RunId} is left to {Executor}, which works on it")]
    private partial void LogHeld(string runId, string executor);
}
