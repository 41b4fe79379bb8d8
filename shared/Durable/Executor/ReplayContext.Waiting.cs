using FunctionsEval.Durable.Protocol;
using Google.Protobuf.WellKnownTypes;
using ActionKind = FunctionsEval.Durable.Protocol.OrchestratorAction.OrchestratorActionTypeOneofCase;

namespace FunctionsEval.Durable.Executor;

/// <summary>Timers and external events.</summary>
internal sealed partial class ReplayContext
{
    /// <summary>Azure Storage holds a message back for at most 6 days, so a longer timer is a chain of parts.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(3);

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        turn.Verify();
        var utc = fireAt.Kind == DateTimeKind.Local ? fireAt.ToUniversalTime() : DateTime.SpecifyKind(fireAt, DateTimeKind.Utc);
        return utc - _currentUtc <= LongestTimer ? TimerPart(utc, cancellationToken) : TimerParts(utc, cancellationToken);
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        turn.Verify();
        ArgumentException.ThrowIfNullOrWhiteSpace(eventName);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        var task = new OpenTask<T>(eventName, -1, ActionKind.None, converter);
        if (events.TryTake(eventName, out var input))
        {
            task.Complete(input);
            return task.Task;
        }

        var waiter = events.Wait(eventName, task);
        OnCancellation(task, () => events.Abandon(waiter), cancellationToken);
        return task.Task;
    }

    public override async Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        using var stopWaiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var stopTimer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var raised = WaitForExternalEvent<T>(eventName, stopWaiting.Token);
        if (!raised.IsCompleted && timeout != Timeout.InfiniteTimeSpan)
        {
            var isOver = timeout <= TimeSpan.Zero || await Task.WhenAny(raised, CreateTimer(timeout, stopTimer.Token)) != raised;
#pragma warning disable CA1849, MA0042 // CancelAsync would leave the turn for the thread pool.
            (isOver ? stopWaiting : stopTimer).Cancel();
#pragma warning restore CA1849, MA0042
        }

        return await raised;
    }

    private async Task TimerParts(DateTime fireAt, CancellationToken cancellationToken)
    {
        while (fireAt - _currentUtc > LongestTimer)
        {
            await TimerPart(_currentUtc + LongestTimer, cancellationToken);
        }

        await TimerPart(fireAt, cancellationToken);
    }

    private Task TimerPart(DateTime fireAt, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        Pending.Add(new OrchestratorAction { CreateTimer = new CreateTimerAction { FireAt = Timestamp.FromDateTime(fireAt) } });
        var id = Pending.NextId - 1;
        var task = new OpenTask<object?>("timer", id, ActionKind.CreateTimer, converter);
        _open.Add(id, task);
        OnCancellation(task, () => _open.Remove(id), cancellationToken);
        return task.Task;
    }

    private void OnCancellation<T>(OpenTask<T> task, Action forget, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            task.Cancellation = cancellationToken.Register(() =>
            {
                if (!turn.IsHere)
                {
                    turn.MarkForeign();
                    return;
                }

                forget();
                task.TrySetCanceled(cancellationToken);
            });
        }
    }
}
