using System.Collections.Concurrent;
using FunctionsEval.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionsEval.Local;

/// <summary>The orchestrations of this process, running and ended.</summary>
internal sealed partial class LocalOrchestrations(LocalTasks tasks, TimeProvider clock, ILoggerFactory loggers) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Instance> _instances = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly ILogger _logger = loggers.CreateLogger<LocalOrchestrations>();
    private readonly Lock _lock = new();
    private (long Since, StorageException Exception)? _storeFailure;

    public LocalTasks Tasks => tasks;

    public TimeProvider Clock => clock;

    public ILoggerFactory Loggers => loggers;

    /// <summary>Ids of the orchestrations that have not ended.</summary>
    public IReadOnlyList<string> Running => [.. _instances.Where(entry => !entry.Value.Task.IsCompleted).Select(entry => entry.Key)];

    /// <summary>Since when every activity has failed for the store, and why; null while the store works.</summary>
    public (TimeSpan For, StorageException Exception)? StoreFailure
    {
        get
        {
            lock (_lock)
            {
                return _storeFailure is { } failure ? (clock.GetElapsedTime(failure.Since), failure.Exception) : null;
            }
        }
    }

    /// <summary>Starts an orchestration; false when one of that id is running.</summary>
    public bool TryStart(TaskName name, string instanceId, object? input)
    {
        lock (_lock)
        {
            if (_stop.IsCancellationRequested || _instances.GetValueOrDefault(instanceId) is { Task.IsCompleted: false })
            {
                return false;
            }

            var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var context = new LocalOrchestrationContext(this, name, instanceId, parent: null, stop.Token);
            _instances[instanceId] = new Instance(context, stop, Task.Run(() => RunAsync(context, input)), clock.GetUtcNow());
            return true;
        }
    }

    public LocalOrchestrationContext? Find(string instanceId) =>
        _instances.GetValueOrDefault(instanceId) is { Task.IsCompleted: false } running ? running.Context : null;

    /// <summary>Null when nobody knows an orchestration of that id.</summary>
    public Instance? Get(string instanceId) => _instances.GetValueOrDefault(instanceId);

    /// <summary>Cuts an orchestration off and waits until nothing of it runs any more.</summary>
    public async Task TerminateAsync(string instanceId)
    {
        if (_instances.GetValueOrDefault(instanceId) is { } instance)
        {
            await instance.Stop.CancelAsync();
            await ((Task)instance.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Cuts all orchestrations off; what they had not stored is done again when they are started anew.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_instances.Values.Select(instance => (Task)instance.Task)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async Task<object?> RunActivityAsync(TaskName name, object? input, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        try
        {
            var output = await tasks.Activity(name)(input, stop);
            if (_storeFailure is not null)
            {
                SetStoreFailure(null);
            }

            return output;
        }
        catch (StorageException exception)
        {
            SetStoreFailure(exception);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task<object?> RunAsync(LocalOrchestrationContext context, object? input)
    {
        try
        {
            return await context.RunAsync(input);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(exception, context.Name, context.InstanceId);
            throw;
        }
    }

    private void SetStoreFailure(StorageException? exception)
    {
        lock (_lock)
        {
            _storeFailure = exception is null ? null : (_storeFailure?.Since ?? clock.GetTimestamp(), exception);
        }
    }

    [LoggerMessage(LogLevel.Error, "Orchestration {Name} {InstanceId} failed")]
    private partial void LogFailed(Exception exception, string name, string instanceId);

    /// <summary>One orchestration, and the promise of its end.</summary>
    internal sealed record Instance(LocalOrchestrationContext Context, CancellationTokenSource Stop, Task<object?> Task, DateTimeOffset CreatedAt)
    {
        public OrchestrationRuntimeStatus Status => Task.Status switch
        {
            TaskStatus.RanToCompletion => OrchestrationRuntimeStatus.Completed,
            TaskStatus.Faulted => OrchestrationRuntimeStatus.Failed,
            TaskStatus.Canceled => OrchestrationRuntimeStatus.Terminated,
            _ => OrchestrationRuntimeStatus.Running,
        };
    }
}
