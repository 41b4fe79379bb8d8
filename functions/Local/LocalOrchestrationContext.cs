using System.Threading.Channels;
using Microsoft.DurableTask;
using Engine = DurableTask.Core;

namespace FunctionsEval.Local;

/// <summary>
/// Runs one orchestrator in memory, with the semantics of Durable Functions: one turn at a time, retries by the options of the call, failures
/// as <see cref="TaskFailedException"/>, external events that are kept until somebody waits for them. There is no history: what an
/// orchestrator must remember is in the store, and after a stop it is started anew.
/// </summary>
internal sealed class LocalOrchestrationContext(
    LocalOrchestrations orchestrations,
    TaskName name,
    string instanceId,
    ParentOrchestrationInstance? parent,
    CancellationToken stop) : TaskOrchestrationContext
{
    private readonly TaskScheduler _turns = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Channel<object?>> _events = new(StringComparer.OrdinalIgnoreCase);
    private readonly TaskCompletionSource _nothingUnderWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private object? _input;
    private (object? Input, bool KeepsEvents)? _anew;
    private int _calls;
    private int _waits;
    private int _underWay = 1;

    public override TaskName Name => name;

    public override string InstanceId => instanceId;

    public override ParentOrchestrationInstance? Parent => parent;

    public override DateTime CurrentUtcDateTime => orchestrations.Clock.GetUtcNow().UtcDateTime;

    public override bool IsReplaying => false;

    /// <summary>True while the orchestrator waits for an external event.</summary>
    public bool IsWaiting => Volatile.Read(ref _waits) > 0;

    protected override ILoggerFactory LoggerFactory => orchestrations.Loggers;

    /// <summary>
    /// Runs the orchestrator, from the start again as often as it continues as new; gives its last result. When it is stopped, it ends only after all
    /// that it has called: an orchestrator leaves at the first call that is cut off.
    /// </summary>
    public async Task<object?> RunAsync(object? input)
    {
        try
        {
            return await RunTurnsAsync(input);
        }
        finally
        {
            CallEnded();
            if (stop.IsCancellationRequested)
            {
                await _nothingUnderWay.Task;
            }
        }
    }

    private async Task<object?> RunTurnsAsync(object? input)
    {
        var orchestrator = orchestrations.Tasks.Orchestrator(name);
        while (true)
        {
            (_input, _anew) = (input, null);
            var output = await Task.Factory.StartNew(() => orchestrator(this, input), stop, TaskCreationOptions.DenyChildAttach, _turns).Unwrap();
            if (_anew is not { } anew)
            {
                return output;
            }

            input = anew.Input;
            if (!anew.KeepsEvents)
            {
                lock (_lock)
                {
                    _events.Clear();
                }
            }
        }
    }

    /// <summary>Hands an event to the orchestrator, now or when it waits for one.</summary>
    public void Raise(string eventName, object? payload) => Events(eventName).Writer.TryWrite(payload);

    public override T GetInput<T>() => (T)_input!;

    public override Task<TResult> CallActivityAsync<TResult>(TaskName activity, object? input = null, TaskOptions? options = null) =>
        RetriedAsync<TResult>(activity, options, () => orchestrations.RunActivityAsync(activity, input, stop));

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestrator, object? input = null, TaskOptions? options = null)
    {
        var id = (options as SubOrchestrationOptions)?.InstanceId ?? $"{instanceId}:{Interlocked.Increment(ref _calls)}";
        return RetriedAsync<TResult>(
            orchestrator,
            options,
            () => new LocalOrchestrationContext(orchestrations, orchestrator, id, new ParentOrchestrationInstance(name, instanceId), stop).RunAsync(input));
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        var left = fireAt - CurrentUtcDateTime;
        var either = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken);
        var timer = Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, orchestrations.Clock, either.Token);
        _ = timer.ContinueWith(_ => either.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return timer;
    }

    public override async Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken);
        Interlocked.Increment(ref _waits);
        try
        {
            return (T)(await Events(eventName).Reader.ReadAsync(either.Token))!;
        }
        finally
        {
            Interlocked.Decrement(ref _waits);
        }
    }

    public override void SendEvent(string instanceId, string eventName, object payload) => orchestrations.Find(instanceId)?.Raise(eventName, payload);

    /// <summary>Nobody can ask for it on one machine.</summary>
    public override void SetCustomStatus(object? customStatus)
    {
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) => _anew = (newInput, preserveUnprocessedEvents);

    public override Guid NewGuid() => Guid.CreateVersion7(orchestrations.Clock.GetUtcNow());

    private Channel<object?> Events(string eventName)
    {
        lock (_lock)
        {
            return _events.TryGetValue(eventName, out var known) ? known : _events[eventName] = Channel.CreateUnbounded<object?>();
        }
    }

    private async Task<TResult> RetriedAsync<TResult>(TaskName task, TaskOptions? options, Func<Task<object?>> run)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            // What is called runs on the thread pool, not within the turn of the orchestrator.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return await TriedAsync<TResult>(task, options, run).ConfigureAwait(false);
        }
        finally
        {
            CallEnded();
        }
    }

    private void CallEnded()
    {
        if (Interlocked.Decrement(ref _underWay) == 0)
        {
            _nothingUnderWay.SetResult();
        }
    }

    private async Task<TResult> TriedAsync<TResult>(TaskName task, TaskOptions? options, Func<Task<object?>> run)
    {
        var policy = options?.Retry?.Policy;
        var started = orchestrations.Clock.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return (TResult)(await run().ConfigureAwait(false))!;
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                var failure = new TaskFailedException(task, Interlocked.Increment(ref _calls), exception);
                if (policy is null || attempt >= policy.MaxNumberOfAttempts || !MayRetry(policy, exception)
                    || (policy.RetryTimeout > TimeSpan.Zero && orchestrations.Clock.GetElapsedTime(started) >= policy.RetryTimeout))
                {
                    throw failure;
                }
            }

            await Task.Delay(DelayAfter(attempt, policy), orchestrations.Clock, stop).ConfigureAwait(false);
        }
    }

    /// <summary>A policy can only read the exceptions of the engine below Durable Functions, which hands them to it there.</summary>
    private static bool MayRetry(RetryPolicy policy, Exception exception) =>
        policy.Handle(new Engine.Exceptions.SubOrchestrationFailedException(exception.Message) { FailureDetails = new Engine.FailureDetails(exception) });

    private static TimeSpan DelayAfter(int attempt, RetryPolicy policy)
    {
        var delay = policy.FirstRetryInterval * Math.Pow(policy.BackoffCoefficient, attempt - 1);
        return policy.MaxRetryInterval > TimeSpan.Zero && delay > policy.MaxRetryInterval ? policy.MaxRetryInterval : delay;
    }
}
