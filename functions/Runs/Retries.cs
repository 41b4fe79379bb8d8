using FunctionsEval.Durable;

namespace FunctionsEval.Runs;

/// <summary>How often lost infrastructure (a store that cannot be reached) is tried again. Models have retries of their own.</summary>
internal static class Retries
{
    public static readonly TaskOptions OfCells = new(new RetryPolicy(
        maxNumberOfAttempts: 10, firstRetryInterval: TimeSpan.FromMilliseconds(500), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1)));

    /// <summary>
    /// Blocks fail on purpose only when the retries of a cell are used up. A block without details was failed by the Functions host,
    /// because the program was away just then.
    /// </summary>
    public static readonly RetryPolicy OfBlocks = new(
        maxNumberOfAttempts: 5,
        firstRetryInterval: TimeSpan.FromSeconds(2),
        backoffCoefficient: 2,
        maxRetryInterval: TimeSpan.FromMinutes(1),
        handle: failure => failure.ErrorType == TaskFailureDetails.NotGiven);

    public static readonly TaskOptions OfActivities = new(new RetryPolicy(
        maxNumberOfAttempts: 5, firstRetryInterval: TimeSpan.FromSeconds(1), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1)));
}
