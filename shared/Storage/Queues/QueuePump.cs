using Microsoft.Extensions.Logging;

namespace FunctionsEval.Storage.Queues;

/// <summary>
/// Serves one queue as the Functions queue trigger does: batches, a bound on what runs at once, renewal while a handler runs, retry by
/// visibility, a poison queue, and random exponential back-off while the queue is empty.
/// </summary>
public sealed partial class QueuePump : IAsyncDisposable
{
    internal static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Hidden = TimeSpan.FromMinutes(10);

    private readonly IMessageQueue _queues;
    private readonly string _queue;
    private readonly Func<QueueMessage, CancellationToken, Task> _handler;
    private readonly QueuePumpOptions _options;
    private readonly TimeProvider _clock;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly Lock _waking = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly HashSet<Task> _running = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private Task? _pumping;

    public QueuePump(
        IMessageQueue queues,
        string queue,
        Func<QueueMessage, CancellationToken, Task> handler,
        QueuePumpOptions options,
        TimeProvider clock,
        Random random,
        ILogger logger)
    {
        QueueRules.CheckQueue(queue);
        if (options.Fault is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        (_queues, _queue, _handler, _options, _clock, _random, _logger) = (queues, queue, handler, options, clock, random, logger);
    }

    public string PoisonQueue => $"{_queue}-poison";

    public void Start() => _pumping ??= Task.Run(PumpAsync);

    /// <summary>Says that a message was sent: the queue is looked at now instead of after the back-off.</summary>
    public void Wake()
    {
        lock (_waking)
        {
            if (!_stop.IsCancellationRequested && _wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
    }

    /// <summary>
    /// Takes no more messages and waits for the running handlers; when <paramref name="cancellationToken"/> fires they are cancelled,
    /// and their messages are visible again at once.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await using var abort = cancellationToken.Register(_abort.Cancel);
        await (_pumping ?? Task.CompletedTask);
    }

    /// <summary>Stops at once: running handlers are cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _wake.Dispose();
    }

    private async Task PumpAsync()
    {
        var wait = ShortestWait;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var isEmpty = await TakeBatchAsync();
                wait = isEmpty ? await RestAsync(wait) : ShortestWait;
                await RoomAsync();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogQueueFailed(e, _queue, wait);
                wait = await RestAsync(wait);
            }
        }

        await Task.WhenAll(Snapshot());
    }

    private async Task<bool> TakeBatchAsync()
    {
        // Not cancelled by a mere stop: messages that the service has handed out meanwhile would stay hidden for ten minutes.
        var messages = await _queues.ReceiveAsync(_queue, _options.BatchSize, Hidden, _abort.Token);
        foreach (var message in messages)
        {
            if (_stop.IsCancellationRequested)
            {
                await new QueueMessageLease(_queues, _queue, message, Hidden, _clock, _logger).ReleaseAsync(TimeSpan.Zero);
                continue;
            }

            var run = RunAsync(message);
            lock (_running)
            {
                _running.Add(run);
            }

            _ = run.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        return messages.Count == 0;
    }

    /// <summary>Waits a random part of the interval, or until woken; the next interval.</summary>
    private async Task<TimeSpan> RestAsync(TimeSpan wait)
    {
        // Between half and one and a half intervals, so that several instances do not poll in step.
        var jittered = wait * (0.5 + _random.NextDouble());
        using var limit = new CancellationTokenSource(jittered < _options.LongestWait ? jittered : _options.LongestWait, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
        try
        {
            await _wake.WaitAsync(either.Token);
            return ShortestWait;
        }
        catch (OperationCanceledException)
        {
            return wait * 2 < _options.LongestWait ? wait * 2 : _options.LongestWait;
        }
    }

    private async Task RoomAsync()
    {
        for (var running = Snapshot(); running.Length > _options.Threshold; running = Snapshot())
        {
            await Task.WhenAny(running).WaitAsync(_stop.Token);
        }
    }

    private async Task RunAsync(QueueMessage message)
    {
        // The handler starts on the pool: one that blocks before its first await must not hold up the pump.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var lease = new QueueMessageLease(_queues, _queue, message, Hidden, _clock, _logger);
        try
        {
            if (message.DequeueCount <= _options.MaxDequeueCount)
            {
                using var cancel = CancellationTokenSource.CreateLinkedTokenSource(_abort.Token);
                await using (lease.KeepAsync(cancel))
                {
                    await _handler(message, cancel.Token);
                }

                await lease.DeleteAsync();
                return;
            }
        }
        catch (Exception e)
        {
            if (e is OperationCanceledException && _abort.IsCancellationRequested)
            {
                await lease.ReleaseAsync(TimeSpan.Zero);
                return;
            }

            LogHandlerFailed(e, message.MessageId, _queue, message.DequeueCount);
            if (message.DequeueCount < _options.MaxDequeueCount)
            {
                await lease.ReleaseAsync(_options.VisibilityDelay);
                Wake();
                return;
            }
        }

        if (await lease.MoveAsync(PoisonQueue))
        {
            LogPoisoned(message.MessageId, _queue, message.DequeueCount, PoisonQueue);
        }
    }

    private Task[] Snapshot()
    {
        lock (_running)
        {
            return [.. _running];
        }
    }

    private void Forget(Task run)
    {
        lock (_running)
        {
            _running.Remove(run);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Queue {Queue} could not be read; trying again in about {Wait}")]
    private partial void LogQueueFailed(Exception e, string queue, TimeSpan wait);

    [LoggerMessage(LogLevel.Warning, "Message {MessageId} of queue {Queue} failed at attempt {Attempt}")]
    private partial void LogHandlerFailed(Exception e, string messageId, string queue, int attempt);

    [LoggerMessage(LogLevel.Error, "Message {MessageId} of queue {Queue} was given up after {Attempts} attempts and moved to {PoisonQueue}")]
    private partial void LogPoisoned(string messageId, string queue, int attempts, string poisonQueue);
}
