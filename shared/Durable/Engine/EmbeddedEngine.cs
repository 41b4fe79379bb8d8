using System.Collections.Concurrent;
using System.Globalization;
using FunctionsEval.Durable.Client;
using FunctionsEval.Durable.Executor;
using FunctionsEval.Durable.Protocol;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.Durable.Engine;

/// <summary>
/// Runs orchestrations on one machine over a history store: running ones stay in memory, each turn is one commit, and nothing is acted
/// upon before it is durable. After a crash what has no result is done again (at least once).
/// </summary>
public sealed partial class EmbeddedEngine : IAsyncDisposable
{
    private readonly IHistoryStore _store;
    private readonly DurableTaskRegistry _registry;
    private readonly JsonDataConverter _converter;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly Random _random;
    private readonly Lock _randomLock = new();
    private readonly ConcurrentDictionary<string, LiveInstance> _live = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ActivityDispatcher _activities;
    private int _busy;
    private volatile bool _isRunning;
    private volatile bool _isStopping;

    public EmbeddedEngine(
        IHistoryStore store,
        DurableTaskRegistry registry,
        JsonDataConverter converter,
        EmbeddedEngineOptions options,
        TimeProvider clock,
        Random random,
        ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        _store = store;
        _registry = registry;
        _converter = converter;
        _random = random;
        _loggers = loggers;
        _logger = loggers.CreateLogger<EmbeddedEngine>();
        Options = options;
        Clock = clock;
        _activities = new ActivityDispatcher(registry, converter, options.MaxConcurrentActivities, _logger, _stopping.Token);
        Commits = new GroupCommit(store, options, clock, _logger, Fault, _ending.Token);
        Client = new EmbeddedDurableTaskClient(this, store, registry, converter);
    }

    public DurableTaskClient Client { get; }

    /// <summary>Ends when the engine was stopped; faults when it had to stop by itself (ownership lost, a fault of its own).</summary>
    public Task Completion => _completion.Task;

    /// <summary>How many instances are in memory.</summary>
    public int LiveInstanceCount => _live.Count;

    internal EmbeddedEngineOptions Options { get; }

    internal TimeProvider Clock { get; }

    internal GroupCommit Commits { get; }

    internal bool IsStopping => _isStopping;

    /// <summary>Set when nothing more will become durable.</summary>
    internal CancellationToken Ending => _ending.Token;

    /// <summary>Loads all unsettled instances, then goes on with each where its history ends.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var restored = new List<(LiveInstance Instance, IReadOnlyCollection<OrchestratorAction> Unanswered)>();
        await foreach (var stored in _store.LoadUnsettledAsync(cancellationToken))
        {
            var instance = LiveInstance.Restore(this, stored, out var unanswered);
            _live[instance.Id] = instance;
            restored.Add((instance, unanswered));
        }

        foreach (var (instance, unanswered) in restored)
        {
            await ResumeAsync(instance, unanswered, cancellationToken);
        }

        _isRunning = true;
        if (restored.Count > 0)
        {
            LogResumed(restored.Count);
        }
    }

    /// <summary>
    /// No new activity starts; running ones are cancelled, waited for, and will run again; turns that were under way are written.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;

        // Not awaited: a callback of user code that throws or blocks must not keep the engine from stopping.
        _ = _stopping.CancelAsync();
        Interlocked.Increment(ref _busy);
        WentIdle();
        try
        {
            await _activities.EndedAsync(cancellationToken);
            await _idle.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            await _ending.CancelAsync();
            AbandonAll();
            _completion.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_completion.Task.IsCompleted)
        {
            await StopAsync(CancellationToken.None);
        }
    }

    internal OrchestrationExecution NewExecution(string instanceId) => new(_registry, _converter, _loggers, instanceId);

    internal string NewExecutionId()
    {
        lock (_randomLock)
        {
            return _random.NextInt64(long.MinValue, long.MaxValue).ToString("x16", CultureInfo.InvariantCulture);
        }
    }

    internal LiveInstance? FindLive(string instanceId) => _live.GetValueOrDefault(instanceId);

    internal void VerifyRunning()
    {
        if (!_isRunning || _isStopping)
        {
            throw new EngineStoppedException(_completion.Task.Exception?.InnerException);
        }
    }

    /// <summary>Gives a message to an instance. One that is not in memory has finished or never was: only a start brings it there.</summary>
    internal void Deliver(string instanceId, Message message)
    {
        var isStart = message.Event is { EventTypeCase: HistoryEvent.EventTypeOneofCase.ExecutionStarted };
        while (!_isStopping)
        {
            if (!_live.TryGetValue(instanceId, out var instance))
            {
                if (!isStart)
                {
                    message.Settled?.Invoke();
                    return;
                }

                instance = _live.GetOrAdd(instanceId, static (id, engine) => new LiveInstance(engine, id), this);
            }

            if (instance.TryPost(message))
            {
                return;
            }

            Remove(instance);
        }

        message.Abandoned?.Invoke();
    }

    internal void Forget(string instanceId, string messageId) => FindLive(instanceId)?.Forget(messageId);

    internal void Remove(LiveInstance instance) => _live.TryRemove(KeyValuePair.Create(instance.Id, instance));

    internal void Schedule(LiveInstance instance)
    {
        Interlocked.Increment(ref _busy);
        Queue(instance);
    }

    internal static void Queue(LiveInstance instance) => ThreadPool.UnsafeQueueUserWorkItem(instance, preferLocal: false);

    internal void WentIdle()
    {
        if (Interlocked.Decrement(ref _busy) == 0 && _isStopping)
        {
            _idle.TrySetResult();
        }
    }

    internal void Fault(Exception exception)
    {
        LogFaulted(exception);
        _isStopping = true;
        _completion.TrySetException(exception);
        _idle.TrySetResult();
        _ = _stopping.CancelAsync();
        _ = _ending.CancelAsync();
        AbandonAll();
    }

    private void AbandonAll()
    {
        foreach (var instance in _live.Values)
        {
            instance.Abandon();
        }

        _live.Clear();
    }

    [LoggerMessage(LogLevel.Information, "Resumed {Count} orchestrations")]
    private partial void LogResumed(int count);

    [LoggerMessage(LogLevel.Critical, "The orchestration engine stopped; unfinished orchestrations go on from their last durable state when it runs again")]
    private partial void LogFaulted(Exception exception);
}
