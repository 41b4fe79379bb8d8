using Microsoft.Extensions.Logging;

namespace FunctionsEval.Storage.Queues;

/// <summary>A taken message and its newest receipt. What fails at the end is logged: the message then comes back by itself.</summary>
internal sealed partial class QueueMessageLease(IMessageQueue queues, string queue, QueueMessage taken, TimeSpan hidden, TimeProvider clock, ILogger logger)
{
    private QueueMessage _message = taken;
    private bool _isLost;

    /// <summary>Renews at half time until disposed; <paramref name="handler"/> is cancelled when somebody else took the message.</summary>
    public IAsyncDisposable KeepAsync(CancellationTokenSource handler) => new Keeper(this, handler);

    public Task DeleteAsync() => EndAsync(() => queues.DeleteAsync(queue, _message, CancellationToken.None));

    public Task ReleaseAsync(TimeSpan delay) =>
        EndAsync(async () => await queues.RenewAsync(queue, _message, delay, CancellationToken.None) is not null);

    public Task<bool> MoveAsync(string target) =>
        EndAsync(async () =>
        {
            // First the copy: a crash between the two leaves a duplicate, never a loss.
            await queues.SendAsync(target, _message.Text, CancellationToken.None);
            return await queues.DeleteAsync(queue, _message, CancellationToken.None);
        });

    private async Task<bool> EndAsync(Func<Task<bool>> end)
    {
        try
        {
            if (!_isLost && await end())
            {
                return true;
            }

            LogTaken(_message.MessageId, queue);
        }
        catch (StorageException e)
        {
            LogEndFailed(e, _message.MessageId, queue);
        }

        return false;
    }

    [LoggerMessage(LogLevel.Warning, "Message {MessageId} of queue {Queue} was taken by somebody else while it was being worked on")]
    private partial void LogTaken(string messageId, string queue);

    [LoggerMessage(LogLevel.Warning, "Message {MessageId} of queue {Queue} could not be settled and will come back")]
    private partial void LogEndFailed(Exception e, string messageId, string queue);

    [LoggerMessage(LogLevel.Warning, "Message {MessageId} of queue {Queue} could not be renewed; trying again")]
    private partial void LogRenewFailed(Exception e, string messageId, string queue);

    private sealed class Keeper : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _keeping;

        public Keeper(QueueMessageLease lease, CancellationTokenSource handler) => _keeping = KeepAsync(lease, handler);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _keeping;
            _stop.Dispose();
        }

        private async Task KeepAsync(QueueMessageLease lease, CancellationTokenSource handler)
        {
            using var timer = new PeriodicTimer(lease.Period, lease.Clock);
            try
            {
                while (await timer.WaitForNextTickAsync(_stop.Token))
                {
                    if (!await lease.TryRenewAsync())
                    {
                        await handler.CancelAsync();
                        return;
                    }
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // The handler has ended.
            }
        }
    }

    private TimeSpan Period => hidden / 2;

    private TimeProvider Clock => clock;

    private async Task<bool> TryRenewAsync()
    {
        try
        {
            var renewed = await queues.RenewAsync(queue, _message, hidden, CancellationToken.None);
            _isLost = renewed is null;
            _message = renewed ?? _message;
        }
        catch (StorageException e)
        {
            LogRenewFailed(e, _message.MessageId, queue);
        }

        return !_isLost;
    }
}
