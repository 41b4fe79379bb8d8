using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace FunctionsEval.TestKit.FunctionsHost.Triggers;

/// <summary>A received message and its newest receipt.</summary>
internal sealed class QueueLease(QueueClient queue, QueueMessage message)
{
    private string _receipt = message.PopReceipt;

    public string Id => message.MessageId;

    public BinaryData Body => message.Body;

    /// <summary>Renews while the work runs.</summary>
    public async Task<T> KeepAsync<T>(TimeSpan hidden, TimeSpan every, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewing = RenewAsync(hidden, every, ended.Token);
        try
        {
            return await work();
        }
        finally
        {
            await ended.CancelAsync();
            await renewing;
        }
    }

    public Task DeleteAsync(CancellationToken cancellationToken) => queue.DeleteMessageAsync(message.MessageId, _receipt, cancellationToken);

    public async Task ShowAsync(TimeSpan after, CancellationToken cancellationToken) =>
        await queue.UpdateMessageAsync(message.MessageId, _receipt, message.Body, after, cancellationToken);

    private async Task RenewAsync(TimeSpan hidden, TimeSpan every, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(every);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                _receipt = (await queue.UpdateMessageAsync(message.MessageId, _receipt, message.Body, hidden, CancellationToken.None)).Value.PopReceipt;
            }
        }
        catch (OperationCanceledException)
        {
            // The work has ended.
        }
        catch (RequestFailedException)
        {
            // Somebody else has the message; settling it will say so.
        }
    }
}
