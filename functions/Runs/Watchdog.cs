namespace FunctionsEval.Runs;

/// <summary>
/// Starts anew what should be running and is not. The Functions host fails an orchestration for good when the program is away at the
/// wrong moment (it was killed, it was just starting); the run's cells are all in the store, so nothing is called twice for it.
/// </summary>
public sealed partial class Watchdog(RunStore runs, ILogger<Watchdog> logger)
{
    public const string Name = "Watchdog";

    /// <summary>How many runs were started anew. One that cannot be looked after does not keep the others from it.</summary>
    public async Task<int> RunAsync(PipelineQueue pipeline, CancellationToken cancellationToken)
    {
        var restarted = 0;
        await foreach (var run in runs.AllAsync(cancellationToken))
        {
            if (run.Status.IsFinished())
            {
                continue;
            }

            try
            {
                if (await pipeline.StartAsync(run.RunId, cancellationToken))
                {
                    restarted++;
                    LogRestarted(run.RunId);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogNotLookedAfter(exception, run.RunId);
            }
        }

        return restarted;
    }

    [LoggerMessage(LogLevel.Warning, "The orchestration of run {RunId} was not running and is started anew")]
    private partial void LogRestarted(string runId);

    [LoggerMessage(LogLevel.Error, "Run {RunId} could not be looked after")]
    private partial void LogNotLookedAfter(Exception exception, string runId);
}
