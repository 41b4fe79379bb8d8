namespace FunctionsEval.Durable;

/// <summary>
/// Retries of a failed activity or sub-orchestration. The delay before attempt n+1 is min(first * backoff^(n-1), max);
/// no retry begins once <see cref="RetryTimeout"/> has passed since the first attempt.
/// </summary>
public sealed record RetryPolicy
{
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null,
        Func<TaskFailureDetails, bool>? handle = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxNumberOfAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(firstRetryInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(backoffCoefficient, 1.0);
        if (maxRetryInterval < firstRetryInterval)
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxRetryInterval), maxRetryInterval, $"The longest retry interval must not be shorter than the first ({firstRetryInterval}).");
        }

        if (retryTimeout <= TimeSpan.Zero && retryTimeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(retryTimeout), retryTimeout, "The retry timeout must be positive.");
        }

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? TimeSpan.FromHours(1);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
        Handle = handle;
    }

    public int MaxNumberOfAttempts { get; }

    public TimeSpan FirstRetryInterval { get; }

    public double BackoffCoefficient { get; }

    public TimeSpan MaxRetryInterval { get; }

    public TimeSpan RetryTimeout { get; }

    /// <summary>Says which failures are worth another attempt; must be deterministic. Without it all are, but those marked as not retriable.</summary>
    public Func<TaskFailureDetails, bool>? Handle { get; }

    /// <summary>The delay after <paramref name="attempts"/> failed attempts, or null when there is to be no other one.</summary>
    public TimeSpan? NextDelay(int attempts, TimeSpan sinceFirstAttempt, TaskFailureDetails failure)
    {
        var isExpired = RetryTimeout != Timeout.InfiniteTimeSpan && sinceFirstAttempt >= RetryTimeout;
        if (failure.IsNonRetriable || attempts >= MaxNumberOfAttempts || isExpired || Handle?.Invoke(failure) == false)
        {
            return null;
        }

        var ticks = FirstRetryInterval.Ticks * Math.Pow(BackoffCoefficient, attempts - 1);
        return ticks < MaxRetryInterval.Ticks ? TimeSpan.FromTicks((long)ticks) : MaxRetryInterval;
    }
}
