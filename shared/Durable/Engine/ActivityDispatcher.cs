using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using FunctionsEval.Durable.Executor;
using FunctionsEval.Durable.Protocol;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.Durable.Engine;

/// <summary>One activity call and the execution that its answer goes to.</summary>
internal sealed record ActivityCall(LiveInstance Instance, string ExecutionId, int TaskId, string Name, string? Input);

/// <summary>
/// Runs activities: a few workers take calls from one queue and start them one after the other, so that a thousand calls are not a
/// thousand thread-pool items; those that wait for something do so without a worker, up to the limit.
/// </summary>
internal sealed partial class ActivityDispatcher(
    DurableTaskRegistry registry, JsonDataConverter converter, int maxConcurrent, ILogger logger, CancellationToken stopping) : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<ActivityCall> _calls = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _maxWorkers = Math.Max(2, Environment.ProcessorCount * 2);
    private int _workers;
    private int _running;

    public void Enqueue(ActivityCall call)
    {
        _calls.Enqueue(call);
        StartWorker();
    }

    /// <summary>Once stopping: until every running activity has seen it and ended.</summary>
    public Task EndedAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _running) == 0 ? Task.CompletedTask : _ended.Task.WaitAsync(cancellationToken);

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            while (!stopping.IsCancellationRequested && TryTake(out var call))
            {
                _ = RunAsync(call);
            }

            Interlocked.Decrement(ref _workers);
        }
        while (!stopping.IsCancellationRequested && !_calls.IsEmpty && Volatile.Read(ref _running) < maxConcurrent && TryBecomeWorker());
    }

    private bool TryTake([NotNullWhen(true)] out ActivityCall? call)
    {
        if (Interlocked.Increment(ref _running) <= maxConcurrent && _calls.TryDequeue(out call))
        {
            return true;
        }

        Leave();
        call = null;
        return false;
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _running) == 0 && stopping.IsCancellationRequested)
        {
            _ended.TrySetResult();
        }
    }

    private void StartWorker()
    {
        if (!_calls.IsEmpty && Volatile.Read(ref _running) < maxConcurrent && TryBecomeWorker())
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private bool TryBecomeWorker()
    {
        var workers = Volatile.Read(ref _workers);
        while (workers < _maxWorkers)
        {
            var seen = Interlocked.CompareExchange(ref _workers, workers + 1, workers);
            if (seen == workers)
            {
                return true;
            }

            workers = seen;
        }

        return false;
    }

    private async Task RunAsync(ActivityCall call)
    {
        HistoryEvent answer = new() { EventId = -1 };
        try
        {
            var activity = registry.FindActivity(call.Name);
            if (activity is null)
            {
                answer.TaskFailed = new TaskFailedEvent { TaskScheduledId = call.TaskId, FailureDetails = NotFound(call.Name) };
            }
            else
            {
                var result = await activity(new ActivityContext(call.Name, call.Instance.Id, call.TaskId), call.Input, converter, stopping);
                answer.TaskCompleted = new TaskCompletedEvent { TaskScheduledId = call.TaskId, Result = result };
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Cut off: it has no answer in history, so the next engine runs it again.
            return;
        }
        catch (Exception e)
        {
            LogActivityFailed(call.Name, call.TaskId, call.Instance.Id, e.GetType().Name);
            answer.TaskFailed = new TaskFailedEvent
            {
                TaskScheduledId = call.TaskId,
                FailureDetails = TaskFailureDetails.FromException(e).ToProtocol(),
            };
        }
        finally
        {
            Leave();
            StartWorker();
        }

        call.Instance.Answer(call, answer);
    }

    private static Protocol.TaskFailureDetails NotFound(string name) => new()
    {
        ErrorType = "TaskActivityNotFound",
        ErrorMessage = $"Activity '{name}' is not registered.",
        IsNonRetriable = true,
    };

    [LoggerMessage(LogLevel.Warning, "Activity {Activity} (#{TaskId}) of instance {InstanceId} failed: {ErrorType}")]
    private partial void LogActivityFailed(string activity, int taskId, string instanceId, string errorType);
}
