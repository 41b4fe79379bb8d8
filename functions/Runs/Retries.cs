using FunctionsEval.Durable;

namespace FunctionsEval.Runs;

/// <summary>How often lost infrastructure (a store that cannot be reached) is tried again. Models have retries of their own.</summary>
internal static class Retries
{
    public static readonly TaskOptions OfCells = new(new RetryPolicy(
        maxNumberOfAttempts: 10, firstRetryInterval: TimeSpan.FromMilliseconds(500), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1)));

    public static readonly TaskOptions OfActivities = new(new RetryPolicy(
        maxNumberOfAttempts: 5, firstRetryInterval: TimeSpan.FromSeconds(1), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1)));
}
