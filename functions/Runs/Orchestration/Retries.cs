using Microsoft.DurableTask;

namespace FunctionsEval.Runs.Orchestration;

/// <summary>
/// How often lost infrastructure (a store that cannot be reached, a worker that was killed) is tried again. Models have retries of their own.
/// Every call of an orchestrator has one of these: the Functions host fails a call without when the worker goes away during it.
/// </summary>
internal static class Retries
{
    public static readonly TaskOptions OfCells = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 10, firstRetryInterval: TimeSpan.FromMilliseconds(500), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1)));

    /// <summary>A block that failed because the retries of a cell are used up is not tried again.</summary>
    public static readonly RetryPolicy OfBlocks = new(
        maxNumberOfAttempts: 5, firstRetryInterval: TimeSpan.FromSeconds(2), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1))
    {
        HandleFailure = failure => failure.ErrorType != typeof(TaskFailedException).FullName,
    };

    public static readonly TaskOptions OfActivities = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 5, firstRetryInterval: TimeSpan.FromSeconds(1), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1)));
}
