using FunctionsEval.Runs.Records;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace FunctionsEval.Runs.Orchestration;

/// <summary>
/// Starts anew what should be running and is not: a run whose process died, whose job was lost, or whose orchestration the Functions host
/// failed because the program was away. The run's cells are all in the store, so nothing is called twice for it.
/// </summary>
public sealed partial class Watchdog(RunStore runs, PipelineQueue pipeline, ILogger<Watchdog> logger)
{
    public const string Name = "Watchdog";

    [Function(Name)]
    public Task RunAsync([TimerTrigger("0 */5 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        LookAsync(client, cancellationToken);

    /// <summary>How many runs were started anew. One that cannot be looked after does not keep the others from it.</summary>
    public async Task<int> LookAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        var restarted = 0;

        // A paused run waits for its resume, which starts it too.
        await foreach (var runId in runs.ActiveAsync(cancellationToken))
        {
            try
            {
                if (await pipeline.StartAsync(runId, client, cancellationToken))
                {
                    restarted++;
                    LogRestarted(runId);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogNotLookedAfter(exception, runId);
            }
        }

        return restarted;
    }

    [LoggerMessage(LogLevel.Warning, "The orchestration of run {RunId} was not running and is started anew")]
    private partial void LogRestarted(string runId);

    [LoggerMessage(LogLevel.Error, "Run {RunId} could not be looked after")]
    private partial void LogNotLookedAfter(Exception exception, string runId);
}
