using Microsoft.Extensions.Logging;

namespace FunctionsEval.Durable;

/// <summary>
/// What an orchestrator may touch: member names and meanings are those of Durable's TaskOrchestrationContext. An orchestrator must be
/// deterministic: no I/O, clock, randomness or configuration but from here, and it awaits only tasks that come from here.
/// </summary>
public abstract class OrchestrationContext
{
    /// <summary>The name the orchestrator was scheduled by.</summary>
    public abstract string Name { get; }

    public abstract string InstanceId { get; }

    /// <summary>Who called this orchestration as a sub-orchestration; null when a client started it.</summary>
    public abstract ParentOrchestrationInstance? Parent { get; }

    /// <summary>The time of the current turn, the same on every replay (UTC).</summary>
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <summary>True while history is replayed: only logging and tracing may depend on it.</summary>
    public abstract bool IsReplaying { get; }

    /// <summary>The version the instance was started with; empty without one.</summary>
    public abstract string Version { get; }

    public abstract T? GetInput<T>();

    /// <summary>Schedules an activity. Throws <see cref="TaskFailedException"/> when it failed and its retry policy is used up.</summary>
    public abstract Task<TResult> CallActivityAsync<TResult>(string name, object? input = null, TaskOptions? options = null);

    public virtual Task CallActivityAsync(string name, object? input = null, TaskOptions? options = null) =>
        CallActivityAsync<object?>(name, input, options);

    /// <summary>Starts another orchestration and waits for it; its id comes from <see cref="SubOrchestrationOptions"/> or is derived from this instance.</summary>
    public abstract Task<TResult> CallSubOrchestratorAsync<TResult>(string orchestratorName, object? input = null, TaskOptions? options = null);

    public virtual Task CallSubOrchestratorAsync(string orchestratorName, object? input = null, TaskOptions? options = null) =>
        CallSubOrchestratorAsync<object?>(orchestratorName, input, options);

    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken)
    {
        if (delay < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(delay), delay, "A timer needs a delay of zero or more.");
        }

        return CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);
    }

    /// <summary>A durable timer, at once when the time is past. Cancelling makes the task cancelled; the timer itself fires later, unheard.</summary>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>Waits for an event raised from outside or sent by another instance. Names ignore case; waiters are served in the order they came.</summary>
    public abstract Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default);

    /// <summary>The same with an end: throws <see cref="TaskCanceledException"/> when the time is over first.</summary>
    public abstract Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Raises an event at another instance; not awaited, dropped when that instance is not running.</summary>
    public abstract void SendEvent(string instanceId, string eventName, object? payload);

    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Ends this execution when the orchestrator returns, and starts it anew with the given input and an empty history.</summary>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>A Guid that is the same on every replay.</summary>
    public abstract Guid NewGuid();

    /// <summary>A logger that is silent during replay, so that each line is written once.</summary>
    public abstract ILogger CreateReplaySafeLogger(string categoryName);
}
