using System.Text.Json;
using FunctionsEval.Durable.Client;

namespace FunctionsEval.Runs;

/// <summary>The queue trigger: the only place that starts and signals orchestrations. Every job may arrive twice.</summary>
public sealed class PipelineQueue(RunStore runs, DurableTaskClient client)
{
    public const string Name = "PipelineQueue";

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
            case PipelineJob.StartRun or PipelineJob.ExtendRun:
                await StartAsync(job.RunId, cancellationToken);
                break;
            case PipelineJob.ResumeRun or PipelineJob.CancelRun:
                await client.RaiseEventAsync(job.RunId, RunOrchestration.ResumeEvent, eventPayload: null, cancellationToken);
                break;
            default:
                throw new InvalidDataException(
                    $"Job '{job.Name}' is unknown. Known jobs: {PipelineJob.StartRun}, {PipelineJob.ResumeRun}, {PipelineJob.CancelRun}, {PipelineJob.ExtendRun}.");
        }
    }

    /// <summary>Also starts anew what ended without its run having ended: finished cells are not called again.</summary>
    private async Task StartAsync(string runId, CancellationToken cancellationToken)
    {
        var run = await runs.FindAsync(runId, cancellationToken);
        if (run is null || run.Status.IsFinished())
        {
            return;
        }

        var instance = await client.GetInstanceAsync(runId, getInputsAndOutputs: false, cancellationToken);
        if (instance is null or { IsCompleted: true })
        {
            try
            {
                await client.ScheduleNewOrchestrationInstanceAsync(
                    RunOrchestration.Name, new RunInput(runId), new StartOrchestrationOptions(runId), cancellationToken);
            }
            catch (OrchestrationAlreadyExistsException)
            {
                // The same job, handled twice at once.
            }
        }
    }
}
